using System.Security.Cryptography;

namespace OpenSslNb.Simulation.Probing;

/// <summary>A cipher suite of TLS 1.3 (RFC 8446 §B.4) whose records can be made by hand.</summary>
/// <param name="Name">As OpenSSL calls it.</param>
/// <param name="Hash">Of its key schedule.</param>
/// <param name="HashLength">Bytes of that hash, and so of verify_data.</param>
/// <param name="KeyLength">Bytes of a key.</param>
/// <param name="Encrypt">Its AEAD.</param>
internal sealed record SealingSuite(string Name, HashAlgorithmName Hash, int HashLength, int KeyLength, SealingSuite.Encryption Encrypt)
{
    /// <summary>Bytes of a tag, in all of them.</summary>
    public const int TagLength = 16;

    /// <summary>Encrypts in one call: key, nonce, plain text, where the ciphertext and the tag go, additional data.</summary>
    public delegate void Encryption(byte[] key, byte[] nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> additional);

    private static readonly Lazy<IReadOnlyList<SealingSuite>> s_all = new(FindAll);

    /// <summary>All of them, the mandatory one first. Not before somebody needs them: it loads OpenSSL.</summary>
    public static IReadOnlyList<SealingSuite> All => s_all.Value;

    /// <summary>The one that every server has to have (RFC 8446 §9.1).</summary>
    public const string Mandatory = "TLS_AES_128_GCM_SHA256";

    /// <summary>What a client says that wants one of them.</summary>
    public static string Names => string.Join(':', All.Select(suite => suite.Name));

    /// <summary>Payload of a record with Finished: header, hash, inner type, tag.</summary>
    public int FinishedLength => 4 + HashLength + 1 + TagLength;

    /// <summary>By its name; null when it is none of these.</summary>
    public static SealingSuite? Find(string? name) => All.FirstOrDefault(suite => suite.Name == name);

    // .NET takes the libcrypto that is in the process, and if there is none loads the system's, beside which another one of the same soname cannot be loaded any more: ours goes first.
    private static IReadOnlyList<SealingSuite> FindAll()
    {
        _ = TlsContext.OpenSslVersionText;
        return
        [
            new(Mandatory, HashAlgorithmName.SHA256, 32, 16, EncryptWithAesGcm),
            new("TLS_AES_256_GCM_SHA384", HashAlgorithmName.SHA384, 48, 32, EncryptWithAesGcm),
            .. ChaCha20Poly1305.IsSupported ? [new SealingSuite("TLS_CHACHA20_POLY1305_SHA256", HashAlgorithmName.SHA256, 32, 32, EncryptWithChaCha20)] : (SealingSuite[])[],
        ];
    }

    private static void EncryptWithAesGcm(byte[] key, byte[] nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> additional)
    {
        using var cipher = new AesGcm(key, TagLength);
        cipher.Encrypt(nonce, plaintext, ciphertext, tag, additional);
    }

    private static void EncryptWithChaCha20(byte[] key, byte[] nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> additional)
    {
        using var cipher = new ChaCha20Poly1305(key);
        cipher.Encrypt(nonce, plaintext, ciphertext, tag, additional);
    }
}
