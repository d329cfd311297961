using NUnit.Framework;
using OpenSslNb.Transport;

namespace OpenSslNb.Tests.Transport;

public sealed class RecordBoundaryTests
{
    private RecordBoundary _boundary;

    [SetUp]
    public void Begin() => _boundary = default;

    [Test]
    public void One_record_is_passed_and_nothing_of_the_next()
    {
        byte[] stream = [.. Record(3), .. Record(300), .. Record(0), .. Record(1)];
        Assert.That(_boundary.PassOne(stream), Is.EqualTo(5 + 3));
        Assert.That(_boundary.PassOne(stream.AsSpan(8)), Is.EqualTo(5 + 300));
        Assert.That(_boundary.PassOne(stream.AsSpan(8 + 305)), Is.EqualTo(5), "a record without a body");
        Assert.That(_boundary.PassOne(stream.AsSpan(8 + 305 + 5)), Is.EqualTo(5 + 1));
    }

    [Test]
    public void A_record_that_comes_in_parts_is_passed_as_it_comes_and_ends_where_it_ends([Range(1, 9)] int firstPart)
    {
        byte[] stream = [.. Record(4), .. Record(2)];
        Assert.That(_boundary.PassOne(stream.AsSpan(0, firstPart)), Is.EqualTo(firstPart));
        int rest = firstPart == 9 ? 7 : 9 - firstPart;
        Assert.That(_boundary.PassOne(stream.AsSpan(firstPart)), Is.EqualTo(rest));
    }

    [Test]
    public void After_many_were_passed_at_once_the_next_one_is_found()
    {
        byte[] stream = [.. Record(1), .. Record(70), .. Record(9), .. Record(2)];
        int cut = 6 + 75 + 4;
        Assert.That(_boundary.PassAll(stream.AsSpan(0, cut)), Is.EqualTo(cut), "in the middle of a header");
        Assert.That(_boundary.PassOne(stream.AsSpan(cut)), Is.EqualTo(14 - 4));
        Assert.That(_boundary.PassOne(stream.AsSpan(cut + 10)), Is.EqualTo(7));
    }

    [Test]
    public void Whatever_comes_is_passed_in_whatever_portions()
    {
        var random = new Random(5);
        byte[] noise = new byte[200_000];
        random.NextBytes(noise);
        for (int passed = 0; passed < noise.Length;)
        {
            int portion = Math.Min(random.Next(1, 5000), noise.Length - passed);
            int count = _boundary.PassOne(noise.AsSpan(passed, portion));
            Assert.That(count, Is.InRange(1, portion));
            passed += count;
        }

        Assert.That(_boundary.PassOne([]), Is.Zero);
    }

    // RFC 5246 §E.2: two bytes of length with the highest bit set.
    [Test]
    public void A_hello_in_the_format_of_SSL_2_ends_where_its_own_length_says([Values(1, 2, 5, 40)] int firstPart)
    {
        byte[] stream = [0x81, 0x02, .. new byte[0x102], .. Record(7)];
        Assert.That(_boundary.PassOne(stream.AsSpan(0, firstPart)), Is.EqualTo(firstPart));
        Assert.That(_boundary.IsForeign, Is.False);
        Assert.That(_boundary.PassOne(stream.AsSpan(firstPart)), Is.EqualTo(2 + 0x102 - firstPart));
        Assert.That(_boundary.PassOne(stream.AsSpan(2 + 0x102)), Is.EqualTo(12));
    }

    [TestCase(new byte[] { (byte)'G' })]
    [TestCase(new byte[] { 19, 3, 3, 0, 1 })]
    [TestCase(new byte[] { 25, 3, 3, 0, 1 })]
    [TestCase(new byte[] { 22, 2, 0, 0, 1 })]
    [TestCase(new byte[] { 22, 3, 1, 0x48, 1 }, TestName = "one byte longer than any record is")]
    public void What_is_no_record_is_known_as_soon_as_it_shows(byte[] beginning)
    {
        for (int i = 0; i < beginning.Length; i++) _boundary.PassOne(beginning.AsSpan(i, 1));
        Assert.That(_boundary.IsForeign, Is.True);
        _boundary = default;
        _boundary.PassOne([22, 3, 1, 0x48, 0]);
        Assert.That(_boundary.IsForeign, Is.False, "the longest one is one");
    }

    private static byte[] Record(int length) => [23, 3, 3, (byte)(length >> 8), (byte)length, .. new byte[length]];
}
