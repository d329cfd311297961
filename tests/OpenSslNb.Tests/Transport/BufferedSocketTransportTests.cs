using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;
using OpenSslNb.Transport;

namespace OpenSslNb.Tests.Transport;

public sealed class BufferedSocketTransportTests
{
    private const int Limit = 32 * 1024;
    private const int Reserve = 16 * 1024;

    private LoopBuffers _buffers = null!;
    private readonly byte[] _scratch = new byte[256 * 1024];
    private SocketPair _pair = null!;
    private BufferedSocketTransport _transport = null!;

    [SetUp]
    public void Begin()
    {
        _buffers = new LoopBuffers();
        Use(new SocketPair());
    }

    [TearDown]
    public void End()
    {
        _transport.Dispose();
        _pair.Dispose();
        _buffers.Dispose();
    }

    [Test]
    public void Records_of_one_turn_leave_in_one_send()
    {
        Use(new SocketPair(keepsMessages: true));
        for (int i = 0; i < 3; i++) Assert.That(_transport.OnBioWrite([(byte)i, (byte)i]), Is.EqualTo(2));
        Assert.That(SocketPair.Receive(_pair.Peer, _scratch), Is.EqualTo(-Errno.EAGAIN), "nothing leaves before the turn ends");
        Assert.That(_transport.Unsent, Is.EqualTo(6));
        _transport.EndTurn();
        Assert.That(_transport.Unsent, Is.Zero);
        Assert.That(SocketPair.Receive(_pair.Peer, _scratch), Is.EqualTo(6));
        Assert.That(_scratch.Take(6), Is.EqualTo(new byte[] { 0, 0, 1, 1, 2, 2 }));
        Assert.That(SocketPair.Receive(_pair.Peer, _scratch), Is.EqualTo(-Errno.EAGAIN));
        Assert.That(_transport.BytesGiven, Is.EqualTo(6));
    }

    [Test]
    public void Flush_says_whether_it_made_room()
    {
        Assert.That(_transport.Flush(), Is.False, "nothing to send");
        _transport.OnBioWrite([1]);
        Assert.That(_transport.Interest, Is.EqualTo(Interest.Write));
        Assert.That(_transport.Flush(), Is.True);
        Assert.That(_transport.Interest, Is.EqualTo(Interest.None));
        SocketPair.Fill(_pair.Ours);
        _transport.OnBioWrite([2]);
        Assert.That(_transport.Flush(), Is.False, "the kernel takes nothing");
        Assert.That(_transport.Unsent, Is.EqualTo(1));
    }

    [Test]
    public void While_the_kernel_takes_none_memory_ends_at_limit_and_reserve()
    {
        SocketPair.Fill(_pair.Ours);
        Assert.That(_transport.HasRoomFor(16 * 1024), Is.True);
        int given = 0;
        while (_transport.HasRoomFor(1024)) given += _transport.OnBioWrite(new byte[1024]);
        Assert.That(given, Is.InRange(Limit - (3 * 1024), Limit));
        _transport.EndTurn();
        Assert.That(_transport.OnBioWrite(new byte[100]), Is.EqualTo(100), "an answer of OpenSSL's own goes into the reserve");
        while (_transport.OnBioWrite(new byte[1000]) > 0) Assert.That(_transport.Unsent, Is.LessThanOrEqualTo(Limit + Reserve));
        Assert.That(_transport.Unsent, Is.EqualTo(Limit + Reserve));
        Assert.That(_transport.Errno, Is.Zero, "no room is no fault");
        SocketPair.Drain(_pair.Peer);
        Assert.That(_transport.Flush(), Is.True);
        Assert.That(_transport.HasRoomFor(16 * 1024), Is.True);
    }

    [Test]
    public void Bytes_leave_in_order_whatever_the_kernel_takes_at_a_time()
    {
        var random = new Random(3);
        var received = new List<byte>();
        byte next = 0;
        int given = 0;
        for (int turn = 0; turn < 400; turn++)
        {
            for (int write = random.Next(4); write > 0; write--)
            {
                byte[] data = new byte[random.Next(1, 9000)];
                for (int i = 0; i < data.Length; i++) data[i] = (byte)(next + i);
                if (!_transport.HasRoomFor(data.Length)) break;
                int taken = _transport.OnBioWrite(data);
                Assert.That(taken, Is.EqualTo(data.Length), "a record that has room is taken whole");
                next = (byte)(next + taken);
                given += taken;
            }

            _transport.EndTurn();
            int count = SocketPair.Receive(_pair.Peer, _scratch.AsSpan(0, random.Next(1, 15_000)));
            if (count > 0) received.AddRange(_scratch.AsSpan(0, count));
        }

        while (received.Count < given)
        {
            _ = _transport.Flush();
            int count = SocketPair.Receive(_pair.Peer, _scratch);
            Assert.That(count, Is.GreaterThan(0));
            received.AddRange(_scratch.AsSpan(0, count));
        }

        Assert.That(received.Select((b, i) => b == (byte)i), Is.All.True);
        Assert.That(given, Is.GreaterThan(1_000_000));
    }

