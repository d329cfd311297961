using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace OpenSslNb.OpenSsl;

/// <summary>Takes a ClientHello apart (RFC 8446 §4.1.2). OpenSSL has accepted its outer form by then; the bodies of extensions it may not have looked at, so that a list which is cut short ends where its bytes do.</summary>
internal sealed class ClientHelloReader
{
    private const int HeaderLength = 4;
    private const int RandomLength = 32;

    /// <exception cref="FormatException">It is no ClientHello.</exception>
    public ClientHelloReader(ReadOnlyMemory<byte> message)
    {
        ReadOnlyMemory<byte> rest = Take(ref message, HeaderLength).IsEmpty ? default : message;
        LegacyVersion = BinaryPrimitives.ReadUInt16BigEndian(Take(ref rest, 2).Span);
        Random = Take(ref rest, RandomLength);
        SessionId = TakeVector(ref rest, lengthBytes: 1);
        CipherSuites = Numbers(TakeVector(ref rest, lengthBytes: 2));
        _ = TakeVector(ref rest, lengthBytes: 1);

        // Before TLS 1.3 a hello may end here.
        ReadOnlyMemory<byte> extensions = rest.IsEmpty ? rest : TakeVector(ref rest, lengthBytes: 2);
        while (!extensions.IsEmpty)
        {
            ushort type = BinaryPrimitives.ReadUInt16BigEndian(Take(ref extensions, 2).Span);
            Extensions.Add((type, TakeVector(ref extensions, lengthBytes: 2)));
        }
    }

    public int LegacyVersion { get; }

    public ReadOnlyMemory<byte> Random { get; }

    public ReadOnlyMemory<byte> SessionId { get; }

    public IReadOnlyList<ushort> CipherSuites { get; }

    public List<(ushort Type, ReadOnlyMemory<byte> Body)> Extensions { get; } = [];

    /// <summary>The first host name of a <c>server_name</c> extension.</summary>
    public static string? ServerNameOf(ReadOnlyMemory<byte>? body)
    {
        if (body is not { } rest || !TryTakeVector(ref rest, 2, out ReadOnlyMemory<byte> names)) return null;
        while (names.Length > 0)
        {
            bool isHostName = names.Span[0] == 0;
            names = names[1..];
            if (!TryTakeVector(ref names, 2, out ReadOnlyMemory<byte> name)) return null;
            if (isHostName) return Printable(name.Span);
        }

        return null;
    }

    /// <summary>The names of an ALPN extension.</summary>
    public static IReadOnlyList<string> ProtocolsOf(ReadOnlyMemory<byte>? body)
    {
        var protocols = new List<string>();
        if (body is not { } rest || !TryTakeVector(ref rest, 2, out ReadOnlyMemory<byte> names)) return protocols;
        while (TryTakeVector(ref names, 1, out ReadOnlyMemory<byte> name)) protocols.Add(Printable(name.Span));
        return protocols;
    }

    /// <summary>The first identity of a <c>pre_shared_key</c> extension (RFC 8446 §4.2.11): a ticket, or an id where the server keeps its sessions; empty when there is none.</summary>
    public static ReadOnlyMemory<byte> IdentityOf(ReadOnlyMemory<byte>? body) =>
        body is { } rest && TryTakeVector(ref rest, 2, out ReadOnlyMemory<byte> identities) && TryTakeVector(ref identities, 2, out ReadOnlyMemory<byte> identity) ? identity : default;

    /// <summary>A list of two-byte numbers with its length in front.</summary>
    public static IReadOnlyList<ushort> NumbersOf(ReadOnlyMemory<byte>? body, int lengthBytes) =>
        body is { } rest && TryTakeVector(ref rest, lengthBytes, out ReadOnlyMemory<byte> numbers) ? Numbers(numbers) : [];

    private static ushort[] Numbers(ReadOnlyMemory<byte> bytes)
    {
        var numbers = new ushort[bytes.Length / 2];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = BinaryPrimitives.ReadUInt16BigEndian(bytes.Span[(2 * i)..]);
        return numbers;
    }

    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (byte value in bytes)
        {
            if (value is >= 0x20 and < 0x7F) text.Append((char)value);
            else text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
        }

        return text.ToString();
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> rest, int length)
    {
        if (rest.Length < length) throw new FormatException($"a ClientHello ends {length - rest.Length} bytes too early");
        ReadOnlyMemory<byte> taken = rest[..length];
        rest = rest[length..];
        return taken;
    }

    private static ReadOnlyMemory<byte> TakeVector(ref ReadOnlyMemory<byte> rest, int lengthBytes)
    {
        ReadOnlySpan<byte> length = Take(ref rest, lengthBytes).Span;
        return Take(ref rest, lengthBytes == 1 ? length[0] : BinaryPrimitives.ReadUInt16BigEndian(length));
    }

    private static bool TryTakeVector(ref ReadOnlyMemory<byte> rest, int lengthBytes, out ReadOnlyMemory<byte> vector)
    {
        vector = default;
        if (rest.Length < lengthBytes) return false;
        int length = lengthBytes == 1 ? rest.Span[0] : BinaryPrimitives.ReadUInt16BigEndian(rest.Span);
        if (rest.Length - lengthBytes < length) return false;
        vector = rest.Slice(lengthBytes, length);
        rest = rest[(lengthBytes + length)..];
        return true;
    }
}
