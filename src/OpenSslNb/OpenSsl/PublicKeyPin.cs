using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>The SHA-256 of a certificate's SubjectPublicKeyInfo (RFC 7469 §2.4), and its usual spelling.</summary>
internal static unsafe class PublicKeyPin
{
    public const int Length = 32;
    private const string Prefix = "sha256//";

    /// <summary>The pin of a certificate.</summary>
    public static void Of(nint certificate, Span<byte> pin)
    {
        byte* encoded = null;
        int length = LibCrypto.i2d_X509_PUBKEY(LibCrypto.X509_get_X509_PUBKEY(certificate), &encoded);
        if (length <= 0) throw OpenSslException.FromQueue("a public key could not be encoded");
        try
        {
            fixed (byte* hash = pin)
            {
                if (LibCrypto.EVP_Digest(encoded, (nuint)length, hash, null, LibCrypto.EVP_sha256(), 0) != 1) throw OpenSslException.FromQueue("SHA-256 failed");
            }
        }
        finally
        {
            LibCrypto.CRYPTO_free(encoded, null, 0);
        }
    }

    public static string Text(ReadOnlySpan<byte> pin) => Prefix + Convert.ToBase64String(pin);

    /// <exception cref="ArgumentException">It is not spelled as a pin.</exception>
    public static byte[] Parse(string text)
    {
        byte[] pin = new byte[Length];
        if (TryParse(text, pin)) return pin;
        throw new ArgumentException($"a pinned key must be '{Prefix}' and the Base64 of {Length} bytes, and not '{text}'", nameof(text));
    }

    /// <summary>True when it is spelled as a pin.</summary>
    public static bool IsValid(string text) => TryParse(text, stackalloc byte[Length]);

    private static bool TryParse(string text, Span<byte> pin) => text.StartsWith(Prefix, StringComparison.Ordinal) && Convert.TryFromBase64String(text[Prefix.Length..], pin, out int length) && length == Length;
}
