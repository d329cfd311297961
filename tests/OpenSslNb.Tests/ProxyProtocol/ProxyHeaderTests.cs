using System.Net;
using System.Text;
using NUnit.Framework;
using OpenSslNb.ProxyProtocol;

namespace OpenSslNb.Tests.ProxyProtocol;

/// <summary>What is a PROXY header and what is none, by the specification's words.</summary>
public sealed class ProxyHeaderTests
{
    [TestCase("TCP4 192.168.0.1 192.168.0.11 56324 443", "192.168.0.1:56324", "192.168.0.11:443")]
    [TestCase("TCP4 255.255.255.255 255.255.255.255 65535 65535", "255.255.255.255:65535", "255.255.255.255:65535")]
    [TestCase("TCP4 0.0.0.0 0.0.0.0 0 0", "0.0.0.0:0", "0.0.0.0:0")]
    [TestCase("TCP6 2001:db8::1 2001:DB8::2 1 2", "[2001:db8::1]:1", "[2001:db8::2]:2")]
    [TestCase("TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535")]
    [TestCase("TCP6 ::ffff:192.0.2.1 :: 1 2", "[::ffff:192.0.2.1]:1", "[::]:2")]
    public void A_line_gives_addresses_and_ports(string line, string source, string destination)
    {
        ProxyHeader header = ProxyHeader.Parse(Encoding.ASCII.GetBytes($"PROXY {line}\r\n"));
        Assert.That((header.Source, header.Destination), Is.EqualTo((IPEndPoint.Parse(source), IPEndPoint.Parse(destination))));
        Assert.That((header.Version, header.IsLocal, header.Transport), Is.EqualTo((ProxyProtocolVersion.Version1, false, ProxyTransport.Stream)));
    }

    [TestCase("UNKNOWN")]
    [TestCase("UNKNOWN ")]
    [TestCase("UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535")]
    [TestCase("UNKNOWN \r a lone \n of each kind, and anything else")]
    public void An_unknown_connection_is_taken_for_what_it_is_itself(string line)
    {
        ProxyHeader header = ProxyHeader.Parse(Encoding.Latin1.GetBytes($"PROXY {line}\r\n"));
        Assert.That((header.IsLocal, header.Source, header.Destination), Is.EqualTo((true, (IPEndPoint?)null, (IPEndPoint?)null)));
    }

