using System.Security.Cryptography;
using System.Text;

namespace OpenSslNb.OpenSsl;

/// <summary>A password for OpenSSL's callbacks: zero-terminated UTF-8 that is never moved, and wiped after use.</summary>
internal readonly unsafe ref struct PasswordText : IDisposable
{
    // Null for none.
    private readonly byte[]? _text;

    public PasswordText(string? password)
    {
        if (password is null) return;
        _text = GC.AllocateArray<byte>(Encoding.UTF8.GetMaxByteCount(password.Length) + 1, pinned: true);
        _ = Encoding.UTF8.GetBytes(password, _text);
    }

    /// <summary>Valid until <see cref="Dispose"/>; null when there is no password.</summary>
    public byte* Pointer => _text is null ? null : (byte*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_text, 0);

    public void Dispose() => CryptographicOperations.ZeroMemory(_text);
}
