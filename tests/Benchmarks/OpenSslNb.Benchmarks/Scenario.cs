namespace OpenSslNb.Benchmarks;

/// <summary>What is measured of a scenario.</summary>
internal enum ScenarioKind
{
    /// <summary>Work, and what it costs the server.</summary>
    Work = 0,

    /// <summary>What idle connections hold, in a process of its own.</summary>
    Idle,

    /// <summary>One quiet connection, alone and while others do handshakes at full rate.</summary>
    Quiet,

    /// <summary>Work that is compared with other work of the same contender, on connections that are open all the time.</summary>
    Scale,
}

/// <summary>The most that our cost may be, relative to a rival's; null where nothing was promised.</summary>
internal sealed record Targets(double? SslStream = null, double? Inline = null, double? BestC = null);

/// <summary>One kind of work that every contender is given.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Title">In tables.</param>
/// <param name="Unit">What one unit of work is.</param>
/// <param name="Port">The server's listener, see <see cref="ServerProcess"/>.</param>
/// <param name="Load">Arguments of the load generator.</param>
internal sealed record Scenario(string Name, string Title, string Unit, string Port, string[] Load)
{
    public ScenarioKind Kind { get; init; }

    public Targets Targets { get; init; } = new();

    /// <summary>True when connections are made in the measured time: only there something may be allocated.</summary>
    public bool MakesConnections { get; init; }

    /// <summary>Turns of a connection that a unit takes, at least: what is allocated in each, or for each record, shows as often.</summary>
    public int DeliveriesPerUnit => Unit.StartsWith("MiB", StringComparison.Ordinal) ? 4 : 1;

    /// <summary>True when all transports and pollers are measured in it: one scenario for each sort of work is enough.</summary>
    public bool ShowsVariants { get; init; }

    /// <summary>Messages that an active connection has before another one is active in its place.</summary>
    public int Stay { get; init; } = 1;

    /// <summary>True when <c>poll(2)</c> and its like cannot be meant: the cost of a turn grows with the connections that are idle.</summary>
    public bool NeedsScale { get; init; }
}
