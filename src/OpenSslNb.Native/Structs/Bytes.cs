using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;

namespace OpenSslNb.Native.Structs;

/// <summary><c>onb_bytes</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeBytesView
{
    public void* Data;
    public nuint Length;
}

/// <summary><c>onb_openssl_error</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeOpenSslError
{
    public ulong Code;
    public int Library;
    public int Reason;
    public byte* LibraryText;
    public byte* ReasonText;
    public byte* File;
    public int Line;
    public byte* Data;

    public static NativeOpenSslError* Write(Arena arena, IReadOnlyList<OpenSslError> errors)
    {
        if (errors.Count == 0) return null;
        var entries = (NativeOpenSslError*)arena.Allocate(errors.Count * sizeof(NativeOpenSslError));
        for (int i = 0; i < errors.Count; i++)
        {
            OpenSslError error = errors[i];
            entries[i] = new NativeOpenSslError
            {
                Code = error.PackedCode,
                Library = error.LibraryCode,
                Reason = error.ReasonCode,
                LibraryText = arena.Text(error.Library),
                ReasonText = arena.Text(error.Reason),
                File = arena.Text(error.File),
                Line = error.Line,
                Data = arena.Text(error.Data),
            };
        }

        return entries;
    }
}
