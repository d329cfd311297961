using NUnit.Framework;

namespace OpenSslNb.Engine.Tests;

/// <summary>Random calls on a queue and on a plain list of bytes; both must always say the same.</summary>
public sealed class OutboundQueueModelTests
{
    private const int Steps = 4000;
    private readonly List<byte> _model = [];
    private readonly List<byte> _postedModel = [];
    private OutboundQueue _queue = null!;
    private OutboundQueue _posted = null!;
    private nint _frozenPointer;
    private byte[]? _frozen;

    [Test]
    public void The_queue_says_what_a_plain_list_says([Range(1, 12)] int seed)
    {
        var pool = new ChunkPool();
        var random = new Random(seed);
        (_queue, _posted, _frozen) = (new OutboundQueue(pool), new OutboundQueue(pool), null);
        _model.Clear();
        _postedModel.Clear();
        for (int i = 0; i < Steps; i++)
        {
            Act(random);
            Compare($"seed {seed} step {i}");
        }

        _posted.Clear();
        Assert.That(OutboundQueueTests.Drain(_queue), Is.EqualTo(_model.ToArray()));
    }

    private void Act(Random random)
    {
        switch (random.Next(100))
        {
            case < 30:
                Append(_queue, _model, random);
                break;
            case < 50:
                Append(_posted, _postedModel, random);
                break;
            case < 60:
                _queue.TakeAll(_posted);
                _model.AddRange(_postedModel);
                _postedModel.Clear();
                break;
            case < 75:
                Begin();
                break;
            case < 99:
                Complete();
                break;
            default:
                _queue.Clear();
                _model.Clear();
                _frozen = null;
                break;
        }
    }

    private static void Append(OutboundQueue queue, List<byte> model, Random random)
    {
        byte[] data = new byte[random.Next(4) switch
        {
            0 => random.Next(4),
            1 => random.Next(OutboundChunk.Capacity - 2, OutboundChunk.Capacity + 3),
            _ => random.Next(12_000),
        }];
        random.NextBytes(data);
        queue.Append(data);
        model.AddRange(data);
    }

    private void Begin()
    {
        int announced = _queue.NextLength;
        bool begun = _queue.TryBegin(out PendingWrite write);
        Assert.That(begun, Is.EqualTo(_model.Count > 0));
        Assert.That(write.Length, Is.EqualTo(announced));
        if (!begun) return;
        _frozen ??= Freeze(write);
        Assert.That((OutboundQueueTests.PointerOf(write), write.Length), Is.EqualTo((_frozenPointer, _frozen.Length)));
        Assert.That(write.Bytes.SequenceEqual(_frozen), Is.True);
    }

    private byte[] Freeze(in PendingWrite write)
    {
        Assert.That(write.Length, Is.InRange(1, OutboundChunk.Capacity));
        Assert.That(write.Bytes.SequenceEqual(_model.Take(write.Length).ToArray()), Is.True, "the oldest bytes go first");
        _frozenPointer = OutboundQueueTests.PointerOf(write);
        return write.Bytes.ToArray();
    }

    private void Complete()
    {
        Begin();
        if (_frozen is null) return;
        _queue.CompletePending();
        _model.RemoveRange(0, _frozen.Length);
        _frozen = null;
    }

    private void Compare(string where)
    {
        Assert.That(_queue.Length, Is.EqualTo(_model.Count), where);
        Assert.That(_posted.Length, Is.EqualTo(_postedModel.Count), where);
        Assert.That(_queue.IsEmpty, Is.EqualTo(_model.Count == 0), where);
        Assert.That(_queue.HasPendingWrite, Is.EqualTo(_frozen is not null), where);
    }
}
