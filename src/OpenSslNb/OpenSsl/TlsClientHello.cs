using OpenSslNb.OpenSsl;

namespace OpenSslNb;

/// <summary>A client's first message, as it was sent (RFC 8446 §4.1.2). Immutable: it may be kept.</summary>
public sealed class TlsClientHello
{
    private readonly Dictionary<ushort, ReadOnlyMemory<byte>> _bodies;
    private HelloFingerprints? _fingerprints;

    internal TlsClientHello(ReadOnlyMemory<byte> message)
    {
        var reader = new ClientHelloReader(message);
        Message = message;
        LegacyVersion = reader.LegacyVersion;
        Random = reader.Random;
        SessionId = reader.SessionId;
        CipherSuites = reader.CipherSuites;
        Extensions = [.. reader.Extensions.Select(e => e.Type)];
        _bodies = [];
        foreach ((ushort type, ReadOnlyMemory<byte> body) in reader.Extensions) _bodies.TryAdd(type, body);
        ServerName = ClientHelloReader.ServerNameOf(BodyOf(HelloExtension.ServerName));
        ApplicationProtocols = ClientHelloReader.ProtocolsOf(BodyOf(HelloExtension.ApplicationProtocols));
        SupportedVersions = ClientHelloReader.NumbersOf(BodyOf(HelloExtension.SupportedVersions), lengthBytes: 1);
        Groups = ClientHelloReader.NumbersOf(BodyOf(HelloExtension.SupportedGroups), lengthBytes: 2);
        SignatureAlgorithms = ClientHelloReader.NumbersOf(BodyOf(HelloExtension.SignatureAlgorithms), lengthBytes: 2);
    }

    /// <summary>The whole handshake message, its header of four bytes included.</summary>
    public ReadOnlyMemory<byte> Message { get; }

    /// <summary><c>legacy_version</c>: 0x0303 for TLS 1.2 and later.</summary>
    public int LegacyVersion { get; }

    /// <summary>32 bytes.</summary>
    public ReadOnlyMemory<byte> Random { get; }

    /// <summary><c>legacy_session_id</c>, 0 to 32 bytes.</summary>
    public ReadOnlyMemory<byte> SessionId { get; }

    /// <summary>In the client's order, GREASE (RFC 8701) included; numbers of the IANA registry.</summary>
    public IReadOnlyList<ushort> CipherSuites { get; }

    /// <summary>Types of all extensions in the client's order, those that OpenSSL does not know and GREASE included.</summary>
    public IReadOnlyList<ushort> Extensions { get; }

    /// <summary>The name that the client asks for (SNI, RFC 6066 §3); null when it asks for none.</summary>
    public string? ServerName { get; }

    /// <summary>Application protocols that it offers (ALPN, RFC 7301), in its order; bytes that are not ASCII are shown as <c>\xHH</c>.</summary>
    public IReadOnlyList<string> ApplicationProtocols { get; }

    /// <summary>Versions that it offers (<c>supported_versions</c>, RFC 8446 §4.2.1), such as 0x0304; empty from clients that know nothing newer than TLS 1.2.</summary>
    public IReadOnlyList<ushort> SupportedVersions { get; }

    /// <summary>Key exchange groups (<c>supported_groups</c>, RFC 8446 §4.2.7), in its order.</summary>
    public IReadOnlyList<ushort> Groups { get; }

    /// <summary>Signature algorithms (RFC 8446 §4.2.3), in its order.</summary>
    public IReadOnlyList<ushort> SignatureAlgorithms { get; }

    /// <summary>The JA3 fingerprint: MD5 of <see cref="Ja3Text"/>, in hexadecimal.</summary>
    public string Ja3 => Fingerprints.Ja3;

    /// <summary>What JA3 is the hash of: version, cipher suites, extensions, groups and point formats, without GREASE.</summary>
    public string Ja3Text => Fingerprints.Ja3Text;

    /// <summary>The JA4 fingerprint, such as <c>t13d1516h2_8daaf6152771_e5627efa2ab1</c>: unlike JA3 it does not depend on the order of cipher suites and extensions.</summary>
    public string Ja4 => Fingerprints.Ja4;

    /// <summary>The body of an extension; false when it is not there.</summary>
    /// <param name="type">Its number in the IANA registry.</param>
    /// <param name="body">Without type and length.</param>
    public bool TryGetExtension(ushort type, out ReadOnlyMemory<byte> body) => _bodies.TryGetValue(type, out body);

    private HelloFingerprints Fingerprints => _fingerprints ??= HelloFingerprints.Of(this);

    internal ReadOnlyMemory<byte>? BodyOf(ushort type) => _bodies.TryGetValue(type, out ReadOnlyMemory<byte> body) ? body : null;
}
