using System.Net;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Makes a key and a certificate for it with OpenSSL alone.</summary>
internal static unsafe class SelfSignedCertificate
{
    private const int X509Version3 = 2;
    private const int BackdateSeconds = 300;

    public static TlsCertificate Create(IReadOnlyList<string> names, TimeSpan lifetime)
    {
        ArgumentOutOfRangeException.ThrowIfZero(names.Count, nameof(names));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        SafeEvpPkeyHandle key = CreateKey();
        SafeX509Handle? certificate = null;
        try
        {
            certificate = SafeX509Handle.Adopt(LibCrypto.X509_new());
            Fill(certificate.Pointer, key.Pointer, names, lifetime);
            return new TlsCertificate([certificate], key);
        }
        catch
        {
            certificate?.Dispose();
            key.Dispose();
            throw;
        }
    }

    private static SafeEvpPkeyHandle CreateKey()
    {
        nint context = LibCrypto.EVP_PKEY_CTX_new_id(CryptoConst.EVP_PKEY_EC, 0);
        if (context == 0) throw OpenSslException.FromQueue("EVP_PKEY_CTX_new_id failed");
        try
        {
            nint key = 0;
            Require(LibCrypto.EVP_PKEY_keygen_init(context), "EVP_PKEY_keygen_init");
            Require(LibCrypto.EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, CryptoConst.NID_X9_62_prime256v1), "EVP_PKEY_CTX_set_ec_paramgen_curve_nid");
            Require(LibCrypto.EVP_PKEY_keygen(context, &key), "EVP_PKEY_keygen");
            return SafeEvpPkeyHandle.Adopt(key);
        }
        finally
        {
            LibCrypto.EVP_PKEY_CTX_free(context);
        }
    }

    private static void Fill(nint certificate, nint key, IReadOnlyList<string> names, TimeSpan lifetime)
    {
        Require(LibCrypto.X509_set_version(certificate, X509Version3), "X509_set_version");
        Require(LibCrypto.ASN1_INTEGER_set(LibCrypto.X509_get_serialNumber(certificate), (nint)Random.Shared.NextInt64(1, long.MaxValue)), "ASN1_INTEGER_set");
        _ = LibCrypto.X509_gmtime_adj(LibCrypto.X509_getm_notBefore(certificate), -BackdateSeconds);
        _ = LibCrypto.X509_gmtime_adj(LibCrypto.X509_getm_notAfter(certificate), (nint)lifetime.TotalSeconds);
        Require(LibCrypto.X509_set_pubkey(certificate, key), "X509_set_pubkey");
        SetName(certificate, names[0]);
        AddExtension(certificate, CryptoConst.NID_basic_constraints, "critical,CA:TRUE");
        AddExtension(certificate, CryptoConst.NID_subject_alt_name, string.Join(',', names.Select(n => IPAddress.TryParse(n, out _) ? $"IP:{n}" : $"DNS:{n}")));
        if (LibCrypto.X509_sign(certificate, key, LibCrypto.EVP_sha256()) == 0) throw OpenSslException.FromQueue("X509_sign failed");
    }

    private static void SetName(nint certificate, string commonName)
    {
        // 64 characters are the most that a common name may have (RFC 5280, ub-common-name).
        using var text = new NativeText(commonName.Length > 64 ? commonName[..64] : commonName);
        nint name = LibCrypto.X509_get_subject_name(certificate);
        fixed (byte* field = "CN\0"u8)
        {
            Require(LibCrypto.X509_NAME_add_entry_by_txt(name, field, CryptoConst.MBSTRING_UTF8, text.Pointer, -1, -1, 0), "X509_NAME_add_entry_by_txt");
        }

        Require(LibCrypto.X509_set_issuer_name(certificate, name), "X509_set_issuer_name");
    }

    private static void AddExtension(nint certificate, int nid, string value)
    {
        using var text = new NativeText(value);
        nint extension = LibCrypto.X509V3_EXT_conf_nid(0, 0, nid, text.Pointer);
        if (extension == 0) throw OpenSslException.FromQueue($"the certificate extension '{value}' was refused");
        int added = LibCrypto.X509_add_ext(certificate, extension, -1);
        LibCrypto.X509_EXTENSION_free(extension);
        Require(added, "X509_add_ext");
    }

    private static void Require(int result, string call)
    {
        if (result != 1) throw OpenSslException.FromQueue($"{call} failed");
    }
}
