using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Writes certificates and keys as PEM (<c>PEM_write_bio_X509(3)</c>).</summary>
internal static unsafe class PemWriter
{
    public static byte[] Certificates(List<SafeX509Handle> chain) => Write(bio =>
    {
        foreach (SafeX509Handle certificate in chain)
        {
            if (LibCrypto.PEM_write_bio_X509(bio, certificate.Pointer) != 1) throw OpenSslException.FromQueue("PEM_write_bio_X509 failed");
        }
    });

    public static byte[] PrivateKey(SafeEvpPkeyHandle key) => Write(bio =>
    {
        if (LibCrypto.PEM_write_bio_PrivateKey(bio, key.Pointer, 0, null, 0, null, null) != 1) throw OpenSslException.FromQueue("PEM_write_bio_PrivateKey failed");
    });

    private static byte[] Write(Action<nint> write)
    {
        nint pointer = LibCrypto.BIO_new(LibCrypto.BIO_s_mem());
        if (pointer == 0) throw OpenSslException.FromQueue("BIO_new failed");
        using SafeBioHandle bio = SafeBioHandle.Adopt(pointer);
        write(bio.Pointer);
        var text = new byte[(int)LibCrypto.BIO_ctrl(bio.Pointer, CryptoConst.BIO_CTRL_PENDING, 0, null)];
        fixed (byte* buffer = text)
        {
            int count = LibCrypto.BIO_read(bio.Pointer, buffer, text.Length);
            return count == text.Length ? text : throw OpenSslException.FromQueue("BIO_read failed");
        }
    }
}
