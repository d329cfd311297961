using System.Buffers.Binary;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Simulation.Differential;

/// <summary>What a server's handshake messages say, but for what is random: RFC 8446 §4, RFC 5246 §7.4, RFC 8422 §5.4.</summary>
internal static class MessageFacts
{
    private const int HeaderLength = 4;
    private const byte NamedCurve = 3;
    private const ushort Alpn = 16;
    private const ushort KeyShare = 51;

    /// <summary>The facts of a message; none of what cannot be parsed, which the machine will have refused.</summary>
    /// <param name="message">With its header.</param>
    public static IReadOnlyList<Fact> Of(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> body = message[Math.Min(HeaderLength, message.Length)..];
        try
        {
            return message[0] switch
            {
                2 => ServerHello(body),
                8 => Extended(body),
                12 when body[0] == NamedCurve => [new("group", TlsNames.Groups.NameOf(Number(body[1..])))],
                15 => [new("signature", TlsNames.Signatures.NameOf(Number(body)))],
                24 => [new("request", body[0] == 1 ? "update_requested" : "update_not_requested")],
                _ => [],
            };
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or FormatException)
        {
            return [new("content", "cannot be parsed")];
        }
    }

    private static List<Fact> ServerHello(ReadOnlySpan<byte> body)
    {
        ServerHelloFacts hello = ServerHelloFacts.Parse(body.ToArray());
        var facts = new List<Fact>
        {
            new("version", TlsNames.Versions.NameOf(hello.Version)),
            new("cipher", TlsNames.Ciphers.NameOf(hello.CipherSuite)),
            new("session id", hello.SessionId.IsEmpty ? "empty" : $"{hello.SessionId.Length} bytes"),
        };
        facts.AddRange(Of(hello.Extensions));
        return facts;
    }

    private static List<Fact> Extended(ReadOnlySpan<byte> body)
    {
        var extensions = new Dictionary<ushort, ReadOnlyMemory<byte>>();
        byte[] all = body.Slice(2, Number(body)).ToArray();
        for (ReadOnlyMemory<byte> rest = all; !rest.IsEmpty;)
        {
            int length = Number(rest.Span[2..]);
            extensions[Number(rest.Span)] = rest.Slice(4, length);
            rest = rest[(4 + length)..];
        }

        return Of(extensions);
    }

    // Their order is the server's own affair (RFC 8446 §4.2).
    private static List<Fact> Of(IReadOnlyDictionary<ushort, ReadOnlyMemory<byte>> extensions)
    {
        var facts = new List<Fact> { new("extensions", extensions.Count == 0 ? "none" : string.Join(" ", extensions.Keys.Order().Select(TlsNames.Extensions.NameOf))) };
        if (extensions.TryGetValue(KeyShare, out ReadOnlyMemory<byte> share)) facts.Add(new("group", TlsNames.Groups.NameOf(Number(share.Span))));
        if (extensions.TryGetValue(Alpn, out ReadOnlyMemory<byte> alpn)) facts.Add(new("alpn", System.Text.Encoding.ASCII.GetString(alpn.Span[3..])));
        return facts;
    }

    private static ushort Number(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
