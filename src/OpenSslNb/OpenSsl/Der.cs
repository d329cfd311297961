using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Reads and writes certificates and keys in DER (<c>d2i_X509(3)</c>).</summary>
internal static unsafe class Der
{
    /// <exception cref="OpenSslException">It is no certificate, or there is more behind it.</exception>
    public static SafeX509Handle ReadCertificate(ReadOnlySpan<byte> der, string source)
    {
        LibCrypto.ERR_clear_error();
        fixed (byte* pointer = der)
        {
            byte* next = pointer;
            nint certificate = pointer == null ? 0 : LibCrypto.d2i_X509(null, &next, der.Length);
            if (certificate == 0) throw OpenSslException.FromQueue($"{source} is no X.509 certificate in DER");
            var owner = SafeX509Handle.Adopt(certificate);
            if (next == pointer + der.Length) return owner;
            owner.Dispose();
            throw new OpenSslException($"{source} has {der.Length - (next - pointer)} bytes behind the certificate", []);
        }
    }

    /// <exception cref="OpenSslException">It is no private key.</exception>
    public static SafeEvpPkeyHandle ReadPrivateKey(ReadOnlySpan<byte> der, string source)
    {
        LibCrypto.ERR_clear_error();
        fixed (byte* pointer = der)
        {
            byte* next = pointer;
            nint key = pointer == null ? 0 : LibCrypto.d2i_AutoPrivateKey(null, &next, der.Length);
            return key != 0 ? SafeEvpPkeyHandle.Adopt(key) : throw OpenSslException.FromQueue($"{source} is no private key in DER");
        }
    }

    /// <summary>The certificate's encoding (<c>i2d_X509(3)</c>).</summary>
    public static byte[] Write(nint certificate)
    {
        int length = LibCrypto.i2d_X509(certificate, null);
        if (length <= 0) throw OpenSslException.FromQueue("a certificate could not be encoded");
        byte[] der = new byte[length];
        fixed (byte* pointer = der)
        {
            byte* next = pointer;
            _ = LibCrypto.i2d_X509(certificate, &next);
        }

        return der;
    }
}
