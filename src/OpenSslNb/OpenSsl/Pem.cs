using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Reads certificates and keys from PEM (RFC 7468; <c>PEM_read_bio_X509(3)</c>).</summary>
internal static unsafe class Pem
{
    /// <summary>All certificates in the text, in order; at least one.</summary>
    /// <exception cref="OpenSslException">There is none, or one of them is malformed.</exception>
    public static List<SafeX509Handle> ReadCertificates(ReadOnlySpan<byte> pem, string source)
    {
        var certificates = new List<SafeX509Handle>();
        pem = NeverNull(pem);
        fixed (byte* pointer = pem)
        {
            using SafeBioHandle bio = Open(pointer, pem.Length);
            while (true)
            {
                LibCrypto.ERR_clear_error();
                nint certificate = LibCrypto.PEM_read_bio_X509(bio.Pointer, 0, null, null);
                if (certificate != 0)
                {
                    certificates.Add(SafeX509Handle.Adopt(certificate));
                    continue;
                }

                IReadOnlyList<OpenSslError> errors = ErrorQueue.Drain();
                if (certificates.Count > 0 && IsEndOfPem(errors)) return certificates;
                certificates.ForEach(c => c.Dispose());
                throw new OpenSslException(
                    IsEndOfPem(errors) ? $"{source} holds no PEM certificate (-----BEGIN CERTIFICATE-----)" : $"a certificate in {source} is malformed", errors);
            }
        }
    }

    /// <summary>Hands over each revocation list in the text, in order; at least one. The list is freed after the action.</summary>
    /// <exception cref="OpenSslException">There is none, or one of them is malformed.</exception>
    public static void EachRevocationList(ReadOnlySpan<byte> pem, string source, Action<nint> action)
    {
        pem = NeverNull(pem);
        fixed (byte* pointer = pem)
        {
            using SafeBioHandle bio = Open(pointer, pem.Length);
            for (int count = 0; ; count++)
            {
                LibCrypto.ERR_clear_error();
                nint list = LibCrypto.PEM_read_bio_X509_CRL(bio.Pointer, 0, null, null);
                if (list == 0)
                {
                    IReadOnlyList<OpenSslError> errors = ErrorQueue.Drain();
                    if (count > 0 && IsEndOfPem(errors)) return;
                    throw new OpenSslException(IsEndOfPem(errors) ? $"{source} holds no PEM revocation list (-----BEGIN X509 CRL-----)" : $"a revocation list in {source} is malformed", errors);
                }

                try
                {
                    action(list);
                }
                finally
                {
                    LibCrypto.X509_CRL_free(list);
                }
            }
        }
    }

    /// <summary>The private key in the text.</summary>
    /// <param name="pem">PKCS#8 or a traditional format, encrypted or not.</param>
    /// <param name="password">Null when the key is not encrypted.</param>
    /// <param name="source">For messages.</param>
    public static SafeEvpPkeyHandle ReadPrivateKey(ReadOnlySpan<byte> pem, string? password, string source)
    {
        using var secret = new PasswordText(password);
        pem = NeverNull(pem);
        fixed (byte* pointer = pem)
        {
            using SafeBioHandle bio = Open(pointer, pem.Length);
            LibCrypto.ERR_clear_error();
            nint key = LibCrypto.PEM_read_bio_PrivateKey(bio.Pointer, 0, &OnPassword, secret.Pointer);
            if (key != 0) return SafeEvpPkeyHandle.Adopt(key);
            throw OpenSslException.FromQueue(KeyMessage(pem, password, source));
        }
    }

    /// <summary>The first public key in the text, as a SubjectPublicKeyInfo in DER.</summary>
    /// <exception cref="OpenSslException">There is none, or it is malformed.</exception>
    public static byte[] ReadPublicKey(ReadOnlySpan<byte> pem, string source)
    {
        pem = NeverNull(pem);
        fixed (byte* pointer = pem)
        {
            using SafeBioHandle bio = Open(pointer, pem.Length);
            LibCrypto.ERR_clear_error();
            nint key = LibCrypto.PEM_read_bio_PUBKEY(bio.Pointer, 0, null, null);
            if (key == 0) throw OpenSslException.FromQueue(pem.IndexOf("BEGIN PUBLIC KEY-----"u8) < 0 ? $"{source} holds no PEM public key (-----BEGIN PUBLIC KEY-----)" : $"the public key in {source} is malformed");
            using SafeEvpPkeyHandle owner = SafeEvpPkeyHandle.Adopt(key);
            return Der.WritePublicKey(key);
        }
    }

    // Called with our argument instead of asking on the terminal: pem_password_cb(3).
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static int OnPassword(byte* buffer, int size, int writing, void* argument)
    {
        if (argument == null) return -1;
        ReadOnlySpan<byte> password = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)argument);
        if (password.Length > size) return -1;
        password.CopyTo(new Span<byte>(buffer, size));
        return password.Length;
    }

    private static string KeyMessage(ReadOnlySpan<byte> pem, string? password, string source)
    {
        if (pem.IndexOf("PRIVATE KEY-----"u8) < 0) return $"{source} holds no PEM private key (-----BEGIN PRIVATE KEY-----)";
        if (pem.IndexOf("ENCRYPTED"u8) < 0) return $"the private key in {source} is malformed";
        return password is null ? $"the private key in {source} is encrypted and no password was given" : $"the private key in {source} could not be decrypted: is the password right?";
    }

    // An empty span is pinned as a null pointer, which OpenSSL takes for a mistake of ours.
    private static ReadOnlySpan<byte> NeverNull(ReadOnlySpan<byte> pem) => pem.IsEmpty ? "\n"u8 : pem;

    private static SafeBioHandle Open(byte* pointer, int length)
    {
        // Empty text has no pointer, and BIO_new_mem_buf refuses null; nothing is read from this one.
        byte nothing = 0;

        // Does not copy: the memory outlives the BIO (BIO_new_mem_buf(3)).
        nint bio = LibCrypto.BIO_new_mem_buf(pointer == null ? &nothing : pointer, length);
        return bio == 0 ? throw OpenSslException.FromQueue("BIO_new_mem_buf failed") : SafeBioHandle.Adopt(bio);
    }

    // PEM_read_bio_* says PEM_R_NO_START_LINE when there is no more.
    private static bool IsEndOfPem(IReadOnlyList<OpenSslError> errors) =>
        errors.Count > 0 && errors[^1] is { LibraryCode: CryptoConst.ERR_LIB_PEM, ReasonCode: CryptoConst.PEM_R_NO_START_LINE };
}
