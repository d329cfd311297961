using System.Runtime.InteropServices;

namespace OpenSslNb.OpenSsl;

/// <summary>A zero-terminated UTF-8 copy of a string in native memory, for calls that take <c>const char*</c>.</summary>
internal readonly unsafe ref struct NativeText(string text)
{
    /// <summary>Valid until <see cref="Dispose"/>.</summary>
    public byte* Pointer { get; } = (byte*)Marshal.StringToCoTaskMemUTF8(text);

    public void Dispose() => Marshal.FreeCoTaskMem((nint)Pointer);
}
