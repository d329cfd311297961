using System.Security.Cryptography;
using System.Text;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Reads and writes certificates, keys and sessions in DER (<c>d2i_X509(3)</c>, <c>d2i_SSL_SESSION(3)</c>).</summary>
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

    /// <summary>What is in the outermost value; nothing when it is none.</summary>
    public static ReadOnlySpan<byte> Inner(ReadOnlySpan<byte> der)
    {
        if (der.Length < 2) return default;
        int header = 2 + (der[1] < 0x80 ? 0 : der[1] & 0x7F);
        return header <= der.Length ? der[header..] : default;
    }

    /// <param name="der">PKCS#8, encrypted or not, or a traditional format.</param>
    /// <param name="source">For messages.</param>
    /// <param name="password">Null when the key is not encrypted.</param>
    /// <exception cref="OpenSslException">It is no private key, or the password is wrong.</exception>
    public static SafeEvpPkeyHandle ReadPrivateKey(ReadOnlySpan<byte> der, string source, string? password)
    {
        const byte Sequence = 0x30;
        const byte ObjectIdentifier = 0x06;

        // RFC 5958 §3: an encrypted key begins with its algorithm, and every other one with a version. OpenSSL reads it from its text.
        if (Inner(der) is [Sequence, ..] and var algorithm && Inner(algorithm) is [ObjectIdentifier, ..])
        {
            return Pem.ReadPrivateKey(Encoding.ASCII.GetBytes(PemEncoding.Write("ENCRYPTED PRIVATE KEY", der)), password, source);
        }

        LibCrypto.ERR_clear_error();
        fixed (byte* pointer = der)
        {
            byte* next = pointer;
            nint key = pointer == null ? 0 : LibCrypto.d2i_AutoPrivateKey(null, &next, der.Length);
            return key != 0 ? SafeEvpPkeyHandle.Adopt(key) : throw OpenSslException.FromQueue($"{source} is no private key in DER");
        }
    }

    /// <summary>The same key in OpenSSL's encoding (<c>d2i_PUBKEY(3)</c>).</summary>
    /// <exception cref="OpenSslException">It is no SubjectPublicKeyInfo, or there is more behind it.</exception>
    public static byte[] ReadPublicKey(ReadOnlySpan<byte> der, string source)
    {
        LibCrypto.ERR_clear_error();
        fixed (byte* pointer = der)
        {
            byte* next = pointer;
            nint key = pointer == null ? 0 : LibCrypto.d2i_PUBKEY(null, &next, der.Length);
            if (key == 0) throw OpenSslException.FromQueue($"{source} is no public key in DER (a SubjectPublicKeyInfo)");
            using SafeEvpPkeyHandle owner = SafeEvpPkeyHandle.Adopt(key);
            return next == pointer + der.Length ? WritePublicKey(key) : throw new OpenSslException($"{source} has {der.Length - (next - pointer)} bytes behind the public key", []);
        }
    }

    /// <summary>A key's SubjectPublicKeyInfo (<c>i2d_PUBKEY(3)</c>).</summary>
    public static byte[] WritePublicKey(nint key) => Write(key, LibCrypto.i2d_PUBKEY, "a public key");

    /// <summary>The certificate's encoding (<c>i2d_X509(3)</c>).</summary>
    public static byte[] Write(nint certificate) => Write(certificate, LibCrypto.i2d_X509, "a certificate");

    /// <summary>The session's encoding (<c>i2d_SSL_SESSION(3)</c>).</summary>
    public static byte[] WriteSession(nint session) => Write(session, LibSsl.i2d_SSL_SESSION, "a session");

    /// <summary>The encoding of an OCSP request.</summary>
    public static byte[] WriteRequest(nint request) => Write(request, LibCrypto.i2d_OCSP_REQUEST, "an OCSP request");

    /// <returns>A new session that is the caller's; 0 when it is none.</returns>
    public static nint ReadSession(ReadOnlySpan<byte> der)
    {
        fixed (byte* pointer = der)
        {
            byte* next = pointer;
            nint session = pointer == null ? 0 : LibSsl.d2i_SSL_SESSION(null, &next, der.Length);
            if (session == 0) LibCrypto.ERR_clear_error();
            return session;
        }
    }

    private static byte[] Write(nint what, delegate* unmanaged<nint, byte**, int> encode, string name)
    {
        int length = encode(what, null);
        if (length <= 0) throw OpenSslException.FromQueue($"{name} could not be encoded");
        byte[] der = new byte[length];
        fixed (byte* pointer = der)
        {
            byte* next = pointer;
            _ = encode(what, &next);
        }

        return der;
    }
}
