using System.Net;
using NUnit.Framework;
using OpenSslNb.ProxyProtocol;

namespace OpenSslNb.Tests.ProxyProtocol;

/// <summary>Properties of all headers: random ones, from a seed.</summary>
public sealed class ProxyHeaderPropertyTests
{
    private const int Rounds = 300;

    [Test]
    public void What_is_written_is_read_as_it_was([Range(1, 4)] int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < Rounds; i++)
        {
            ProxyHeader header = Next(random);
            byte[] bytes = header.ToBytes(withChecksum: random.Next(2) == 0);
            AssertSame(ProxyHeader.Parse(bytes), header, $"seed {seed}, round {i}");
        }
    }

    [Test]
    public void Portions_change_nothing_and_not_a_byte_behind_the_header_is_taken([Range(1, 4)] int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < Rounds; i++)
        {
            ProxyHeader header = Next(random);
            byte[] bytes = header.ToBytes(withChecksum: true);
            byte[] stream = [.. bytes, .. Bytes(random, random.Next(50))];
            var reader = new ProxyHeaderReader();
            int taken = 0;
            for (int at = 0; at < stream.Length && reader.Header is null;)
            {
                int portion = Math.Min(random.Next(1, 20), stream.Length - at);
                int count = reader.Take(stream.AsSpan(at, portion));
                Assert.That(reader.Header is not null || count == portion, Is.True, "all of it, unless the header has ended");
                taken += count;
                at += portion;
            }

            Assert.That(taken, Is.EqualTo(bytes.Length));
            AssertSame(reader.Header!, header, $"seed {seed}, round {i}");
        }
    }

    [Test]
    public void A_header_may_be_cut_at_each_of_its_bytes([Values] ProxyProtocolVersion version)
    {
        var source = IPEndPoint.Parse("[2001:db8::1]:1024");
        ProxyHeader header = ProxyHeader.Proxied(source, IPEndPoint.Parse("[2001:db8::2]:443"), version, version == ProxyProtocolVersion.Version2 ? [new ProxyTlv(ProxyTlv.Authority, "example.org"u8.ToArray())] : []);
        byte[] bytes = header.ToBytes();
        for (int cut = 1; cut < bytes.Length; cut++)
        {
            var reader = new ProxyHeaderReader();
            Assert.That(reader.Take(bytes.AsSpan(0, cut)), Is.EqualTo(cut));
            Assert.That(reader.Header, Is.Null, $"cut at {cut}");
            Assert.That(reader.Take([.. bytes.AsSpan(cut), 0x16]), Is.EqualTo(bytes.Length - cut));
            AssertSame(reader.Header!, header, $"cut at {cut}");
        }
    }

    [Test]
    public void A_checksum_betrays_each_bit_that_has_changed()
    {
        byte[] bytes = ProxyHeader.Proxied(IPEndPoint.Parse("192.0.2.1:1"), IPEndPoint.Parse("192.0.2.2:2"), tlvs: [new ProxyTlv(0xE0, new byte[5])]).ToBytes(withChecksum: true);
        for (int bit = 16 * 8; bit < bytes.Length * 8; bit++)
        {
            byte[] changed = [.. bytes];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));

            // A value of another type or length may hide the checksum: the lengths no longer add up then, or it is missing.
            bool isStructure = bit / 8 is >= 28 and < 31 or >= 36 and < 39;
            if (!isStructure) Assert.That(() => ProxyHeader.Parse(changed), Throws.InstanceOf<ProxyHeaderException>(), $"bit {bit}");
        }
    }

    [Test]
    public void Whatever_comes_ends_as_a_header_or_as_a_refusal([Range(1, 4)] int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 10 * Rounds; i++)
        {
            byte[] bytes = Next(random).ToBytes();
            for (int changes = random.Next(1, 4); changes > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                var reader = new ProxyHeaderReader();
                Assert.That(reader.Take(bytes), Is.LessThanOrEqualTo(bytes.Length));
            }
            catch (ProxyHeaderException)
            {
                // The one way to be refused.
            }
        }
    }

    [Test]
    public void Addresses_of_two_families_are_written_as_IPv6_and_mapped_ones_as_what_they_are()
    {
        ProxyHeader mixed = ProxyHeader.Proxied(IPEndPoint.Parse("192.0.2.1:1"), IPEndPoint.Parse("[2001:db8::2]:2"), ProxyProtocolVersion.Version1);
        Assert.That(mixed.ToBytes(), Is.EqualTo("PROXY TCP6 0:0:0:0:0:ffff:c000:201 2001:db8::2 1 2\r\n"u8.ToArray()));
        ProxyHeader mapped = ProxyHeader.Proxied(IPEndPoint.Parse("[::ffff:192.0.2.1]:1"), IPEndPoint.Parse("192.0.2.2:2"), ProxyProtocolVersion.Version1);
        Assert.That(mapped.ToBytes(), Is.EqualTo("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"u8.ToArray()));
        ProxyHeader scoped = ProxyHeader.Proxied(new IPEndPoint(IPAddress.Parse("fe80::1%7"), 1), IPEndPoint.Parse("[::1]:2"), ProxyProtocolVersion.Version1);
        Assert.That(scoped.ToBytes(), Is.EqualTo("PROXY TCP6 fe80::1 ::1 1 2\r\n"u8.ToArray()));
    }

    [Test]
    public void What_cannot_be_written_is_refused_when_it_is_made()
    {
        var any = IPEndPoint.Parse("192.0.2.1:1");
        Assert.That(() => ProxyHeader.Proxied(any, any, ProxyProtocolVersion.Version1, new ProxyTlv(0xE0, default)), Throws.ArgumentException);
        Assert.That(() => ProxyHeader.Proxied(any, any, tlvs: [new ProxyTlv(ProxyTlv.Checksum, new byte[4])]), Throws.ArgumentException);
        Assert.That(() => ProxyHeader.Proxied(any, any, tlvs: [new ProxyTlv(ProxyTlv.UniqueId, new byte[129])]), Throws.ArgumentException);
        Assert.That(() => ProxyHeader.Proxied(any, any, tlvs: [new ProxyTlv(0xE0, new byte[ProxyHeader.MaximumLength - 20])]), Throws.ArgumentException);
        Assert.That(() => ProxyHeader.Proxied(any, any, (ProxyProtocolVersion)3), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private static ProxyHeader Next(Random random)
    {
        if (random.Next(10) == 0) return ProxyHeader.Local;
        var version = (ProxyProtocolVersion)random.Next(1, 3);
        int length = random.Next(2) == 0 ? 4 : 16;
        ProxyTlv[] tlvs = version == ProxyProtocolVersion.Version1 ? [] : [.. Enumerable.Range(0, random.Next(4)).Select(_ => new ProxyTlv((byte)random.Next(6, 256), Bytes(random, random.Next(300))))];
        return ProxyHeader.Proxied(EndPoint(), EndPoint(), version, tlvs);

        IPEndPoint EndPoint() => new(new IPAddress(Bytes(random, length)), random.Next(65536));
    }

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static void AssertSame(ProxyHeader actual, ProxyHeader expected, string where)
    {
        Assert.That((actual.Version, actual.IsLocal, actual.Transport, actual.Source, actual.Destination), Is.EqualTo((expected.Version, expected.IsLocal, expected.Transport, expected.Source, expected.Destination)), where);
        Assert.That(actual.Tlvs.Select(tlv => (tlv.Type, Convert.ToHexString(tlv.Value.Span))), Is.EqualTo(expected.Tlvs.Select(tlv => (tlv.Type, Convert.ToHexString(tlv.Value.Span)))), where);
    }
}
