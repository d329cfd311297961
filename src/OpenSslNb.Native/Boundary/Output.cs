using System.Text;

namespace OpenSslNb.Native.Boundary;

/// <summary>What goes out into memory of the caller.</summary>
internal static unsafe class Output
{
    /// <summary>Copies all of it, or says how much room it takes.</summary>
    public static Result Copy(ReadOnlySpan<byte> data, void* buffer, nuint* length)
    {
        Input.Required(length, "length");
        if (*length < (nuint)data.Length)
        {
            *length = (nuint)data.Length;
            return Fault.Of(Result.BufferTooSmall, $"the buffer is too small: it takes {data.Length} bytes");
        }

        Input.Required(buffer, "buffer");
        data.CopyTo(new Span<byte>(buffer, data.Length));
        *length = (nuint)data.Length;
        return Result.Ok;
    }

    /// <summary>The same with a zero at the end.</summary>
    public static Result CopyText(string text, byte* buffer, nuint* length)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return Copy(bytes, buffer, length);
    }
}
