namespace OpenSslNb.Engine.Tests;

/// <summary>What the world owes: whatever of these is possible again and again happens in the end (strong fairness).</summary>
[Flags]
internal enum Fairness : ushort
{
    None = 0,

    /// <summary>The loop attempts the operation that <see cref="BlockedOperations.Next"/> names.</summary>
    AttemptsHandshake = 1,
    AttemptsRead = 2,
    AttemptsWrite = 4,
    AttemptsShutdown = 8,

    /// <summary>The poller tells what it is asked for and what is true.</summary>
    TellsReadable = 16,
    TellsWritable = 32,

    /// <summary>The peer sends what it owes, and close_notify in the end.</summary>
    PeerSends = 64,

    /// <summary>The peer reads, so that the socket takes bytes again.</summary>
    PeerReads = 128,

    /// <summary>The application resumes reading, and answers what it is asked.</summary>
    Resumes = 256,
    Answers = 512,
}

/// <summary>What the peer sends.</summary>
internal enum Piece : byte
{
    None = 0,
    Flight,
    Data,
    HalfRecord,
    KeyUpdateRequest,
    Hello,
    Finished,
    CloseNotify,
}

/// <summary>One thing that can happen in a <see cref="LivenessWorld"/>.</summary>
internal readonly record struct Happening(string Name, Fairness Fairness, LivenessWorld After);

