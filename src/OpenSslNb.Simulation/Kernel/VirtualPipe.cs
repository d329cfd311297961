namespace OpenSslNb.Simulation;

/// <summary>One direction of a simulated TCP connection: bytes under way in order, then bytes that wait for <c>recv</c>. Nothing is doubled or reordered; it may end or break at any byte.</summary>
internal sealed class VirtualPipe(NetworkModel model, Randomness randomness, VirtualClock clock, List<ByteFault> faults) : IDisposable
{
    /// <summary>How long a sender that is blocked by a fault stays so, in microseconds.</summary>
    public const int BlockedFor = 5_000;

    private readonly Queue<Segment> _flight = new();
    private readonly Queue<byte> _arrived = new();
    private readonly WorldDigest _digest = new();

    // Bytes that count against the capacity.
    private long _held;
    private long _blockedUntil;
    private bool _isCut;

    /// <summary>Bytes that the sender's kernel has taken so far.</summary>
    public long Written { get; private set; }

    /// <summary>Bytes that wait for <c>recv</c>.</summary>
    public int Readable => _arrived.Count;

    /// <summary>The end of the stream has arrived behind what is readable.</summary>
    public bool EndArrived { get; private set; }

    /// <summary>The sender has ended the stream, or a fault has.</summary>
    public bool EndSent { get; private set; }

    /// <summary>Faults that have taken effect.</summary>
    public List<ByteFault> Fired { get; } = [];

    /// <summary>Called when a fault resets the connection, for the sender's side.</summary>
    public Action? SenderReset { get; set; }

    /// <summary>Called when a reset arrives at the receiver.</summary>
    public Action? ReceiverReset { get; set; }

    /// <summary>Called when bytes arrive at a receiver that has closed its socket: it answers with a reset.</summary>
    public Action? ArrivedAtClosed { get; set; }

    /// <summary>The receiving socket is closed.</summary>
    public bool ReceiverIsGone { get; set; }

    /// <summary>Everything the sender gave, kept when asked for.</summary>
    public List<byte>? Recording { get; set; }

    /// <summary>Whether <c>send</c> finds room.</summary>
    public bool HasRoom => !IsBlocked && _held < model.Capacity;

    /// <summary>Digest of all bytes that the sender gave.</summary>
    public byte[] Digest => _digest.Current();

    /// <summary>Bytes under way.</summary>
    public int InFlight => _flight.Sum(segment => segment.Bytes.Length - segment.Taken);

    private bool IsBlocked => clock.Microseconds < _blockedUntil;

