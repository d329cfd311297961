using System.Runtime.InteropServices;

namespace OpenSslNb.OpenSsl;

/// <summary>Bytes in native memory behind their length, for a callback's argument.</summary>
internal readonly unsafe struct NativeBytes
{
    private NativeBytes(nint pointer) => Pointer = pointer;

    /// <summary>What a callback is given.</summary>
    public nint Pointer { get; }

    public int Length => Pointer == 0 ? 0 : *(int*)Pointer;

    public byte* Data => (byte*)Pointer + sizeof(int);

    public static NativeBytes Copy(ReadOnlySpan<byte> bytes)
    {
        nint pointer = (nint)NativeMemory.Alloc((nuint)(sizeof(int) + bytes.Length));
        *(int*)pointer = bytes.Length;
        bytes.CopyTo(new Span<byte>((byte*)pointer + sizeof(int), bytes.Length));
        return new NativeBytes(pointer);
    }

    public static NativeBytes FromPointer(nint pointer) => new(pointer);

    /// <summary>Frees the memory; nothing may point to it any more.</summary>
    public void Free() => NativeMemory.Free((void*)Pointer);
}
