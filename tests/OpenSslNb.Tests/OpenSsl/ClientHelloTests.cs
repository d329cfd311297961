using System.Buffers.Binary;
using System.Text;
using NUnit.Framework;
using OpenSslNb.OpenSsl;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>A client's first message taken apart, and its fingerprints against published ones.</summary>
public sealed class ClientHelloTests
{
    private const ushort Grease = 0x2A2A;

    // The example of JA3's own description: github.com/salesforce/ja3, README.
    [Test]
    public void JA3_is_that_of_the_published_example()
    {
        var hello = new TlsClientHello(Message(
            769,
            [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4],
            (0, ServerName("example.org")),
            (10, List(2, 23, 24, 25)),
            (11, [1, 0])));
        Assert.That(hello.Ja3Text, Is.EqualTo("769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0"));
        Assert.That(hello.Ja3, Is.EqualTo("ada70206e40642a3e4461f35503241d5"));
    }

    [Test]
    public void JA3_of_a_hello_without_extensions_has_empty_parts()
    {
        var hello = new TlsClientHello(Message(769, [4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99]));
        Assert.That(hello.Ja3Text, Is.EqualTo("769,4-5-10-9-100-98-3-6-19-18-99,,,"));
        Assert.That(hello.Ja3, Is.EqualTo("de350869b8c85de67a350c8d186f11e6"), "published beside the other one");
    }

    // The example of JA4's own description: FoxIO, JA4 technical details.
    [Test]
    public void JA4_is_that_of_the_published_example_whatever_the_order_and_GREASE()
    {
        (ushort, byte[])[] extensions =
        [
            (Grease, []),
            (0x001b, [2, 0, 2]),
            (0x0000, ServerName("example.org")),
            (0x0033, []),
            (0x0010, [0, 3, 2, (byte)'h', (byte)'2']),
            (0x4469, []),
            (0x0017, []),
            (0x002d, [1, 1]),
            (0x000d, List(2, Grease, 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601)),
            (0x0005, [1, 0, 0, 0, 0]),
            (0x0023, []),
            (0x0012, []),
            (0x002b, [6, .. Numbers(Grease, 0x0304, 0x0303)]),
            (0xff01, [0]),
            (0x000b, [1, 0]),
            (0x000a, List(2, Grease, 0x001d, 0x0017, 0x0018)),
            (0x0015, [0, 0]),
        ];
        var hello = new TlsClientHello(Message(771, [Grease, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035], extensions));
        Assert.That(hello.Ja4, Is.EqualTo("t13d1516h2_8daaf6152771_e5627efa2ab1"));
    }

    [TestCase(new byte[] { (byte)'h', (byte)'t', (byte)'t', (byte)'p', (byte)'/', (byte)'1', (byte)'.', (byte)'1' }, "h1")]
    [TestCase(new byte[] { (byte)'x' }, "xx")]
    [TestCase(new byte[] { 0xAB }, "ab")]
    [TestCase(new byte[] { 0x30, 0xAB, 0xCD, 0x2F }, "3f")]
    public void JA4_shows_the_ends_of_the_first_application_protocol(byte[] protocol, string shown)
    {
        var hello = new TlsClientHello(Message(771, [0x1301], (16, [0, (byte)(protocol.Length + 1), (byte)protocol.Length, .. protocol])));
        Assert.That(hello.Ja4, Does.StartWith($"t12i0101{shown}_"));
    }

    [Test]
    public void JA4_of_nothing_has_zeros_for_hashes()
    {
        var hello = new TlsClientHello(Message(771, [Grease]));
        Assert.That(hello.Ja4, Is.EqualTo("t12i000000_000000000000_000000000000"));
    }

