using System.Runtime.InteropServices;
using System.Text;

namespace OpenSslNb.Native.Boundary;

/// <summary>What C passes in.</summary>
internal static unsafe class Input
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Text(byte* text, string name) => OptionalText(text, name) ?? throw Refusal.Argument($"{name} must not be NULL");

    public static string? OptionalText(byte* text, string name)
    {
        if (text == null) return null;
        try
        {
            return s_strict.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
        }
        catch (ArgumentException)
        {
            throw Refusal.Argument($"{name} is not UTF-8");
        }
    }

    /// <summary>A text that may be left out, but not be empty.</summary>
    public static string? OptionalName(byte* text, string name) => text == null || *text != 0 ? OptionalText(text, name) : throw Refusal.Argument($"{name} must not be empty: NULL is for none");

    public static ReadOnlySpan<byte> Bytes(void* data, nuint length, string name)
    {
        if (length > int.MaxValue) throw Refusal.Argument($"{name} has {length} bytes, and at most {int.MaxValue} can be taken");
        if (data == null && length > 0) throw Refusal.Argument($"{name} must not be NULL");
        return new ReadOnlySpan<byte>(data, (int)length);
    }

    public static Span<byte> Room(void* data, nuint length, string name)
    {
        if (data == null && length > 0) throw Refusal.Argument($"{name} must not be NULL");
        return new Span<byte>(data, (int)Math.Min(length, int.MaxValue));
    }

    public static void Required(void* pointer, string name)
    {
        if (pointer == null) throw Refusal.Argument($"{name} must not be NULL");
    }

    public static string[] Texts(byte** texts, nuint count, string name)
    {
        const int Most = 4096;
        if (count > Most) throw Refusal.Argument($"{name} has {count} entries, and at most {Most} can be taken");
        if (count > 0) Required(texts, name);
        var result = new string[(int)count];
        for (int i = 0; i < result.Length; i++) result[i] = Text(texts[i], name);
        return result;
    }

    /// <summary>Milliseconds of C: 0 for the default, <c>ONB_INFINITE</c> for no limit.</summary>
    public static TimeSpan Time(int milliseconds, TimeSpan otherwise, string name) => milliseconds switch
    {
        0 => otherwise,
        -1 => Timeout.InfiniteTimeSpan,
        > 0 => TimeSpan.FromMilliseconds(milliseconds),
        _ => throw Refusal.Argument($"{name} is {milliseconds}: it must be positive, 0 for the default, or ONB_INFINITE"),
    };

    public static int Size(uint size, int otherwise, string name) => size switch
    {
        0 => otherwise,
        > int.MaxValue => throw Refusal.Argument($"{name} is {size}: it must be at most {int.MaxValue}"),
        _ => (int)size,
    };

    public static T Defined<T>(int value, string name)
        where T : struct, Enum
    {
        var converted = (T)Enum.ToObject(typeof(T), value);
        return Enum.IsDefined(converted) ? converted : throw Refusal.Argument($"{name} is {value}, which is none of its values");
    }
}
