using System.Numerics;

namespace OpenSslNb.Engine;

/// <summary>Where one operation stands.</summary>
/// <remarks>
/// <code>
///          Ask                  step: Blocked(want)
///  Idle ────────► Ready ─────────────────────────────► Blocked(want)
///    ▲              │ ▲                                     │
///    └──────────────┘ └─────────────────────────────────────┘
///     nothing left       the want is satisfied
/// </code>
/// </remarks>
internal enum OperationSlot : byte
{
    /// <summary>Nothing is asked of it.</summary>
    Idle = 0,

    /// <summary>It may be attempted now.</summary>
    Ready,

    /// <summary>It was attempted, and its want is not satisfied yet.</summary>
    Blocked,
}

/// <summary>How far the application lets reading go.</summary>
internal enum ReadPermission : byte
{
    /// <summary>No byte more can be taken: the inbound buffer is full.</summary>
    Never = 0,

    /// <summary>The application has paused; a read runs only if another operation cannot go on without one, and its data is kept in the inbound buffer.</summary>
    WhenNeeded,

    /// <summary>The application takes what comes.</summary>
    Always,
}

/// <summary>
/// Tracks which operation waits for what: events in; the next operation to attempt and the interest in the poller out. A pure value, so that every reachable state can be enumerated.
/// </summary>
internal struct BlockedOperations : IEquatable<BlockedOperations>
{
    private const ulong EveryByte = 0x0101_0101_0101_0101;

    // One bit an operation, one byte a want: byte 0 (SslWant.None) holds the operations that are ready, byte N those that are blocked on want N. An operation in no byte is idle.
    // Every question below is a mask or two: this is asked several times for each record.
    private ulong _standing;

    // Which operations wanted to write at their last attempt: the data, our close_notify, a KeyUpdate of ours.
    private SslOperations _midRecord;

    /// <summary>What the application allows. A fresh tracker allows everything asked.</summary>
    public ReadPermission ReadPermission { get; private set; }

    /// <summary>True once the initial handshake has ended.</summary>
    public bool IsEstablished { get; private set; }

    /// <summary>True after a fatal failure: nothing runs again.</summary>
    public bool IsDead { get; private set; }

    /// <summary>True while OpenSSL may hold a record that the transport has taken only in part: no read may run then if <see cref="ReadsWaitForBlockedWrite"/>, for it might have to answer.</summary>
    public readonly bool IsMidRecord => _midRecord != SslOperations.None;

    /// <summary>True while OpenSSL may hold a half-written record of this operation: also when the transport takes bytes again, until the next attempt.</summary>
    public readonly bool IsMidRecordOf(SslOperation operation) => (_midRecord & Flag(operation)) != 0;

    /// <summary>The rule of the transport: reads wait while a write is blocked in mid-record.</summary>
    public bool ReadsWaitForBlockedWrite { get; private set; }

    /// <summary>True when a write may go before the handshake has ended: a server that has taken early data answers it (RFC 8446 §2.3).</summary>
    public bool WritesGoEarly { get; private set; }

    /// <summary>The tracker of a new connection: the handshake is asked for.</summary>
    public static BlockedOperations Start()
    {
        var operations = new BlockedOperations { ReadPermission = ReadPermission.Always };
        operations.SetReady(SslOperation.Handshake);
        return operations;
    }

    /// <summary>Where an operation stands.</summary>
    public readonly OperationSlot SlotOf(SslOperation operation)
    {
        ulong bits = BitsOf(operation);
        return bits == 0 ? OperationSlot.Idle : (bits & 1) != 0 ? OperationSlot.Ready : OperationSlot.Blocked;
    }

    /// <summary>What a blocked operation waits for; <see cref="SslWant.None"/> when it is not blocked.</summary>
    public readonly SslWant WantOf(SslOperation operation)
    {
        ulong bits = BitsOf(operation);
        return bits == 0 ? SslWant.None : (SslWant)(BitOperations.TrailingZeroCount(bits) >> 3);
    }

