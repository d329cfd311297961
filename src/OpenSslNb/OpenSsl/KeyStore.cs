using System.Text.RegularExpressions;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Reads certificates and keys from where a URI says (<c>OSSL_STORE_open(3)</c>): <c>file:</c>, and what OpenSSL's providers and engines know besides, such as <c>pkcs11:</c>.</summary>
internal static unsafe partial class KeyStore
{
    /// <summary>All certificates there, in the store's order; at least one.</summary>
    /// <exception cref="OpenSslException">There is none, or the store cannot be read.</exception>
    public static List<SafeX509Handle> ReadCertificates(string uri, string? password)
    {
        var certificates = new List<SafeX509Handle>();
        try
        {
            Each(uri, password, entry =>
            {
                nint certificate = LibCrypto.OSSL_STORE_INFO_get1_CERT(entry);
                if (certificate != 0) certificates.Add(SafeX509Handle.Adopt(certificate));
                return true;
            });
            return certificates.Count > 0 ? certificates : throw new OpenSslException($"there is no certificate at {Shown(uri)}", []);
        }
        catch
        {
            certificates.ForEach(certificate => certificate.Dispose());
            throw;
        }
    }

    /// <summary>The first private key there.</summary>
    /// <exception cref="OpenSslException">There is none, or the store cannot be read.</exception>
    public static SafeEvpPkeyHandle ReadPrivateKey(string uri, string? password)
    {
        SafeEvpPkeyHandle? found = null;
        Each(uri, password, entry =>
        {
            nint key = LibCrypto.OSSL_STORE_INFO_get1_PKEY(entry);
            if (key != 0) found = SafeEvpPkeyHandle.Adopt(key);
            return key == 0;
        });
        return found ?? throw new OpenSslException($"there is no private key at {Shown(uri)}, or the password or PIN is wrong or missing", []);
    }

    /// <summary>A URI without the secret that may be in it (RFC 7512 §2.4), for messages.</summary>
    public static string Shown(string uri) => Pin().Replace(uri, "pin-value=...");

    // OpenSSL repeats the URI in what it says.
    private static IReadOnlyList<OpenSslError> Shown(IReadOnlyList<OpenSslError> errors) => [.. errors.Select(error => error with { Data = Shown(error.Data) })];

    [GeneratedRegex("pin-value=[^&;]*")]
    private static partial Regex Pin();

    // As long as the visitor wants more. What is no use to it makes an error, which is nobody's business.
    private static void Each(string uri, string? password, Func<nint, bool> visit)
    {
        using var secret = new PasswordText(password);
        nint method = LibCrypto.UI_UTIL_wrap_read_pem_callback(&Pem.OnPassword, 0);
        nint store = 0;
        try
        {
            // Without a method OpenSSL would ask on the terminal.
            if (method == 0) throw OpenSslException.FromQueue("a method for passwords could not be made");
            using var text = new NativeText(uri);
            LibCrypto.ERR_clear_error();
            store = LibCrypto.OSSL_STORE_open(text.Pointer, method, secret.Pointer, 0, null);
            if (store == 0) throw new OpenSslException($"{Shown(uri)} cannot be opened", Shown(ErrorQueue.Drain()));
            Visit(store, uri, visit);
        }
        finally
        {
            if (store != 0) _ = LibCrypto.OSSL_STORE_close(store);
            LibCrypto.UI_destroy_method(method);
            LibCrypto.ERR_clear_error();
        }
    }

    private static void Visit(nint store, string uri, Func<nint, bool> visit)
    {
        bool wantsMore = true;
        while (wantsMore && LibCrypto.OSSL_STORE_eof(store) == 0)
        {
            LibCrypto.ERR_clear_error();
            nint entry = LibCrypto.OSSL_STORE_load(store);
            if (entry == 0)
            {
                // Nothing and no fault: the end, or something that OpenSSL does not know.
                IReadOnlyList<OpenSslError> errors = ErrorQueue.Drain();
                if (errors.Count > 0) throw new OpenSslException($"{Shown(uri)} cannot be read: is the password right?", Shown(errors));
                continue;
            }

            try
            {
                wantsMore = visit(entry);
            }
            finally
            {
                LibCrypto.OSSL_STORE_INFO_free(entry);
            }
        }
    }
}
