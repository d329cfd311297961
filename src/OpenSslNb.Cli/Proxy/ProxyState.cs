namespace OpenSslNb.Cli.Proxy;

/// <summary>What a reload replaces, for one loop: certificates, contexts, targets.</summary>
/// <param name="routes">Where connections go.</param>
/// <param name="server">For clients; null where their TLS does not end here.</param>
/// <param name="identity">The server's certificates.</param>
/// <param name="client">For the target; null where no TLS begins here.</param>
internal sealed class ProxyState(Routes routes, TlsContext? server, ServeIdentity? identity, TlsContext? client) : IDisposable
{
    // The loop's: attempts to connect that still need the client's context.
    private int _attempts;
    private bool _isRetired;

    public Routes Routes => routes;

    public TlsContext? Server => server;

    public TlsContext? Client => client;

    public void BeginAttempt() => _attempts++;

    public void EndAttempt()
    {
        _attempts--;
        if (_isRetired && _attempts == 0) Dispose();
    }

    /// <summary>Nobody begins anything with it any more. On the loop's thread.</summary>
    public void Retire()
    {
        _isRetired = true;
        if (_attempts == 0) Dispose();
    }

    public void Dispose()
    {
        server?.Dispose();
        identity?.Dispose();
        client?.Dispose();
    }
}

/// <summary>What the loops of <c>proxy</c> have in common.</summary>
internal sealed record ProxyPlan
{
    public required ProxyMode Mode { get; init; }

    public required Func<EventLoop> CreateLoop { get; init; }

    /// <summary>Reads files and looks names up: what a loop begins with, and what a reload gives it. The first loop's server context, if there is one, lends its ticket keys.</summary>
    public required Func<Routes, TlsContext?, ProxyState> Load { get; init; }

    /// <summary>All files that a reload reads.</summary>
    public IReadOnlyList<string> Read { get; init; } = [];

    /// <summary>What is written while it runs.</summary>
    public required ServerFiles Files { get; init; }

    public required Func<Task<Routes>> ResolveAsync { get; init; }

    public required TlsListenerOptions Listener { get; init; }

    public required PlainOptions Client { get; init; }

    public required PlainOptions Target { get; init; }

    public required TlsConnectOptions Connect { get; init; }

    /// <summary>The form of the header for the target; null for none.</summary>
    public ProxyProtocolVersion? SentProxyVersion { get; init; }

    /// <summary>Time for connections to end by themselves once nobody is accepted any more.</summary>
    public TimeSpan DrainTime { get; init; }
}

/// <summary>Where TLS is.</summary>
internal enum ProxyMode
{
    /// <summary>On the client's side.</summary>
    Terminate = 0,

    /// <summary>On the target's side.</summary>
    Originate,

    /// <summary>From the client to the target.</summary>
    PassThrough,
}