    /// <summary>The application wants this done. No effect on an operation that is asked already.</summary>
    public void Ask(SslOperation operation)
    {
        if (!IsDead && BitsOf(operation) == 0) SetReady(operation);
    }

    /// <summary>The application pauses or resumes reading, or its buffer fills or empties.</summary>
    public void Permit(ReadPermission permission) => ReadPermission = permission;

    /// <summary>Whether reads must wait while a write is blocked in mid-record; known when the protocol version is.</summary>
    public void HoldReadsBehindBlockedWrite(bool hold) => ReadsWaitForBlockedWrite = hold;

    /// <summary>From now on writes need not wait for the handshake.</summary>
    public void LetWritesGoEarly() => WritesGoEarly = true;

    /// <summary>The transport may have bytes: whatever waits for them may try again.</summary>
    public void OnReadable() => Satisfy(SslWant.Read);

    /// <summary>The transport takes bytes: whatever waits for that may try again.</summary>
    public void OnWritable() => Satisfy(SslWant.Write);

    /// <summary>The want is satisfied, by the transport or by the application's answer.</summary>
    public void Satisfy(SslWant want)
    {
        if (want != SslWant.None) Wake(want, SslOperations.All);
    }

    /// <summary>The next operation to attempt among those that the caller is prepared to run, or null when all of them are idle, blocked or must wait.</summary>
    public readonly SslOperation? Next(SslOperations allowed = SslOperations.All)
    {
        SslOperations ready = BlockedOn(SslWant.None) & allowed;
        if (ready == SslOperations.None) return null;
        if (!IsEstablished) return NextInHandshake(ready);

        // Reads first: only SSL_read can take application data that arrives in the middle of a renegotiation.
        if ((ready & SslOperations.Read) != 0 && ReadRuns) return SslOperation.Read;
        if ((ready & SslOperations.Handshake) != 0 && (_midRecord & ~SslOperations.Handshake) == 0) return SslOperation.Handshake;
        if ((ready & SslOperations.Write) != 0) return SslOperation.Write;

        // Our close_notify goes behind all that is queued; half-written, it has to be finished first.
        if ((ready & SslOperations.Shutdown) != 0 && (BitsOf(SslOperation.Write) == 0 || IsMidRecordOf(SslOperation.Shutdown))) return SslOperation.Shutdown;
        return null;
    }

    // A record that an early write has left half written has to be finished first.
    private readonly SslOperation? NextInHandshake(SslOperations ready)
    {
        if ((ready & SslOperations.Handshake) != 0 && !IsMidRecord) return SslOperation.Handshake;
        return WritesGoEarly && (ready & SslOperations.Write) != 0 ? SslOperation.Write : null;
    }

    /// <summary>What to wait for: the union of what the blocked operations want, less what may not run. Never stored.</summary>
    public readonly Interest Interest
    {
        get
        {
            Interest write = BlockedOn(SslWant.Write) != 0 ? Interest.Write : Interest.None;
            return BlockedOn(SslWant.Read) != 0 && InputIsTaken ? write | Interest.Read : write;
        }
    }

    /// <summary>An attempt ended. <paramref name="more"/>: there is more of the same to do; <paramref name="tookInput"/>: OpenSSL took bytes from the transport in it;
    /// <paramref name="reachedOpenSsl"/>: false when it was put off without a call, so that no record can be held of it.</summary>
    public void Complete(SslOperation operation, SslStep step, bool more, bool tookInput, bool reachedOpenSsl = true)
    {
        bool heldReads = IsMidRecord && ReadsWaitForBlockedWrite;
        switch (step.Kind)
        {
            case SslStepKind.Failed:
                Die();
                return;
            case SslStepKind.Blocked:
                Put(operation, step.Want);
                break;
            case SslStepKind.Closed:
                SetIdle(operation);
                break;
            default:
                if (more) SetReady(operation);
                else SetIdle(operation);
                break;
        }

        // What the initial handshake holds, its own next attempt sends: no read can come between.
        bool heldHandshake = IsMidRecord && !IsEstablished;
        if (operation != SslOperation.Read && (IsEstablished || operation == SslOperation.Write)) NoteMidRecord(operation, reachedOpenSsl && step.IsBlocked && step.Want == SslWant.Write);
        if (operation == SslOperation.Handshake && step.IsDone) IsEstablished = true;

        if (heldHandshake && !IsMidRecord) Wake(SslWant.Read, SslOperations.Handshake);

        // What another operation waits for may just have been taken from the transport or out of OpenSSL: no event of the poller will tell it.
        if (tookInput || (operation == SslOperation.Read && step.IsDone)) Wake(SslWant.Read, ~Flag(operation));

        // While the read was held back the poller was not asked for it: it has its turn now, or a sender that always has more would starve it.
        if (heldReads && !IsMidRecord && step.IsDone && more) Wake(SslWant.Read, SslOperations.Read);
    }

