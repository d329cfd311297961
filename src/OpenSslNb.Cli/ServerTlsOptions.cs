using System.CommandLine;

namespace OpenSslNb.Cli;

/// <summary>What a server of TLS can be told beside its identity: early data, sessions, threads for slow keys.</summary>
internal sealed class ServerTlsOptions
{
    // Each has a thread of its own.
    private const int MostWorkers = 1024;

    private readonly Option<int> _earlyData = new Option<int>("--max-early-data") { Description = "most bytes that a client may send before its handshake has ended; what it sends may be a recording; 0 takes none", DefaultValueFactory = _ => 0 }.AtLeast(0);
    private readonly Option<int> _cache = new Option<int>("--session-cache") { Description = "most sessions that a loop keeps for clients without tickets, and for early data", DefaultValueFactory = _ => 0 }.AtLeast(0);
    private readonly Option<int> _shared = new Option<int>("--shared-sessions") { Description = "most sessions that all loops keep together, in place of tickets", DefaultValueFactory = _ => 0 }.AtLeast(0);
    private readonly Option<int> _workers = new Option<int>("--handshake-workers") { Description = "threads for handshakes, for private keys that take their time; 0 leaves them to the loops", DefaultValueFactory = _ => 0 }.Between(0, MostWorkers);

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_earlyData, _cache, _shared, _workers]) command.Options.Add(option);
    }

    /// <summary>The threads of <c>--handshake-workers</c>; null for none.</summary>
    public TlsWorkers? CreateWorkers(ParseResult parsed) => parsed.GetValue(_workers) is > 0 and var count ? new TlsWorkers(count) : null;

    public TlsServerOptions Apply(ParseResult parsed, TlsServerOptions options, TlsWorkers? workers) => options with
    {
        MaximumEarlyData = parsed.GetValue(_earlyData),
        SessionCacheSize = parsed.GetValue(_cache),
        SessionStore = parsed.GetValue(_shared) is > 0 and var capacity ? new MemorySessionStore(capacity) : null,
        HandshakeWorkers = workers,
    };
}