    [Test]
    public void What_was_received_and_not_taken_survives_the_turns_of_others()
    {
        using var other = new SocketPair();
        using var neighbour = new BufferedSocketTransport(other.Ours, _buffers, Limit);
        SocketPair.Send(_pair.Peer, [1, 2, 3, 4]);
        SocketPair.Send(other.Peer, [9, 9, 9, 9, 9, 9]);
        Assert.That(_transport.OnBioRead(_scratch.AsSpan(0, 1)), Is.EqualTo(1));
        _transport.EndTurn();
        Assert.That(_transport.HasBufferedInput, Is.True, "no poller will tell");
        Assert.That(neighbour.OnBioRead(_scratch), Is.EqualTo(6));
        neighbour.EndTurn();
        Assert.That(_transport.OnBioRead(_scratch), Is.EqualTo(3));
        Assert.That(_scratch.Take(3), Is.EqualTo(new byte[] { 2, 3, 4 }));
        Assert.That(_transport.HasBufferedInput, Is.False);
        Assert.That(_transport.BytesTaken, Is.EqualTo(4));
    }

    [Test]
    public void A_socket_that_ran_dry_is_asked_again_only_when_it_is_readable()
    {
        SocketPair.Send(_pair.Peer, [1]);
        Assert.That(_transport.OnBioRead(_scratch), Is.EqualTo(1));
        SocketPair.Send(_pair.Peer, [2]);
        Assert.That(_transport.OnBioRead(_scratch), Is.EqualTo(-1), "no system call to learn what a short receive has told");
        _transport.OnReadable();
        Assert.That(_transport.OnBioRead(_scratch), Is.EqualTo(1));
        Assert.That(_scratch[0], Is.EqualTo(2));
    }

    [Test]
    public void OpenSSL_is_given_one_record_at_a_time_or_all_that_there_are()
    {
        byte[] records = [23, 3, 3, 0, 2, 1, 1, 23, 3, 3, 0, 1, 2, 23, 3, 3, 0, 1, 3];
        SocketPair.Send(_pair.Peer, records);
        Assert.That(_transport.OnBioRead(_scratch), Is.EqualTo(7), "the first record");
        _transport.EndTurn();
        Assert.That(_transport.OnBioRead(_scratch), Is.EqualTo(6), "and the second, also when it was put aside");
        _transport.GivesSeveralRecords = true;
        SocketPair.Send(_pair.Peer, [.. records, .. records]);
        _transport.OnReadable();
        Assert.That(_transport.OnBioRead(_scratch), Is.EqualTo(6), "what was received before");
        Assert.That(_transport.OnBioRead(_scratch), Is.EqualTo(2 * records.Length));
        _transport.GivesSeveralRecords = false;
        SocketPair.Send(_pair.Peer, records);
        _transport.OnReadable();
        Assert.That(_transport.OnBioRead(_scratch), Is.EqualTo(7), "where records end was followed all the time");
    }

    [Test]
    public void It_is_known_to_be_dry_only_when_a_short_receive_was_taken_to_its_end()
    {
        Assert.That(_transport.IsKnownDry, Is.False, "nobody has asked");
        SocketPair.Send(_pair.Peer, [1, 2]);
        Assert.That(_transport.OnBioRead(_scratch.AsSpan(0, 1)), Is.EqualTo(1));
        Assert.That(_transport.IsKnownDry, Is.False, "one byte is left");
        Assert.That(_transport.OnBioRead(_scratch), Is.EqualTo(1));
        Assert.That(_transport.IsKnownDry, Is.True);
        _transport.OnReadable();
        Assert.That(_transport.IsKnownDry, Is.False, "the poller has told of more");
        _pair.EndPeer();
        Assert.That(_transport.OnBioRead(_scratch), Is.Zero);
        Assert.That(_transport.IsKnownDry, Is.False, "the end has to be told");
    }

    [Test]
    public void The_end_of_the_stream_is_seen_behind_the_bytes()
    {
        SocketPair.Send(_pair.Peer, [1]);
        _pair.EndPeer();
        Assert.That(_transport.OnBioRead(_scratch), Is.EqualTo(1));
        Assert.That(_transport.SawEndOfStream, Is.False);
        _transport.OnReadable();
        Assert.That(_transport.OnBioRead(_scratch), Is.Zero);
        Assert.That(_transport.SawEndOfStream, Is.True);
        Assert.That(_transport.OnBioRead(_scratch), Is.Zero);
        Assert.That(_transport.Errno, Is.Zero);
    }

    [Test]
    public void A_reset_is_an_errno()
    {
        // Closed with something unread in it.
        SocketPair.Send(_pair.Ours, [1]);
        _pair.ClosePeer();
        Assert.That(_transport.OnBioRead(_scratch), Is.EqualTo(-1));
        Assert.That(_transport.Errno, Is.EqualTo(Errno.ECONNRESET));
        Assert.That(_transport.SawEndOfStream, Is.False);
    }

    [Test]
    public void A_broken_send_drops_what_is_given_and_still_lets_the_last_words_be_read()
    {
        SocketPair.Send(_pair.Peer, [7]);
        _pair.ClosePeer();
        Assert.That(_transport.OnBioWrite([1]), Is.EqualTo(1));
        _transport.EndTurn();
        Assert.That(_transport.SendErrno, Is.EqualTo(Errno.EPIPE));
        Assert.That(_transport.Errno, Is.Zero, "receiving is whole");
        Assert.That(_transport.Unsent, Is.Zero);
        Assert.That(_transport.OnBioWrite(new byte[100_000]), Is.GreaterThan(0), "OpenSSL is not told");
        _transport.EndTurn();
        Assert.That(_transport.Unsent, Is.Zero);
        Assert.That(_transport.OnBioRead(_scratch), Is.EqualTo(1));
        Assert.That(_scratch[0], Is.EqualTo(7));
    }

    private void Use(SocketPair pair)
    {
        _transport?.Dispose();
        _pair?.Dispose();
        _pair = pair;
        _transport = new BufferedSocketTransport(pair.Ours, _buffers, Limit);
    }
}
