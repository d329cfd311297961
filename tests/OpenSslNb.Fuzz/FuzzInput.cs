namespace OpenSslNb.Fuzz;

/// <summary>Where the target stands when the fuzzed bytes begin.</summary>
internal enum StartState : byte
{
    Fresh,
    FirstMessageHalfway,
    LastMessageMissing,
    Established,
    WritePending,
    Rekeying,
    LocalClosed,
    PeerClosed,
}

/// <summary>What happens next. The peer is a machine of ours, so that what it sends is protected by the right keys; what is done to its records on the way is not.</summary>
internal enum FuzzAction : byte
{
    Deliver,
    PeerWrites,
    PeerRekeys,
    PeerShutsDown,
    PeerReads,
    TargetWrites,
    TargetRekeys,
    TargetShutsDown,
    FlipBits,
    Truncate,
    Drop,
    Swap,
    Duplicate,
    RawBytes,
    ForgedRecord,
    EndOfStream,
}

/// <summary>
/// The bytes of a fuzzer, read as a story. Two bytes choose side, version, start state and segmentation; each byte after them is an action, with its operands behind it.
/// Every input means something: missing operands are zero.
/// </summary>
internal ref struct FuzzInput
{
    private ReadOnlySpan<byte> _rest;

    public FuzzInput(ReadOnlySpan<byte> bytes)
    {
        _rest = bytes;
        byte start = Byte();
        TargetIsServer = (start & 1) != 0;
        IsTls13 = (start & 2) != 0;
        State = (StartState)(start >> 2 & 7);
        PeerBegins = (start & 32) != 0;
        byte delivery = Byte();
        Chunk = (delivery & 63) == 0 ? int.MaxValue : delivery & 63;
        IsLazy = (delivery & 64) != 0;
    }

    public bool TargetIsServer { get; }

    public bool IsTls13 { get; }

    public StartState State { get; }

    /// <summary>In <see cref="StartState.Rekeying"/>: whose idea that was.</summary>
    public bool PeerBegins { get; }

    /// <summary>Most bytes that the target is fed at once.</summary>
    public int Chunk { get; }

    /// <summary>The target is not stepped after each piece, only when the peer reads.</summary>
    public bool IsLazy { get; }

    public bool TryNext(out FuzzAction action)
    {
        bool isThere = !_rest.IsEmpty;
        action = isThere ? (FuzzAction)(Byte() & 15) : default;
        return isThere;
    }

    public byte Byte()
    {
        if (_rest.IsEmpty) return 0;
        byte value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    /// <summary>1 to 16,257 bytes from one byte, small ones and whole records among them.</summary>
    public int Size()
    {
        int value = Byte();
        return (value * value / 4) + 1;
    }

    /// <summary>As many of the next bytes as the byte before them says.</summary>
    public ReadOnlySpan<byte> Counted()
    {
        int count = Math.Min(Byte(), _rest.Length);
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