/// <summary>
/// A tracker, its loop, a level-triggered poller, a socket, a peer and an application, as one value. Everything that moves data is bounded, so a path that goes on
/// for ever ends in a cycle in which nothing makes progress; only pausing, resuming and untrue readiness may go on without end.
/// </summary>
internal readonly record struct LivenessWorld
{
    private const int SocketPieces = 2;

    public BlockedOperations Tracker { get; init; }

    /// <summary>TLS 1.3 with KeyUpdates; otherwise TLS 1.2 with renegotiations.</summary>
    public bool IsTls13 { get; init; }

    /// <summary>The transport of the socket fd: reads are held while a record is half written.</summary>
    public bool SplitsRecords { get; init; }

    /// <summary>Flights of the handshake to come, and what the next one waits for.</summary>
    public byte Flights { get; init; }

    public SslWant FlightNeeds { get; init; }

    /// <summary>Pieces that the peer may begin before its close_notify, and the one it has to send to end what it began.</summary>
    public byte PeerMaySend { get; init; }

    public Piece PeerOwes { get; init; }

    public bool PeerHasClosed { get; init; }

    /// <summary>What lies in the socket, oldest first.</summary>
    public Piece First { get; init; }

    public Piece Second { get; init; }

    /// <summary>The socket takes a record.</summary>
    public bool HasRoom { get; init; }

    /// <summary>OpenSSL has something of its own to send before the read goes on.</summary>
    public bool OwesAnswer { get; init; }

    /// <summary>Between the peer's hello and its Finished nothing of ours can be written.</summary>
    public bool IsRenegotiating { get; init; }

    public byte Queued { get; init; }

    /// <summary>What the application may still ask for.</summary>
    public byte MayWrite { get; init; }

    public bool MayRekey { get; init; }

    public bool MayShutDown { get; init; }

    private int InSocket => First == Piece.None ? 0 : Second == Piece.None ? 1 : SocketPieces;

    private bool IsInHandshake => IsRenegotiating || OwesAnswer;

    public static IEnumerable<LivenessWorld> Beginnings()
    {
        foreach (SslWant needs in new[] { SslWant.Read, SslWant.Write, SslWant.Certificate })
        {
            foreach (bool isTls13 in new[] { true, false })
            {
                foreach (bool splits in new[] { true, false })
                {
                    yield return new LivenessWorld
                    {
                        Tracker = BlockedOperations.Start(),
                        IsTls13 = isTls13,
                        SplitsRecords = splits,
                        Flights = 2,
                        FlightNeeds = needs,
                        PeerMaySend = 2,
                        HasRoom = true,
                        MayWrite = 2,
                        MayRekey = isTls13,
                        MayShutDown = true,
                    };
                }
            }
        }
    }

    /// <summary>Everything that can happen now.</summary>
    public IEnumerable<Happening> Happenings()
    {
        foreach (Happening happening in Loop()) yield return happening;
        foreach (Happening happening in Peer()) yield return happening;
        foreach (Happening happening in Application()) yield return happening;
    }

    /// <summary>This world with the tracker changed.</summary>
    public LivenessWorld With(Action<ReachableStates.Box> change) => this with { Tracker = Tracker.After(change) };

    public override string ToString() =>
        $"{Tracker} {Tracker.ReadPermission} interest={Tracker.Interest} socket=[{First},{Second}] room={HasRoom} queued={Queued}"
        + (IsRenegotiating ? " renegotiating" : "") + (OwesAnswer ? " owes an answer" : "") + (PeerHasClosed ? " peer has closed" : $" peer owes {PeerOwes}+{PeerMaySend}");

    private IEnumerable<Happening> Loop()
    {
        if (Tracker.Next() is { } operation)
        {
            foreach (LivenessWorld after in LivenessAttempts.Outcomes(this, operation)) yield return new($"attempt {operation}", (Fairness)(1 << (int)operation), after);
        }

        if ((Tracker.Interest & Interest.Read) != 0)
        {
            // Readiness is a hint: it may be untrue, and nothing promises that it is.
            bool isTrue = First != Piece.None;
            yield return new(isTrue ? "poll: readable" : "poll: readable, untrue", isTrue ? Fairness.TellsReadable : Fairness.None, With(b => b.State.OnReadable()));
        }

        if ((Tracker.Interest & Interest.Write) != 0 && HasRoom) yield return new("poll: writable", Fairness.TellsWritable, With(b => b.State.OnWritable()));
    }

    private IEnumerable<Happening> Peer()
    {
        if (!HasRoom) yield return new("peer reads", Fairness.PeerReads, this with { HasRoom = true });
        if (PeerHasClosed || InSocket == SocketPieces) yield break;
        if (!Tracker.IsEstablished)
        {
            if (FlightNeeds == SslWant.Read && InSocket == 0) yield return Sends(Piece.Flight, this);
            yield break;
        }

        if (PeerOwes != Piece.None) yield return Sends(PeerOwes, this with { PeerOwes = Piece.None });
        else yield return Sends(Piece.CloseNotify, this with { PeerHasClosed = true });
        if (PeerMaySend == 0) yield break;
        LivenessWorld begun = this with { PeerMaySend = (byte)(PeerMaySend - 1) };

        // Application data may come in the middle of a renegotiation, but not in the middle of a record.
        if (PeerOwes != Piece.Data) yield return Sends(Piece.Data, begun);
        if (PeerOwes != Piece.None) yield break;
        yield return Sends(Piece.HalfRecord, begun with { PeerOwes = Piece.Data });
        yield return IsTls13 ? Sends(Piece.KeyUpdateRequest, begun) : Sends(Piece.Hello, begun with { PeerOwes = Piece.Finished });
    }

    private static Happening Sends(Piece piece, LivenessWorld world) =>
        new($"peer sends {piece}", Fairness.PeerSends, world.First == Piece.None ? world with { First = piece } : world with { Second = piece });

    private IEnumerable<Happening> Application()
    {
        if (Tracker.WantOf(SslOperation.Handshake) == SslWant.Certificate) yield return new("application answers", Fairness.Answers, With(b => b.State.Satisfy(SslWant.Certificate)));
        if (Tracker.ReadPermission != ReadPermission.Always) yield return new("application resumes reading", Fairness.Resumes, With(b => b.State.Permit(ReadPermission.Always)));
        if (Tracker.ReadPermission != ReadPermission.WhenNeeded) yield return new("application pauses reading", Fairness.None, With(b => b.State.Permit(ReadPermission.WhenNeeded)));
        if (Tracker.ReadPermission != ReadPermission.Never) yield return new("inbound buffer is full", Fairness.None, With(b => b.State.Permit(ReadPermission.Never)));
        if (MayWrite > 0 && MayShutDown) yield return new("application writes", Fairness.None, With(b => b.State.Ask(SslOperation.Write)) with { MayWrite = (byte)(MayWrite - 1), Queued = (byte)(Queued + 1) });
        if (MayShutDown && Tracker.IsEstablished) yield return new("application shuts down", Fairness.None, With(b => b.State.Ask(SslOperation.Shutdown)) with { MayShutDown = false });
        bool isBetweenRecords = Tracker.IsEstablished && !Tracker.IsMidRecord && !IsInHandshake;
        if (MayRekey && MayShutDown && isBetweenRecords) yield return new("application updates keys", Fairness.None, With(b => b.State.Ask(SslOperation.Handshake)) with { MayRekey = false });
    }
}
