using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Reads PKCS#12 (RFC 7292; <c>PKCS12_parse(3)</c>).</summary>
internal static unsafe class Pkcs12
{
    /// <summary>The certificate with its key first, then those that lead to the authority.</summary>
    /// <exception cref="OpenSslException">It is something else, lacks a key or a certificate, or the password is wrong.</exception>
    public static CertificateParts Read(ReadOnlySpan<byte> der, string? password, string source)
    {
        OpenSslLibrary.EnsureLoaded();
        LibCrypto.ERR_clear_error();
        nint store;
        fixed (byte* pointer = der)
        {
            byte* next = pointer;
            store = pointer == null ? 0 : LibCrypto.d2i_PKCS12(null, &next, der.Length);
        }

        if (store == 0) throw OpenSslException.FromQueue($"{source} is not PKCS#12");
        try
        {
            return Open(store, password, source);
        }
        finally
        {
            LibCrypto.PKCS12_free(store);
        }
    }

    // The password is checked first, by a hash of the file.
    private static string Refusal(IReadOnlyList<OpenSslError> errors, string? password, string source)
    {
        if (errors.Any(error => error.Reason == "unsupported")) return $"{source} is encrypted in a way that this OpenSSL does not know without its legacy provider (OSSL_PROVIDER-legacy(7)): load it by openssl.cnf, or write the file anew (openssl pkcs12 -legacy reads it)";
        return string.IsNullOrEmpty(password) ? $"{source} could not be opened without a password" : $"{source} could not be opened: is the password right?";
    }

    private static CertificateParts Open(nint store, string? password, string source)
    {
        nint key = 0;
        nint certificate = 0;
        nint others = 0;
        nint secret = Marshal.StringToCoTaskMemUTF8(password ?? "");
        int opened = LibCrypto.PKCS12_parse(store, (byte*)secret, &key, &certificate, &others);
        Marshal.ZeroFreeCoTaskMemUTF8(secret);
        if (opened != 1)
        {
            IReadOnlyList<OpenSslError> errors = ErrorQueue.Drain();
            throw new OpenSslException(Refusal(errors, password, source), errors);
        }

        var parts = new CertificateParts();
        if (certificate != 0) parts.Chain.Add(SafeX509Handle.Adopt(certificate));
        if (key != 0) parts.Key = SafeEvpPkeyHandle.Adopt(key);
        while (others != 0 && LibCrypto.OPENSSL_sk_shift(others) is not 0 and nint other) parts.Chain.Add(SafeX509Handle.Adopt(other));
        if (others != 0) LibCrypto.OPENSSL_sk_free(others);
        if (certificate != 0 && key != 0)
        {
            PutInOrder(parts.Chain);
            return parts;
        }

        parts.Dispose();
        throw new OpenSslException($"{source} holds no {(key == 0 ? "private key" : "certificate for its private key")}", []);
    }

    // Files have them in any order, and OpenSSL before 3.0 turns it round: each behind the one that it has issued. What leads nowhere stays at the end.
    private static void PutInOrder(List<SafeX509Handle> chain)
    {
        for (int i = 1; i < chain.Count; i++)
        {
            int issuer = chain.FindIndex(i, candidate => LibCrypto.X509_check_issued(candidate.Pointer, chain[i - 1].Pointer) == CryptoConst.X509_V_OK);
            if (issuer < 0) return;
            (chain[i], chain[issuer]) = (chain[issuer], chain[i]);
        }
    }
}
