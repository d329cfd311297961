using System.Text;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>What both sides of an established connection can derive from it, and nobody else.</summary>
internal static unsafe class KeyingMaterial
{
    // RFC 8446 §7.1: a label of at most 255 bytes, six of which are "tls13 ".
    private const int LongestLabel = 249;
    private const int LongestExport = 8 * 1024;
    private const int ExporterBindingLength = 32;

    /// <summary>Refuses what no connection could export.</summary>
    /// <exception cref="ArgumentException">The label is none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The length is none.</exception>
    public static void Require(string label, int length)
    {
        ArgumentException.ThrowIfNullOrEmpty(label);
        if (label.Length > LongestLabel || !Ascii.IsValid(label)) throw new ArgumentException($"an exporter's label must be 1 to {LongestLabel} characters of ASCII, and not '{label}'", nameof(label));
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, LongestExport);
    }

    /// <summary><c>SSL_export_keying_material(3)</c>. The handshake must have ended.</summary>
    public static byte[] Export(nint ssl, string label, int length, ReadOnlyMemory<byte>? context)
    {
        LibCrypto.ERR_clear_error();
        byte[] result = new byte[length];

        // With a zero behind it, so that an empty one has an address too: OpenSSL takes none for a mistake.
        ReadOnlySpan<byte> name = Encoding.ASCII.GetBytes(label + '\0');
        ReadOnlySpan<byte> value = context is { } given ? given.Span : default;
        fixed (byte* output = result)
        fixed (byte* namePointer = name)
        fixed (byte* valuePointer = value)
        {
            int done = LibSsl.SSL_export_keying_material(ssl, output, (nuint)length, namePointer, (nuint)label.Length, valuePointer, (nuint)value.Length, context is null ? 0 : 1);
            return done == 1 ? result : throw OpenSslException.FromQueue($"OpenSSL exports nothing for the label '{label}'");
        }
    }

    public static byte[] Binding(nint ssl, TlsChannelBinding kind) => kind switch
    {
        TlsChannelBinding.Unique => Unique(ssl),
        TlsChannelBinding.ServerEndPoint => ServerEndPoint(ssl),
        _ => ExporterBinding(ssl),
    };

    private static byte[] ExporterBinding(nint ssl)
    {
        // RFC 9266 §3: without the extended master secret two connections can be made to agree.
        if (LibSsl.SSL_version(ssl) < SslConst.TLS1_3_VERSION && LibSsl.SSL_get_extms_support(ssl) != 1)
        {
            throw new InvalidOperationException("tls-exporter needs TLS 1.3, or TLS 1.2 with the extended master secret (RFC 9266 §3)");
        }

        return Export(ssl, "EXPORTER-Channel-Binding", ExporterBindingLength, ReadOnlyMemory<byte>.Empty);
    }

    private static byte[] Unique(nint ssl)
    {
        if (LibSsl.SSL_version(ssl) >= SslConst.TLS1_3_VERSION) throw new InvalidOperationException("tls-unique is not defined for TLS 1.3: use Exporter (RFC 9266 §1)");

        // What is resumed without the extended master secret can be tied to two peers at a time, who then have the same binding (RFC 7627 §1).
        if (LibSsl.SSL_session_reused(ssl) != 0 && LibSsl.SSL_get_extms_support(ssl) != 1) throw new InvalidOperationException("tls-unique says nothing of a session that is resumed without the extended master secret (RFC 7627 §1)");

        // The first Finished of the handshake: the client's, or the server's when a session was resumed (RFC 5246 §7.3).
        bool isOurs = LibSsl.SSL_is_server(ssl) != 0 == (LibSsl.SSL_session_reused(ssl) != 0);
        Span<byte> finished = stackalloc byte[CryptoConst.EVP_MAX_MD_SIZE];
        fixed (byte* pointer = finished)
        {
            nuint length = isOurs ? LibSsl.SSL_get_finished(ssl, pointer, (nuint)finished.Length) : LibSsl.SSL_get_peer_finished(ssl, pointer, (nuint)finished.Length);
            return finished[..(int)length].ToArray();
        }
    }

    private static byte[] ServerEndPoint(nint ssl)
    {
        // A server that has a certificate may have shown its key alone.
        if (CertificateTypes.Agreed(ssl, ofServer: true) == TlsCertificateType.RawPublicKey) throw new InvalidOperationException("tls-server-end-point is a hash of the server's certificate, and it has shown a raw public key (RFC 5929 §4)");
        if (LibSsl.SSL_is_server(ssl) != 0) return HashOf(LibSsl.SSL_get_certificate(ssl));
        nint peer = LibSsl.SSL_get1_peer_certificate(ssl);
        if (peer == 0) throw new InvalidOperationException("the server has shown no certificate");
        using SafeX509Handle certificate = SafeX509Handle.Adopt(peer);
        return HashOf(peer);
    }

    // RFC 5929 §4.1: by the hash of the certificate's signature; SHA-256 where that is MD5, SHA-1 or none.
    private static byte[] HashOf(nint certificate)
    {
        if (certificate == 0) throw new InvalidOperationException("the server has shown no certificate");
        int hash = 0;
        _ = LibCrypto.X509_get_signature_info(certificate, &hash, null, null, null);
        nint digest = hash is 0 or CryptoConst.NID_md5 or CryptoConst.NID_sha1 ? 0 : LibCrypto.EVP_get_digestbyname(LibCrypto.OBJ_nid2sn(hash));
        if (digest == 0) digest = LibCrypto.EVP_sha256();
        Span<byte> result = stackalloc byte[CryptoConst.EVP_MAX_MD_SIZE];
        uint length = 0;
        fixed (byte* pointer = result)
        {
            if (LibCrypto.X509_digest(certificate, digest, pointer, &length) != 1) throw OpenSslException.FromQueue("X509_digest failed");
        }

        return result[..(int)length].ToArray();
    }
}
