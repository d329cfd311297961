using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OpenSslNb.ProxyProtocol;

/// <summary>Version 1: a line of text (proxy-protocol.txt §2.1).</summary>
internal static class TextHeader
{
    private const int FieldCount = 6;
    private const int LongestIPv4 = 15;

    /// <summary>What every line begins with.</summary>
    public static ReadOnlySpan<byte> Begin => "PROXY "u8;

    /// <param name="line">Without its end.</param>
    /// <exception cref="ProxyHeaderException">It is none.</exception>
    public static ProxyHeader Parse(ReadOnlySpan<byte> line)
    {
        // What may stand behind UNKNOWN is nobody's business.
        ReadOnlySpan<byte> unknown = "UNKNOWN"u8;
        ReadOnlySpan<byte> rest = line[Begin.Length..];
        if (rest.StartsWith(unknown) && (rest.Length == unknown.Length || rest[unknown.Length] == ' ')) return new ProxyHeader(ProxyProtocolVersion.Version1) { IsLocal = true };
        string[] fields = Encoding.Latin1.GetString(line).Split(' ');
        if (fields.Length != FieldCount) throw new ProxyHeaderException("the line has not six words with one space between them");
        AddressFamily family = fields[1] switch
        {
            "TCP4" => AddressFamily.InterNetwork,
            "TCP6" => AddressFamily.InterNetworkV6,
            _ => throw new ProxyHeaderException("the protocol is neither TCP4 nor TCP6 nor UNKNOWN"),
        };
        return new ProxyHeader(ProxyProtocolVersion.Version1)
        {
            Transport = ProxyTransport.Stream,
            Source = new IPEndPoint(Address(fields[2], family), Port(fields[4])),
            Destination = new IPEndPoint(Address(fields[3], family), Port(fields[5])),
        };
    }

    public static byte[] Write(ProxyHeader header)
    {
        if (header is not { IsLocal: false, Source: { } source, Destination: { } destination }) return "PROXY UNKNOWN\r\n"u8.ToArray();
        string family = source.AddressFamily == AddressFamily.InterNetwork ? "TCP4" : "TCP6";
        return Encoding.ASCII.GetBytes(FormattableString.Invariant($"PROXY {family} {Written(source.Address)} {Written(destination.Address)} {source.Port} {destination.Port}\r\n"));
    }

    // The library writes the last bits of some addresses as IPv4 is written; here there are hexadecimal numbers only.
    private static string Written(IPAddress address)
    {
        string text = address.ToString();
        if (address.AddressFamily == AddressFamily.InterNetwork || !text.Contains('.')) return text;
        byte[] bytes = address.GetAddressBytes();
        return string.Join(':', Enumerable.Range(0, bytes.Length / 2).Select(i => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(2 * i)).ToString("x", CultureInfo.InvariantCulture)));
    }

    // The library reads more than the specification has: octal and hexadecimal numbers, missing parts, scopes, brackets.
    private static IPAddress Address(string text, AddressFamily family)
    {
        bool isPlain = family == AddressFamily.InterNetwork ? IsDotted(text) : text.Contains(':') && text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.');
        if (isPlain && IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == family) return address;
        throw new ProxyHeaderException($"an address is not written as {(family == AddressFamily.InterNetwork ? "IPv4" : "IPv6")} is");
    }

    private static bool IsDotted(string text) => text.Length <= LongestIPv4 && text.Split('.') is { Length: 4 } parts && parts.All(part => TryNumber(part, byte.MaxValue, out _));

    private static int Port(string text) => TryNumber(text, ushort.MaxValue, out int port) ? port : throw new ProxyHeaderException("a port is no number from 0 to 65535");

    // Without sign, space or zeroes in front, and without zero bytes behind, which the library overlooks.
    private static bool TryNumber(string text, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most && (text.Length == 1 || text[0] != '0') && text.All(char.IsAsciiDigit);
}
