namespace OpenSslNb.Cli.TraceView;

/// <summary>What a bar stands for. The page knows them by these names.</summary>
internal enum TraceBarKind : byte
{
    /// <summary>An operation waits for readability.</summary>
    WantRead = 0,

    /// <summary>An operation waits for writability.</summary>
    WantWrite,

    /// <summary>An operation waits for the application's answer.</summary>
    WantApplication,

    /// <summary>The application has paused reading.</summary>
    Paused,

    /// <summary>The poller waits for readability.</summary>
    InterestRead,

    /// <summary>The poller waits for writability.</summary>
    InterestWrite,
}

/// <summary>A period in which something waits.</summary>
/// <param name="Lane">Where it is shown.</param>
/// <param name="Kind">What is waited for.</param>
/// <param name="From">Ticks.</param>
/// <param name="To">Ticks.</param>
/// <param name="IsCrossed">A read that wants to write, or a write that wants to read.</param>
internal readonly record struct TraceBar(TraceLane Lane, TraceBarKind Kind, long From, long To, bool IsCrossed);

/// <summary>One connection of a trace: its events in order of time, and the bars that follow from them.</summary>
internal sealed class TraceConnection
{
    private readonly List<TraceBar> _bars = [];

    // Begun and not ended: since when, and whether crossed.
    private readonly Dictionary<(TraceLane Lane, TraceBarKind Kind), (long From, bool IsCrossed)> _open = [];

    /// <param name="number">Its number in the file.</param>
    /// <param name="events">Its events in the order of the file.</param>
    public TraceConnection(long number, IEnumerable<TraceEvent> events)
    {
        Number = number;

        // What another thread asked for may stand behind what it came before.
        Events = [.. events.OrderBy(e => e.Time)];
        From = Events.Min(e => e.Time - e.Duration);
        To = Events[^1].Time;
        foreach (TraceEvent e in Events) Take(e);
        CloseAll(To);
        _bars.Sort((left, right) => left.From.CompareTo(right.From));
    }

    public long Number { get; }

    public IReadOnlyList<TraceEvent> Events { get; }

    /// <summary>Periods of waiting, by their beginning.</summary>
    public IReadOnlyList<TraceBar> Bars => _bars;

    public long From { get; }

    public long To { get; }

    /// <summary>What is known about it: <c>role</c>, <c>remote</c>, <c>protocol</c>, <c>outcome</c> and so on.</summary>
    public Dictionary<string, string> Facts { get; } = [];

    /// <summary>States with the time since when, from the first on.</summary>
    public List<(long Since, ConnectionState State)> States { get; } = [];

    public int Crossed { get; private set; }

    /// <summary>Plaintext bytes that <c>SSL_read</c> gave.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Plaintext bytes that <c>SSL_write</c> took.</summary>
    public long BytesWritten { get; private set; }

    private void Take(TraceEvent e)
    {
        foreach ((string name, string value) in e.Facts) Facts[name] = value;
        if (e.Result is { } result) TakeStep(e, result);
        if (e.Interest is { } interest)
        {
            SetInterest(TraceBarKind.InterestRead, (interest & Interest.Read) != 0, e.Time);
            SetInterest(TraceBarKind.InterestWrite, (interest & Interest.Write) != 0, e.Time);
        }

        switch (e.Application)
        {
            case TlsTraceEvent.ReadingPaused:
                Open(TraceLane.Application, TraceBarKind.Paused, e.Time);
                break;
            case TlsTraceEvent.ReadingResumed:
                Close(TraceLane.Application, TraceBarKind.Paused, e.Time);
                break;
            case TlsTraceEvent.Closed:
                CloseAll(e.Time);
                break;
        }
    }

    private void TakeStep(TraceEvent e, SslStepKind result)
    {
        // An operation that is attempted again has ceased to wait.
        foreach (TraceBarKind kind in (TraceBarKind[])[TraceBarKind.WantRead, TraceBarKind.WantWrite, TraceBarKind.WantApplication]) Close(e.Lane, kind, e.Time - e.Duration);
        if (e.State is { } state && (States.Count == 0 || States[^1].State != state)) States.Add((States.Count == 0 ? From : e.Time, state));
        if (result == SslStepKind.Failed) CloseAll(e.Time, lane => lane is >= TraceLane.Handshake and <= TraceLane.Shutdown);
        if (result == SslStepKind.Done && e.Lane == TraceLane.Read) BytesRead += e.Bytes;
        if (result == SslStepKind.Done && e.Lane == TraceLane.Write) BytesWritten += e.Bytes;
        if (result != SslStepKind.Blocked) return;
        if (e.IsCrossed) Crossed++;
        Open(e.Lane, KindOf(e.Want), e.Time, e.IsCrossed);
    }

    private static TraceBarKind KindOf(SslWant want) => want switch
    {
        SslWant.Read => TraceBarKind.WantRead,
        SslWant.Write => TraceBarKind.WantWrite,
        _ => TraceBarKind.WantApplication,
    };

    private void SetInterest(TraceBarKind kind, bool isSet, long time)
    {
        if (isSet) Open(TraceLane.Transport, kind, time);
        else Close(TraceLane.Transport, kind, time);
    }

    // What is open stays as it is.
    private void Open(TraceLane lane, TraceBarKind kind, long time, bool isCrossed = false) => _open.TryAdd((lane, kind), (time, isCrossed));

    private void Close(TraceLane lane, TraceBarKind kind, long time)
    {
        if (_open.Remove((lane, kind), out (long From, bool IsCrossed) bar)) _bars.Add(new TraceBar(lane, kind, bar.From, Math.Max(bar.From, time), bar.IsCrossed));
    }

    private void CloseAll(long time, Func<TraceLane, bool>? where = null)
    {
        foreach ((TraceLane lane, TraceBarKind kind) in _open.Keys.ToArray())
        {
            if (where?.Invoke(lane) ?? true) Close(lane, kind, time);
        }
    }
}
