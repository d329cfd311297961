using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>The name of the server that a client means to reach.</summary>
internal static unsafe class PeerName
{
    // TLSEXT_MAXLEN_host_name.
    private const int MostBytes = 255;

    /// <summary><c>SSL_set_tlsext_host_name(3)</c> for names (an IP address is never sent, RFC 6066 §3) and <c>SSL_set1_host(3)</c> or <c>X509_VERIFY_PARAM_set1_ip_asc(3)</c> for the check.</summary>
    public static void Set(nint ssl, string name, bool isAddress)
    {
        using var text = new NativeText(isAddress ? name : ToAscii(name));
        if (!isAddress && LibSsl.SSL_set_tlsext_host_name(ssl, text.Pointer) != 1) throw OpenSslException.FromQueue($"the server name '{name}' was refused");
        nint parameters = LibSsl.SSL_get0_param(ssl);
        LibCrypto.X509_VERIFY_PARAM_set_hostflags(parameters, CryptoConst.X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        int ok = isAddress
            ? LibCrypto.X509_VERIFY_PARAM_set1_ip_asc(parameters, text.Pointer)
            : LibCrypto.X509_VERIFY_PARAM_set1_host(parameters, text.Pointer, 0);
        if (ok != 1) throw OpenSslException.FromQueue($"the peer name '{name}' was refused");
    }

    /// <summary>Whether it can be asked for and checked: an address, or a name whose labels are neither empty nor too long.</summary>
    public static bool IsPossible(string name)
    {
        if (System.Net.IPAddress.TryParse(name, out _)) return true;
        try
        {
            return !name.Contains('\0') && ToAscii(name).Length is > 0 and <= MostBytes;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // Certificates and SNI carry A-labels (RFC 5890); a trailing dot is DNS syntax only.
    public static string ToAscii(string name) => new System.Globalization.IdnMapping().GetAscii(name.TrimEnd('.'));
}
