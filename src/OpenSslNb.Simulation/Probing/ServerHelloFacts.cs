using System.Buffers.Binary;

namespace OpenSslNb.Simulation.Probing;

/// <summary>What a ServerHello says (RFC 8446 §4.1.3, RFC 5246 §7.4.1.3).</summary>
/// <param name="Version">The version that was chosen: supported_versions if it is there.</param>
/// <param name="Random">32 bytes.</param>
/// <param name="SessionId">The session's id, or with TLS 1.3 the client's.</param>
/// <param name="CipherSuite">The suite that was chosen.</param>
/// <param name="Extensions">By type.</param>
public sealed record ServerHelloFacts(ushort Version, ReadOnlyMemory<byte> Random, ReadOnlyMemory<byte> SessionId, ushort CipherSuite, IReadOnlyDictionary<ushort, ReadOnlyMemory<byte>> Extensions)
{
    private const ushort SupportedVersions = 43;

    private static ReadOnlySpan<byte> RetryRandom => [0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91];

    /// <summary>True of a HelloRetryRequest (RFC 8446 §4.1.4).</summary>
    public bool IsRetryRequest => Random.Span.StartsWith(RetryRandom);

    /// <summary>Reads the message's body.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    internal static ServerHelloFacts Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            ushort version = BinaryPrimitives.ReadUInt16BigEndian(body.Span);
            ReadOnlyMemory<byte> random = body[2..34];
            int idLength = body.Span[34];
            ReadOnlyMemory<byte> id = body.Slice(35, idLength);
            ReadOnlyMemory<byte> rest = body[(35 + idLength)..];
            ushort suite = BinaryPrimitives.ReadUInt16BigEndian(rest.Span);
            IReadOnlyDictionary<ushort, ReadOnlyMemory<byte>> extensions = Extended(rest[3..]);
            if (extensions.TryGetValue(SupportedVersions, out ReadOnlyMemory<byte> chosen)) version = BinaryPrimitives.ReadUInt16BigEndian(chosen.Span);
            return new ServerHelloFacts(version, random, id, suite, extensions);
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException)
        {
            throw new FormatException("the peer's ServerHello cannot be parsed", e);
        }
    }

    private static Dictionary<ushort, ReadOnlyMemory<byte>> Extended(ReadOnlyMemory<byte> bytes)
    {
        var extensions = new Dictionary<ushort, ReadOnlyMemory<byte>>();
        if (bytes.IsEmpty) return extensions;
        ReadOnlyMemory<byte> all = bytes.Slice(2, BinaryPrimitives.ReadUInt16BigEndian(bytes.Span));
        while (!all.IsEmpty)
        {
            ushort type = BinaryPrimitives.ReadUInt16BigEndian(all.Span);
            int length = BinaryPrimitives.ReadUInt16BigEndian(all.Span[2..]);
            extensions[type] = all.Slice(4, length);
            all = all[(4 + length)..];
        }

        return extensions;
    }
}