    private void NoteMidRecord(SslOperation operation, bool isMidRecord)
    {
        _midRecord = isMidRecord ? _midRecord | Flag(operation) : _midRecord & ~Flag(operation);
    }

    /// <summary>Nothing runs again, and nothing is waited for.</summary>
    public void Die()
    {
        IsDead = true;
        _standing = 0;
        _midRecord = default;
    }

    /// <inheritdoc/>
    public readonly bool Equals(BlockedOperations other) => Digest == other.Digest;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is BlockedOperations other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => Digest.GetHashCode();

    /// <summary>Every bit of the state in one number: of each byte of <see cref="_standing"/> only the lower half is used.</summary>
    public readonly ulong Digest =>
        _standing | ((ulong)_midRecord << 4) | ((ulong)ReadPermission << 12) | (IsEstablished ? 1UL << 14 : 0) | (IsDead ? 1UL << 15 : 0) | (ReadsWaitForBlockedWrite ? 1UL << 20 : 0) | (WritesGoEarly ? 1UL << 21 : 0);

    /// <summary>For messages, for example <c>Read=Blocked(Write) Write=Ready</c>.</summary>
    public override readonly string ToString()
    {
        BlockedOperations self = this;
        return string.Join(' ', Enum.GetValues<SslOperation>().Select(o => self.WantOf(o) == SslWant.None ? $"{o}={self.SlotOf(o)}" : $"{o}=Blocked({self.WantOf(o)})"));
    }

    /// <summary>Reading is wanted by the application or needed by an operation, and not dangerous.</summary>
    private readonly bool ReadRuns =>
        !(IsMidRecord && ReadsWaitForBlockedWrite)
        && (ReadPermission == ReadPermission.Always || (ReadPermission == ReadPermission.WhenNeeded && AnotherNeedsInput));

    // Once established, only a read takes input, before that the handshake. While it cannot run, readability would wake the others in vain, and a level-triggered poller would say it again and again.
    private readonly bool InputIsTaken => (IsEstablished ? ReadRuns : !IsMidRecord) && ((BlockedOn(SslWant.None) | BlockedOn(SslWant.Read)) & Taker) != 0;

    private readonly SslOperations Taker => IsEstablished ? SslOperations.Read : SslOperations.Handshake;

    private readonly bool AnotherNeedsInput => (BlockedOn(SslWant.Read) & ~SslOperations.Read) != 0;

    // Blocked on nothing is ready.
    private readonly SslOperations BlockedOn(SslWant want) => (SslOperations)(byte)(_standing >> (8 * (int)want));

    private readonly ulong BitsOf(SslOperation operation) => (_standing >> (int)operation) & EveryByte;

    private static SslOperations Flag(SslOperation operation) => (SslOperations)(1 << (int)operation);

    private void Wake(SslWant want, SslOperations among)
    {
        ulong woken = (ulong)(BlockedOn(want) & among);
        _standing = (_standing & ~(woken << (8 * (int)want))) | woken;
    }

    private void SetReady(SslOperation operation) => Put(operation, SslWant.None);

    private void SetIdle(SslOperation operation) => _standing &= ~(EveryByte << (int)operation);

    private void Put(SslOperation operation, SslWant want)
    {
        SetIdle(operation);
        _standing |= 1UL << ((8 * (int)want) + (int)operation);
    }
}
