namespace OpenSslNb.Cli.TraceView;

/// <summary>Where an event is shown. The page knows them by these names.</summary>
internal enum TraceLane : byte
{
    Application = 0,
    Handshake,
    Read,
    Write,
    Shutdown,
    Sent,
    Received,
    Transport,
}

/// <summary>One line of a trace.</summary>
/// <param name="Lane">Where it is shown.</param>
/// <param name="Time">In ticks of 100 ns, on the trace's clock.</param>
/// <param name="Connection">The connection's number in the file.</param>
/// <param name="Name">What happened, in a word or two.</param>
internal sealed record TraceEvent(TraceLane Lane, long Time, long Connection, string Name)
{
    /// <summary>More about it; null for nothing.</summary>
    public string? Detail { get; init; }

    /// <summary>Ticks that it took; it ended at <see cref="Time"/>.</summary>
    public long Duration { get; init; }

    /// <summary>Bytes that it is about; of a transport event those that came in.</summary>
    public long Bytes { get; init; }

    /// <summary>Ciphertext bytes that went out; of a transport event alone.</summary>
    public long BytesOut { get; init; }

    /// <summary>Plaintext bytes in the queue after it; null when the line does not say. Of a transport event, ciphertext bytes unsent.</summary>
    public long? Queued { get; init; }

    /// <summary>How an attempt ended; null for other events.</summary>
    public SslStepKind? Result { get; init; }

    /// <summary>What a blocked attempt waits for.</summary>
    public SslWant Want { get; init; }

    /// <summary>The state after an attempt; null for other events.</summary>
    public ConnectionState? State { get; init; }

    /// <summary>What the poller waits for after a transport event; null for other events.</summary>
    public Interest? Interest { get; init; }

    /// <summary>What the poller had reported before a transport event.</summary>
    public Interest Ready { get; init; }

    /// <summary>What a message is; null for other events.</summary>
    public TlsTraceContent? Content { get; init; }

    /// <summary>What an application event is; null for other events.</summary>
    public TlsTraceEvent? Application { get; init; }

    /// <summary>Facts about the connection that come with some application events: <c>role</c>, <c>local</c>, <c>protocol</c>, <c>outcome</c> and so on.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = NoFacts;

    /// <summary>The facts of most events.</summary>
    public static IReadOnlyDictionary<string, string> NoFacts { get; } = new Dictionary<string, string>();

    /// <summary>A read that wants to write, or a write that wants to read.</summary>
    public bool IsCrossed => Result == SslStepKind.Blocked && ((Lane == TraceLane.Read && Want == SslWant.Write) || (Lane == TraceLane.Write && Want == SslWant.Read));
}