    [Test]
    public void All_parts_are_shown_as_they_were_sent()
    {
        var hello = new TlsClientHello(Message(771, [0x1301, Grease], (Grease, [7]), (0, ServerName("www.example.org")), (10, List(2, 29, 23)), (13, List(2, 0x0804)), (16, [0, 9, 2, (byte)'h', (byte)'2', 5, (byte)'a', 0, (byte)'b', 0xFF, (byte)'c']), (43, [4, 3, 4, 3, 3])));
        Assert.That(hello.LegacyVersion, Is.EqualTo(0x0303));
        Assert.That(hello.Random.Length, Is.EqualTo(32));
        Assert.That(hello.SessionId.Length, Is.EqualTo(3));
        Assert.That(hello.CipherSuites, Is.EqualTo(new ushort[] { 0x1301, Grease }));
        Assert.That(hello.Extensions, Is.EqualTo(new ushort[] { Grease, 0, 10, 13, 16, 43 }));
        Assert.That(hello.ServerName, Is.EqualTo("www.example.org"));
        Assert.That(hello.Groups, Is.EqualTo(new ushort[] { 29, 23 }));
        Assert.That(hello.SignatureAlgorithms, Is.EqualTo(new ushort[] { 0x0804 }));
        Assert.That(hello.ApplicationProtocols, Is.EqualTo(new[] { "h2", @"a\x00b\xffc" }));
        Assert.That(hello.SupportedVersions, Is.EqualTo(new ushort[] { 0x0304, 0x0303 }));
        Assert.That(hello.TryGetExtension(Grease, out ReadOnlyMemory<byte> body) && body.Span.SequenceEqual(new byte[] { 7 }));
        Assert.That(hello.TryGetExtension(51, out _), Is.False);
    }

    [Test]
    public void A_hello_that_is_cut_short_or_changed_anywhere_gives_a_format_error_or_something_that_was_in_it([Values(1, 2, 3, 4, 5, 6, 7, 8)] int seed)
    {
        byte[] whole = Message(771, [0x1301, 0x1302], (0, ServerName("www.example.org")), (10, List(2, 29, 23)), (11, [1, 0]), (16, [0, 3, 2, (byte)'h', (byte)'2']), (43, [4, 3, 4, 3, 3]));
        for (int length = 0; length < whole.Length; length++) Look(whole[..length]);
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] changed = [.. whole];
            for (int n = random.Next(1, 4); n > 0; n--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            Look(changed);
        }
    }

    private static void Look(byte[] message)
    {
        try
        {
            var hello = new TlsClientHello(message);
            _ = (hello.Ja3, hello.Ja4, hello.ServerName, hello.ApplicationProtocols);
        }
        catch (FormatException)
        {
            // What it says of a hello that is none.
        }
    }

    private static byte[] Message(ushort version, ushort[] suites, params (ushort Type, byte[] Body)[] extensions)
    {
        byte[] lists = [.. Numbers(version), .. Enumerable.Range(1, 32).Select(i => (byte)i), 3, 1, 2, 3, .. List(2, suites), 1, 0];
        byte[] bodies = [.. extensions.SelectMany(e => (byte[])[.. Numbers(e.Type), .. Numbers((ushort)e.Body.Length), .. e.Body])];
        byte[] message = extensions.Length == 0 ? lists : [.. lists, .. Numbers((ushort)bodies.Length), .. bodies];
        return [1, (byte)(message.Length >> 16), (byte)(message.Length >> 8), (byte)message.Length, .. message];
    }

    private static byte[] ServerName(string name)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(name);
        return [.. Numbers((ushort)(bytes.Length + 3)), 0, .. Numbers((ushort)bytes.Length), .. bytes];
    }

    private static byte[] List(int lengthBytes, params ushort[] values) => [.. lengthBytes == 1 ? [(byte)(2 * values.Length)] : Numbers((ushort)(2 * values.Length)), .. Numbers(values)];

    private static byte[] Numbers(params ushort[] values)
    {
        byte[] bytes = new byte[2 * values.Length];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2 * i), values[i]);
        return bytes;
    }
}
