using NUnit.Framework;
using OpenSslNb.Transport;

namespace OpenSslNb.Tests.Transport;

public sealed class MemoryTransportTests
{
    private const int Limit = 32 * 1024;
    private const int Reserve = 16 * 1024;

    private MemoryTransport _transport = null!;

    [SetUp]
    public void Begin() => _transport = new MemoryTransport(Limit);

    [TearDown]
    public void End() => _transport.Dispose();

    [Test]
    public void What_is_fed_is_read_in_order_and_counted()
    {
        byte[] destination = new byte[5];
        Assert.That(_transport.OnBioRead(destination), Is.EqualTo(-1), "nothing yet");
        _transport.Feed([1, 2, 3]);
        _transport.Feed([4, 5, 6, 7]);
        Assert.That(_transport.HasBufferedInput, Is.True);
        Assert.That(_transport.OnBioRead(destination), Is.EqualTo(5));
        Assert.That(destination, Is.EqualTo(new byte[] { 1, 2, 3, 4, 5 }));
        Assert.That(_transport.OnBioRead(destination), Is.EqualTo(2));
        Assert.That(destination.Take(2), Is.EqualTo(new byte[] { 6, 7 }));
        Assert.That(_transport.HasBufferedInput, Is.False);
        Assert.That(_transport.BytesTaken, Is.EqualTo(7));
    }

    [Test]
    public void The_end_of_the_stream_comes_behind_the_bytes_that_were_fed()
    {
        byte[] destination = new byte[8];
        _transport.Feed([1]);
        _transport.FeedEndOfStream();
        Assert.That(_transport.OnBioRead(destination), Is.EqualTo(1));
        Assert.That(_transport.SawEndOfStream, Is.False, "not before it is met");
        Assert.That(_transport.OnBioRead(destination), Is.Zero);
        Assert.That(_transport.SawEndOfStream, Is.True);
        Assert.That(_transport.OnBioRead(destination), Is.Zero);
    }

    [Test]
    public void Output_comes_in_order_and_leaves_as_it_is_skipped()
    {
        Assert.That(_transport.Interest, Is.EqualTo(Interest.None));
        Assert.That(_transport.OnBioWrite([1, 2, 3]), Is.EqualTo(3));
        Assert.That(_transport.OnBioWrite([4]), Is.EqualTo(1));
        Assert.That(_transport.Output.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3, 4 }));
        Assert.That(_transport.Interest, Is.EqualTo(Interest.Write));
        _transport.SkipOutput(3);
        Assert.That(_transport.Output.ToArray(), Is.EqualTo(new byte[] { 4 }));
        _transport.SkipOutput(1);
        Assert.That(_transport.Unsent, Is.Zero);
        Assert.That(_transport.BytesGiven, Is.EqualTo(4));
    }

    [Test]
    public void A_record_has_room_below_the_limit_and_answers_above_it_up_to_the_reserve()
    {
        Assert.That(_transport.HasRoomFor(16 * 1024), Is.True);
        Assert.That(_transport.OnBioWrite(new byte[Limit - (16 * 1024)]), Is.EqualTo(Limit - (16 * 1024)));
        Assert.That(_transport.HasRoomFor(16 * 1024), Is.False, "a record is longer than its plaintext");
        Assert.That(_transport.HasRoomFor(1024), Is.True);
        Assert.That(_transport.OnBioWrite(new byte[16 * 1024]), Is.EqualTo(16 * 1024));
        Assert.That(_transport.HasRoomFor(1), Is.False);
        Assert.That(_transport.OnBioWrite(new byte[Reserve + 10]), Is.EqualTo(Reserve), "only what fits");
        Assert.That(_transport.OnBioWrite([1]), Is.EqualTo(-1), "the reserve is used up too");
        Assert.That(_transport.Unsent, Is.EqualTo(Limit + Reserve));
        _transport.SkipOutput(Limit + Reserve);
        Assert.That(_transport.HasRoomFor(16 * 1024), Is.True);
    }

    [Test]
    public void A_limit_below_a_record_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryTransport(16 * 1024).Dispose());
    }
}