    [TestCase("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n", TestName = "Lines_that_are_no_header_are_refused: a lone LF ends no line")]
    [TestCase("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\r\n", TestName = "Lines_that_are_no_header_are_refused: a lone CR ends no line")]
    [TestCase("proxy TCP4 1.2.3.4 5.6.7.8 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: capitals")]
    [TestCase("PROXY tcp4 1.2.3.4 5.6.7.8 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: capitals of the protocol")]
    [TestCase("PROXY  TCP4 1.2.3.4 5.6.7.8 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: two spaces")]
    [TestCase("PROXY TCP4 1.2.3.4  5.6.7.8 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: two spaces between addresses")]
    [TestCase("PROXY\tTCP4 1.2.3.4 5.6.7.8 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: a tab")]
    [TestCase("PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n", TestName = "Lines_that_are_no_header_are_refused: a space at the end")]
    [TestCase(" PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: a space at the beginning")]
    [TestCase("PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n", TestName = "Lines_that_are_no_header_are_refused: a port is missing")]
    [TestCase("PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n", TestName = "Lines_that_are_no_header_are_refused: a word too many")]
    [TestCase("PROXY TCP4\r\n", TestName = "Lines_that_are_no_header_are_refused: no addresses")]
    [TestCase("PROXY \r\n", TestName = "Lines_that_are_no_header_are_refused: nothing")]
    [TestCase("PROXY UNKNOWNX\r\n", TestName = "Lines_that_are_no_header_are_refused: longer than UNKNOWN")]
    [TestCase("PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: no such protocol")]
    [TestCase("PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: not a protocol of version 1")]
    [TestCase("PROXY TCP4 01.2.3.4 5.6.7.8 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: a zero in front of a number of an address")]
    [TestCase("PROXY TCP4 1.2.3.256 5.6.7.8 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: 256 in an address")]
    [TestCase("PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: three numbers")]
    [TestCase("PROXY TCP4 1.2.3.4.5 5.6.7.8 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: five numbers")]
    [TestCase("PROXY TCP4 1.2.3. 5.6.7.8 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: an empty number")]
    [TestCase("PROXY TCP4 0x1.2.3.4 5.6.7.8 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: hexadecimal in IPv4")]
    [TestCase("PROXY TCP4 16909060 5.6.7.8 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: one number for an address")]
    [TestCase("PROXY TCP4 1.2.3.4 localhost 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: a name for an address")]
    [TestCase("PROXY TCP4 ::1 ::1 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: IPv6 in TCP4")]
    [TestCase("PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: IPv4 in TCP6")]
    [TestCase("PROXY TCP6 fe80::1%1 ::1 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: a scope")]
    [TestCase("PROXY TCP6 [::1] [::1] 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: brackets")]
    [TestCase("PROXY TCP6 1::2::3 ::1 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: two double colons")]
    [TestCase("PROXY TCP6 12345::1 ::1 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: five hexadecimal digits")]
    [TestCase("PROXY TCP6 1:2:3:4:5:6:7 ::1 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: 112 bits")]
    [TestCase("PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n", TestName = "Lines_that_are_no_header_are_refused: a zero in front of a port")]
    [TestCase("PROXY TCP4 1.2.3.4 5.6.7.8 65536 2\r\n", TestName = "Lines_that_are_no_header_are_refused: a port of 17 bits")]
    [TestCase("PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: a negative port")]
    [TestCase("PROXY TCP4 1.2.3.4 5.6.7.8 +1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: a plus sign")]
    [TestCase("PROXY TCP4 1.2.3.4 5.6.7.8 1\0 2\r\n", TestName = "Lines_that_are_no_header_are_refused: a zero byte")]
    [TestCase("PROXY TCP4 1.2.3.4\0 5.6.7.8 1 2\r\n", TestName = "Lines_that_are_no_header_are_refused: a zero byte in an address")]
    [TestCase("GET / HTTP/1.1\r\n\r\n", TestName = "Lines_that_are_no_header_are_refused: another protocol")]
    [TestCase("\u0016\u0003\u0001\u0002\0", TestName = "Lines_that_are_no_header_are_refused: TLS at once")]
    public void Lines_that_are_no_header_are_refused(string text) => AssertRefused(Encoding.Latin1.GetBytes(text));

    [Test]
    public void A_line_may_have_107_bytes_with_its_end_and_no_more()
    {
        Assert.That(ProxyHeader.Parse(Unknown(107)).IsLocal, Is.True);
        AssertRefused(Unknown(108));
        var reader = new ProxyHeaderReader();
        Assert.That(() => reader.Take(Unknown(5000)), Throws.InstanceOf<ProxyHeaderException>(), "not waited for");

        static byte[] Unknown(int length) => Encoding.ASCII.GetBytes("PROXY UNKNOWN ".PadRight(length - 2, 'x') + "\r\n");
    }

    [TestCase(0x11, ProxyTransport.Stream)]
    [TestCase(0x12, ProxyTransport.Datagram)]
    public void Version_2_gives_IPv4_addresses(byte family, ProxyTransport transport)
    {
        ProxyHeader header = ProxyHeader.Parse(BinaryHeaders.Make(BinaryHeaders.ProxyCommand, family, BinaryHeaders.IPv4Addresses));
        Assert.That((header.Source, header.Destination), Is.EqualTo((IPEndPoint.Parse("192.0.2.7:51000"), IPEndPoint.Parse("198.51.100.9:443"))));
        Assert.That((header.Version, header.IsLocal, header.Transport), Is.EqualTo((ProxyProtocolVersion.Version2, false, transport)));
    }