    /// <summary>Takes bytes from the sender.</summary>
    /// <returns>How many; 0 for none now.</returns>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        if (FaultAt(ByteFaultKind.Block, Written, Written + 1) is { } block) StartBlock(block);
        if (!HasRoom) return 0;
        int count = (int)Math.Min(bytes.Length, model.Capacity - _held);
        if (count > 1 && randomness.OneIn(model.ShortWriteOneIn)) count = randomness.Between(1, count - 1);
        if (FaultAt(ByteFaultKind.Block, Written + 1, Written + count) is { } ahead) count = (int)(ahead.At - Written);
        bytes = bytes[..count];
        _digest.Append(bytes);
        Recording?.AddRange(bytes);
        Send(bytes);
        return count;
    }

    /// <summary>The sender finds no room for a while, from now on.</summary>
    public void BlockNow() => _blockedUntil = clock.Microseconds + BlockedFor;

    /// <summary>Applies what happens at the very position where the stream is now.</summary>
    public void ApplyCut()
    {
        if (_isCut || CutBefore(Written + 1) is not { } fault) return;
        Fire(fault);
        _isCut = true;
        if (fault.Kind == ByteFaultKind.Fin)
        {
            AppendMark(SegmentEnd.Fin);
            return;
        }

        AppendMark(SegmentEnd.Reset);
        SenderReset?.Invoke();
    }

    /// <summary>The sender ends the stream in good order.</summary>
    public void SendEnd()
    {
        if (EndSent) return;
        if (!_isCut) AppendMark(SegmentEnd.Fin);
        EndSent = true;
    }

    /// <summary>The sender's kernel resets the connection: what is under way arrives before it.</summary>
    public void SendReset()
    {
        EndSent = true;
        AppendMark(SegmentEnd.Reset);
    }

    /// <summary>When the next thing happens here by itself, in microseconds; null when nothing does.</summary>
    public long? NextEvent
    {
        get
        {
            long? arrival = _flight.TryPeek(out Segment? first) ? first.Arrival : null;
            if (!IsBlocked) return arrival;
            return arrival is null ? _blockedUntil : Math.Min(arrival.Value, _blockedUntil);
        }
    }

    /// <summary>Whether something has arrived that can be handed over now.</summary>
    public bool CanDeliver => _flight.TryPeek(out Segment? first) && first.Arrival <= clock.Microseconds;

    /// <summary>Hands over some of what has arrived.</summary>
    public void Deliver()
    {
        int most = model.Segmentation switch
        {
            Segmentation.OneByte => 1,
            Segmentation.Random => randomness.Between(1, Math.Max(1, InFlight)),
            _ => int.MaxValue,
        };
        while (most > 0 && CanDeliver)
        {
            Segment first = _flight.Peek();
            int count = Math.Min(most, first.Bytes.Length - first.Taken);
            HandOver(first.Bytes.AsSpan(first.Taken, count));
            first.Taken += count;
            most -= Math.Max(count, 1);
            if (first.Taken < first.Bytes.Length) return;
            _flight.Dequeue();
            if (first.End == SegmentEnd.Fin) EndArrived = true;
            if (first.End == SegmentEnd.Reset) ReceiverReset?.Invoke();
        }
    }

    /// <summary>Takes what is readable.</summary>
    public int Read(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, _arrived.Count);
        for (int i = 0; i < count; i++) destination[i] = _arrived.Dequeue();
        _held -= count;
        return count;
    }

    public void Dispose() => _digest.Dispose();

    private void Send(ReadOnlySpan<byte> bytes)
    {
        // Behind a cut nothing arrives any more.
        long end = Written + bytes.Length;
        ByteFault? cut = CutBefore(end + 1);
        int arriving = _isCut ? 0 : cut is null ? bytes.Length : (int)Math.Max(0, cut.At - Written);
        byte[] copy = bytes[..arriving].ToArray();
        while (FaultAt(ByteFaultKind.Flip, Written, Written + arriving) is { } flip)
        {
            copy[(int)(flip.At - Written)] ^= (byte)(1 << flip.Bit);
            Fire(flip);
        }

        if (copy.Length > 0) _flight.Enqueue(new Segment(copy, clock.Microseconds + model.Latency, SegmentEnd.None));
        _held += copy.Length;
        Written = end;
        ApplyCut();
    }

    private void HandOver(ReadOnlySpan<byte> bytes)
    {
        if (ReceiverIsGone)
        {
            _held -= bytes.Length;
            if (!bytes.IsEmpty) ArrivedAtClosed?.Invoke();
            return;
        }

        foreach (byte value in bytes) _arrived.Enqueue(value);
    }

    private void AppendMark(SegmentEnd end) => _flight.Enqueue(new Segment([], clock.Microseconds + model.Latency, end));

    private void StartBlock(ByteFault fault)
    {
        Fire(fault);
        _blockedUntil = clock.Microseconds + BlockedFor;
    }

    private void Fire(ByteFault fault)
    {
        faults.Remove(fault);
        Fired.Add(fault);
    }

    private ByteFault? FaultAt(ByteFaultKind kind, long from, long before) => faults.Find(fault => fault.Kind == kind && fault.At >= from && fault.At < before);

    private ByteFault? CutBefore(long position) => FaultAt(ByteFaultKind.Fin, 0, position) ?? FaultAt(ByteFaultKind.Reset, 0, position);

    private enum SegmentEnd
    {
        None = 0,
        Fin,
        Reset,
    }

    private sealed class Segment(byte[] bytes, long arrival, SegmentEnd end)
    {
        public byte[] Bytes { get; } = bytes;

        public long Arrival { get; } = arrival;

        public SegmentEnd End { get; } = end;

        public int Taken { get; set; }
    }
}
