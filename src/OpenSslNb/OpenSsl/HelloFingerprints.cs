using System.Globalization;
using System.Text;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>What tells kinds of clients apart: JA3 (salesforce/ja3) and JA4 (FoxIO, JA4 technical details).</summary>
internal sealed record HelloFingerprints(string Ja3Text, string Ja3, string Ja4)
{
    private const int Ja4HashLength = 12;
    private const string NoJa4Hash = "000000000000";

    public static HelloFingerprints Of(TlsClientHello hello)
    {
        string text = Ja3TextOf(hello);

        // Not for security: JA3 is defined by MD5.
        string ja3 = Convert.ToHexStringLower(Digests.Md5(Encoding.ASCII.GetBytes(text)));
        return new HelloFingerprints(text, ja3, Ja4Of(hello));
    }

    private static string Ja3TextOf(TlsClientHello hello)
    {
        IEnumerable<ushort> formats = [];
        if (hello.TryGetExtension(HelloExtension.PointFormats, out ReadOnlyMemory<byte> body) && body.Length > 0) formats = body.ToArray().Skip(1).Select(value => (ushort)value);
        string[] parts = [Decimal([(ushort)hello.LegacyVersion]), Decimal(WithoutGrease(hello.CipherSuites)), Decimal(WithoutGrease(hello.Extensions)), Decimal(WithoutGrease(hello.Groups)), Decimal(formats)];
        return string.Join(',', parts);
    }

    private static string Ja4Of(TlsClientHello hello)
    {
        ushort[] suites = [.. WithoutGrease(hello.CipherSuites)];
        ushort[] extensions = [.. WithoutGrease(hello.Extensions)];
        string name = hello.ServerName is null ? "i" : "d";
        string head = string.Create(CultureInfo.InvariantCulture, $"t{VersionOf(hello)}{name}{Math.Min(suites.Length, 99):00}{Math.Min(extensions.Length, 99):00}{FirstProtocolOf(hello)}");

        // Name and application protocols say more of the server than of the client.
        string sorted = Hexadecimal(extensions.Where(type => type is not (HelloExtension.ServerName or HelloExtension.ApplicationProtocols)).Order());
        string algorithms = Hexadecimal(WithoutGrease(hello.SignatureAlgorithms));
        return $"{head}_{Hash(Hexadecimal(suites.Order()))}_{Hash(algorithms.Length == 0 ? sorted : $"{sorted}_{algorithms}")}";
    }

    private static string VersionOf(TlsClientHello hello)
    {
        int version = WithoutGrease(hello.SupportedVersions).DefaultIfEmpty((ushort)hello.LegacyVersion).Max();
        return version switch
        {
            0x0304 => "13",
            0x0303 => "12",
            0x0302 => "11",
            0x0301 => "10",
            0x0300 => "s3",
            0x0002 => "s2",
            _ => "00",
        };
    }

    private static string FirstProtocolOf(TlsClientHello hello)
    {
        if (!hello.TryGetExtension(HelloExtension.ApplicationProtocols, out ReadOnlyMemory<byte> body) || body.Length < 4) return "00";
        ReadOnlySpan<byte> bytes = body.Span;
        int length = bytes[2];
        if (length == 0 || bytes.Length < 3 + length) return "00";
        byte first = bytes[3];
        byte last = bytes[2 + length];
        if (char.IsAsciiLetterOrDigit((char)first) && char.IsAsciiLetterOrDigit((char)last)) return $"{(char)first}{(char)last}";
        return $"{first >> 4:x}{last & 15:x}";
    }

    // RFC 8701 §2: 0x?A?A with equal bytes.
    private static IEnumerable<ushort> WithoutGrease(IEnumerable<ushort> values) => values.Where(value => (value & 0x0F0F) != 0x0A0A || value >> 8 != (value & 0xFF));

    private static string Decimal(IEnumerable<ushort> values) => string.Join('-', values.Select(value => value.ToString(CultureInfo.InvariantCulture)));

    private static string Hexadecimal(IEnumerable<ushort> values) => string.Join(',', values.Select(value => value.ToString("x4", CultureInfo.InvariantCulture)));

    private static string Hash(string text) => text.Length == 0 ? NoJa4Hash : Convert.ToHexStringLower(Digests.Sha256(Encoding.ASCII.GetBytes(text)))[..Ja4HashLength];
}