    [Test]
    public void Version_2_gives_IPv6_addresses()
    {
        byte[] body = [.. IPAddress.Parse("2001:db8::1").GetAddressBytes(), .. IPAddress.Parse("2001:db8::2").GetAddressBytes(), 0, 1, 0xFF, 0xFF];
        ProxyHeader header = ProxyHeader.Parse(BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x21, body));
        Assert.That((header.Source, header.Destination), Is.EqualTo((IPEndPoint.Parse("[2001:db8::1]:1"), IPEndPoint.Parse("[2001:db8::2]:65535"))));
    }

    [Test]
    public void Version_2_gives_paths_of_the_UNIX_domain()
    {
        byte[] body = new byte[216];
        "/run/client"u8.CopyTo(body);
        "/run/server"u8.CopyTo(body.AsSpan(108));
        ProxyHeader header = ProxyHeader.Parse(BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x31, body));
        Assert.That((header.Source, header.SourcePath, header.DestinationPath), Is.EqualTo(((IPEndPoint?)null, "/run/client", "/run/server")));
        Assert.That(() => header.ToBytes(), Throws.InvalidOperationException, "it can be read only");
    }

    [Test]
    public void Version_2_gives_the_values_behind_the_addresses()
    {
        byte[] body = [.. BinaryHeaders.IPv4Addresses, .. BinaryHeaders.Tlv(ProxyTlv.ApplicationProtocol, "h2"u8.ToArray()), .. BinaryHeaders.Tlv(ProxyTlv.NoOperation, 1, 2, 3), .. BinaryHeaders.Tlv(ProxyTlv.Authority, "example.org"u8.ToArray()), .. BinaryHeaders.Tlv(ProxyTlv.UniqueId, 9, 8), .. BinaryHeaders.Tlv(0xE0)];
        ProxyHeader header = ProxyHeader.Parse(BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x11, body));
        Assert.That((header.ApplicationProtocol, header.Authority), Is.EqualTo(("h2", "example.org")));
        Assert.That(header.UniqueId!.Value.ToArray(), Is.EqualTo(new byte[] { 9, 8 }));
        Assert.That(header.Tlvs.Select(tlv => tlv.Type), Is.EqualTo(new byte[] { ProxyTlv.ApplicationProtocol, ProxyTlv.Authority, ProxyTlv.UniqueId, 0xE0 }));
        Assert.That(header.Find(ProxyTlv.NetworkNamespace), Is.Null);
    }

    [Test]
    public void Of_a_local_connection_the_length_counts_and_nothing_else()
    {
        byte[] header = BinaryHeaders.Make(BinaryHeaders.LocalCommand, 0xFF, [1, 2, 3]);
        var reader = new ProxyHeaderReader();
        Assert.That(reader.Take([.. header, 4, 5]), Is.EqualTo(header.Length));
        Assert.That((reader.Header!.IsLocal, reader.Header.Source, reader.Header.Tlvs.Count), Is.EqualTo((true, (IPEndPoint?)null, 0)));
    }

    [Test]
    public void A_connection_of_an_unspecified_family_is_taken_without_addresses()
    {
        ProxyHeader header = ProxyHeader.Parse(BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x00, BinaryHeaders.Tlv(ProxyTlv.UniqueId, 1)));
        Assert.That((header.IsLocal, header.Source, header.UniqueId!.Value.Length), Is.EqualTo((false, (IPEndPoint?)null, 1)));
    }

    private static IEnumerable<TestCaseData> BrokenBinaries()
    {
        byte[] addresses = BinaryHeaders.IPv4Addresses;
        yield return Case("version 1 in binary", BinaryHeaders.Make(0x11, 0x11, addresses));
        yield return Case("version 3", BinaryHeaders.Make(0x31, 0x11, addresses));
        yield return Case("command 2", BinaryHeaders.Make(0x22, 0x11, addresses));
        yield return Case("family 4", BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x41, addresses));
        yield return Case("protocol 3", BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x13, addresses));
        yield return Case("a family without protocol", BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x10, addresses));
        yield return Case("a protocol without family", BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x01, addresses));
        yield return Case("shorter than IPv4 addresses", BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x11, addresses[..11]));
        yield return Case("shorter than IPv6 addresses", BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x21, new byte[35]));
        yield return Case("shorter than paths", BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x31, new byte[215]));
        yield return Case("a value without length", BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x11, [.. addresses, 1, 0]));
        yield return Case("a value that ends behind the header", BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x11, [.. addresses, 1, 0, 2, 7]));
        yield return Case("a checksum of two bytes", BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x11, [.. addresses, .. BinaryHeaders.Tlv(ProxyTlv.Checksum, 0, 0)]));
        yield return Case("a wrong checksum", BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x11, [.. addresses, .. BinaryHeaders.Tlv(ProxyTlv.Checksum, 1, 2, 3, 4)]));
        yield return Case("a unique identifier of 129 bytes", BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x11, [.. addresses, .. BinaryHeaders.Tlv(ProxyTlv.UniqueId, new byte[129])]));
        yield return Case("longer than is taken", BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x11, addresses, ProxyHeader.MaximumLength - 15));
        yield return Case("longer than is taken, local", BinaryHeaders.Make(BinaryHeaders.LocalCommand, 0, [], ushort.MaxValue));
        for (int i = 0; i < BinaryHeaders.Signature.Length; i++)
        {
            byte[] header = BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x11, addresses);
            header[i] ^= 1;
            yield return Case($"byte {i} of the signature", header);
        }

        static TestCaseData Case(string name, byte[] header) => new TestCaseData(header).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(BrokenBinaries))]
    public void Bytes_that_are_no_header_are_refused(byte[] header) => AssertRefused(header);

    [Test]
    public void What_is_too_long_or_unassigned_is_refused_before_its_body_comes()
    {
        var tooLong = new ProxyHeaderReader();
        Assert.That(() => tooLong.Take(BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x11, [], ushort.MaxValue)), Throws.InstanceOf<ProxyHeaderException>());
        var unassigned = new ProxyHeaderReader();
        Assert.That(() => unassigned.Take(BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x99, [], 100)), Throws.InstanceOf<ProxyHeaderException>());
        var tls = new ProxyHeaderReader();
        Assert.That(() => tls.Take([0x16]), Throws.InstanceOf<ProxyHeaderException>().With.Message.Contains("TLS begins without one"), "at the first byte");
    }

    [Test]
    public void A_header_of_the_greatest_length_is_taken()
    {
        byte[] value = new byte[ProxyHeader.MaximumLength - 16 - BinaryHeaders.IPv4Addresses.Length - 3];
        byte[] header = BinaryHeaders.Make(BinaryHeaders.ProxyCommand, 0x11, [.. BinaryHeaders.IPv4Addresses, .. BinaryHeaders.Tlv(0xE1, value)]);
        Assert.That(header, Has.Length.EqualTo(ProxyHeader.MaximumLength));
        Assert.That(ProxyHeader.Parse(header).Find(0xE1)!.Value.Length, Is.EqualTo(value.Length));
    }

    [Test]
    public void The_checksum_is_that_of_RFC_4960() => Assert.That(Crc32C.Of("123456789"u8), Is.EqualTo(0xE3069283));

    [Test]
    public void Bytes_behind_a_header_or_missing_ones_make_it_none()
    {
        byte[] header = ProxyHeader.Local.ToBytes();
        Assert.That(header, Has.Length.EqualTo(16));
        Assert.That(() => ProxyHeader.Parse([.. header, 0]), Throws.InstanceOf<ProxyHeaderException>());
        Assert.That(() => ProxyHeader.Parse(header.AsSpan(0, 15)), Throws.InstanceOf<ProxyHeaderException>());
        Assert.That(() => ProxyHeader.Parse([]), Throws.InstanceOf<ProxyHeaderException>());
    }

    private static void AssertRefused(byte[] bytes) => Assert.That(() => ProxyHeader.Parse(bytes), Throws.InstanceOf<ProxyHeaderException>().With.Message.StartsWith("no valid PROXY header"));
}
