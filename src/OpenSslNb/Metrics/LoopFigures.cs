using OpenSslNb.Engine;
using KeyValue = System.Collections.Generic.KeyValuePair<string, object?>;

namespace OpenSslNb.Metrics;

/// <summary>What one loop counts. Written by the loop's thread alone; may be read from any thread, each figure by itself exact.</summary>
internal sealed class LoopFigures
{
    private static int s_lastId = -1;

    private readonly TimeProvider _clock;
    private readonly BusyTime _busy;
    private readonly Func<long> _queuedBytes;
    private readonly long[] _failedHandshakes = new long[Words.ReasonCount];
    private readonly long[] _ended = new long[Words.ReasonCount];
    private readonly KeyValue[] _tags;
    private readonly Lock _observing = new();
    private long _turnBegan;

    // Guarded by _observing: the last look at the utilization.
    private (long Busy, long At)? _looked;

    /// <summary>Connections that have begun their handshake.</summary>
    public long Begun;

    /// <summary>Connections taken from the kernel, refused ones included.</summary>
    public long Accepted;
    public long RefusedForLimit;
    public long RefusedForDescriptors;

    /// <summary>How often accepting had to wait for a descriptor or for memory.</summary>
    public long Shortages;

    /// <param name="name">Of the loop; loops of one name are taken for a group that shares its load.</param>
    /// <param name="clock">The loop's.</param>
    /// <param name="queuedBytes">Sums what the loop's connections have queued; from any thread.</param>
    public LoopFigures(string name, TimeProvider clock, Func<long> queuedBytes)
    {
        Id = Interlocked.Increment(ref s_lastId);
        Name = name;
        _clock = clock;
        _busy = new BusyTime(clock);
        _queuedBytes = queuedBytes;
        _tags = [new("loop.id", Id), new("loop.name", name)];
    }

    /// <summary>A number that no other loop of this process has; counted from 0.</summary>
    public int Id { get; }

    public string Name { get; }

    /// <summary>What the loop's machines have done.</summary>
    public EngineCounters Engine { get; } = new();

    /// <summary>The tags that say which loop it is.</summary>
    public ReadOnlySpan<KeyValue> Tags => _tags;

    /// <summary>Connections that live now.</summary>
    public long Connections
    {
        get
        {
            // The ends first: none of them is without its beginning.
            long ended = 0;
            for (int i = 0; i < _ended.Length; i++) ended += Volatile.Read(ref _ended[i]);
            return Volatile.Read(ref Begun) - ended;
        }
    }

    public long QueuedBytes => _queuedBytes();

    /// <summary>Seconds that measured turns took, the one that is on included.</summary>
    public double BusySeconds => Seconds(_busy.Read(out _));

    public void CountFailedHandshake(CloseReason reason) => _failedHandshakes[(int)reason]++;

    public void CountEnd(CloseReason reason) => _ended[(int)reason]++;

    public long FailedHandshakes(CloseReason reason) => Volatile.Read(ref _failedHandshakes[(int)reason]);

    public long Ended(CloseReason reason) => Volatile.Read(ref _ended[(int)reason]);

    /// <summary>A turn begins. The clock is read only when somebody wants to know.</summary>
    /// <returns>True when <see cref="EndTurn"/> must follow.</returns>
    public bool TryBeginTurn()
    {
        if (!Instruments.WantsTurns) return false;
        _turnBegan = _clock.GetTimestamp();
        _busy.Begin(_turnBegan);
        return true;
    }

    public void EndTurn()
    {
        long now = _clock.GetTimestamp();
        _busy.End(now);
        Instruments.TurnDuration.Record(Seconds(now - _turnBegan), _tags);
    }

    /// <summary>The clock when a handshake begins; null when nobody wants to know how long it takes.</summary>
    public long? StampHandshake() => Instruments.HandshakeDuration.Enabled ? _clock.GetTimestamp() : null;

    public void RecordHandshake(long began, CloseReason failure) =>
        Instruments.HandshakeDuration.Record(Seconds(_clock.GetTimestamp() - began), [.. _tags, new("result", Words.Result(failure))]);

    /// <summary>Share of the time since the last look that went into turns; null at the first.</summary>
    public double? TakeUtilization()
    {
        lock (_observing)
        {
            long busy = _busy.Read(out long now);
            (long Busy, long At)? before = _looked;
            if (before is { } same && same.At == now) return null;
            _looked = (busy, now);
            return before is { } last ? Math.Clamp((double)(busy - last.Busy) / (now - last.At), 0, 1) : null;
        }
    }

    private double Seconds(long stamps) => (double)stamps / _clock.TimestampFrequency;
}
