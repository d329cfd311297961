using System.Security.Cryptography;

namespace OpenSslNb.OpenSsl;

/// <summary>Reads certificates and keys from files in whatever format they are in. Each file is read once: it may be a pipe.</summary>
internal static class CertificateFile
{
    private const byte Sequence = 0x30;
    private const byte Integer = 0x02;

    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="OpenSslException">It holds something else, or the password is wrong.</exception>
    public static CertificateParts Read(string certificatePath, string? keyPath, string? password)
    {
        byte[] certificate = File.ReadAllBytes(certificatePath);
        byte[]? key = keyPath is null || keyPath == certificatePath ? null : File.ReadAllBytes(keyPath);
        var parts = new CertificateParts();
        try
        {
            if (IsPkcs12(certificate))
            {
                if (key is not null) throw new OpenSslException($"{certificatePath} is PKCS#12, which has its key with it: there is no use for {keyPath}", []);
                return Pkcs12.Read(certificate, password, certificatePath);
            }

            if (IsDer(certificate)) parts.Chain.Add(Der.ReadCertificate(certificate, certificatePath));
            else parts.Chain.AddRange(Pem.ReadCertificates(certificate, certificatePath));
            parts.Key = key is null ? KeyBeside(certificate, certificatePath, password) : ReadKey(key, keyPath!, password);
            return parts;
        }
        catch
        {
            parts.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(certificate);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static Interop.SafeEvpPkeyHandle KeyBeside(byte[] certificate, string path, string? password) =>
        IsDer(certificate) ? throw new OpenSslException($"{path} is a certificate in DER, without its key: the key's file is needed", []) : Pem.ReadPrivateKey(certificate, password, path);

    /// <summary>The private key in a file, PEM or DER.</summary>
    public static Interop.SafeEvpPkeyHandle ReadKey(byte[] key, string path, string? password)
    {
        if (IsPkcs12(key)) throw new OpenSslException($"{path} is PKCS#12: it is to be given for the certificate, which it has with it", []);
        return IsDer(key) ? Der.ReadPrivateKey(key, path, password) : Pem.ReadPrivateKey(key, password, path);
    }

    // 0x30 is the digit 0 too, but no text goes on with a byte above 127, or has just as many bytes as its second one says.
    internal static bool IsDer(ReadOnlySpan<byte> file) => file.Length > 2 && file[0] == Sequence && (file[1] > 0x7F || file[1] == file.Length - 2);

    // RFC 7292 §4: a version comes first, 3, where a certificate has another sequence. Keys begin with versions 0 and 1 (RFC 5208, RFC 5915, RFC 8017).
    private static bool IsPkcs12(ReadOnlySpan<byte> file) => IsDer(file) && Der.Inner(file) is [Integer, 1, 3, ..];
}
