namespace OpenSslNb.Simulation.Probing;

/// <summary>A ClientHello to be sent as it stands, right or wrong (RFC 8446 §4.1.2). Nobody holds its keys: it asks how the server answers, not for a connection.</summary>
public sealed record RawClientHello
{
    /// <summary>legacy_version, for TLS 1.2 and before the version itself.</summary>
    public ushort Version { get; init; } = TlsRecord.Tls12;

    /// <summary>legacy_record_version of its record.</summary>
    public ushort RecordVersion { get; init; } = 0x0301;

    /// <summary>32 bytes.</summary>
    public ReadOnlyMemory<byte> Random { get; init; } = Noise(32);

    /// <summary>legacy_session_id, 0 to 32 bytes when it is right.</summary>
    public ReadOnlyMemory<byte> SessionId { get; init; } = Noise(32);

    /// <summary>cipher_suites as bytes, so that there may be an odd number of them.</summary>
    public ReadOnlyMemory<byte> CipherSuites { get; init; }

    /// <summary>legacy_compression_methods.</summary>
    public ReadOnlyMemory<byte> Compression { get; init; } = new byte[1];

    /// <summary>Extensions in their order; none at all leaves the field out.</summary>
    public IReadOnlyList<RawExtension> Extensions { get; init; } = [];

    /// <summary>Bytes behind all that belongs to it, within its length.</summary>
    public ReadOnlyMemory<byte> Trailing { get; init; }

    /// <summary>A good one of a client that has TLS 1.3 and 1.2.</summary>
    /// <param name="serverName">For SNI; null for none.</param>
    public static RawClientHello Modern(string? serverName) => new()
    {
        CipherSuites = Suites(0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8),
        Extensions =
        [
            .. Name(serverName), RawExtension.Groups(X25519, Secp256R1), RawExtension.PointFormats, s_signatures, RawExtension.Versions(0x0304, 0x0303), RawExtension.PskModes,
            RawExtension.KeyShare((X25519, Noise(32))), new RawExtension(23, default), RawExtension.RenegotiationInfo(),
        ],
    };

    /// <summary>A good one of a client that has TLS 1.2 alone, or says so.</summary>
    /// <param name="serverName">For SNI; null for none.</param>
    public static RawClientHello Old(string? serverName) => new()
    {
        SessionId = default,
        CipherSuites = Suites(0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xC009, 0xC013, 0x002F),
        Extensions = [.. Name(serverName), RawExtension.Groups(X25519, Secp256R1), RawExtension.PointFormats, s_signatures, new RawExtension(23, default), RawExtension.RenegotiationInfo()],
    };

    internal const ushort X25519 = 29;
    internal const ushort Secp256R1 = 23;

    private static readonly RawExtension s_signatures = RawExtension.SignatureAlgorithms(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0x0807, 0x0203, 0x0201);

    /// <summary>Cipher suites as bytes.</summary>
    public static byte[] Suites(params ushort[] suites) => RawExtension.Numbers(suites);

    /// <summary>With an extension in place of the one of its type, or at the end.</summary>
    public RawClientHello With(RawExtension extension)
    {
        ArgumentNullException.ThrowIfNull(extension);
        return Extensions.Any(e => e.Type == extension.Type)
            ? this with { Extensions = [.. Extensions.Select(e => e.Type == extension.Type ? extension : e)] }
            : this with { Extensions = [.. Extensions, extension] };
    }

    /// <summary>Without the extensions of these types.</summary>
    public RawClientHello Without(params ushort[] types) => this with { Extensions = [.. Extensions.Where(e => !types.Contains(e.Type))] };

    /// <summary>The handshake message.</summary>
    public byte[] ToMessage()
    {
        byte[] extensions = [.. Extensions.SelectMany(e => e.ToBytes())];
        byte[] body =
        [
            .. RawExtension.Numbers(Version), .. Random.Span, .. RawExtension.Vector(1, SessionId.Span), .. RawExtension.Vector(2, CipherSuites.Span), .. RawExtension.Vector(1, Compression.Span),
            .. Extensions.Count == 0 ? [] : RawExtension.Vector(2, extensions), .. Trailing.Span,
        ];
        return [1, .. RawExtension.Vector(3, body)];
    }

    /// <summary>The message in one record.</summary>
    public TlsRecord ToRecord() => new(TlsRecord.Handshake, ToMessage(), RecordVersion);

    internal static byte[] Noise(int count)
    {
        byte[] bytes = new byte[count];
        System.Random.Shared.NextBytes(bytes);
        return bytes;
    }

    private static IEnumerable<RawExtension> Name(string? name) => name is null ? [] : [RawExtension.ServerName(name)];
}
