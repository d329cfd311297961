using System.CommandLine;
using System.CommandLine.Parsing;

namespace OpenSslNb.Cli;

/// <summary>What a server of TLS can be told beside its identity: whom it lets in, sessions, early data, threads for slow keys.</summary>
/// <param name="clients">Whose certificates clients must have.</param>
/// <param name="authorities">The option that names them, for messages.</param>
/// <param name="types">Whether certificates are what is shown; null where they are.</param>
internal sealed class ServerTlsOptions(TrustOptions clients, Option authorities, CertificateTypeOptions? types = null)
{
    // Each has a thread of its own.
    private const int MostWorkers = 1024;

    private static readonly TlsServerOptions s_defaults = new();

    private readonly Option<string> _unknown = new Option<string>("--unknown-name") { Description = "what clients get that ask for a name without a certificate", DefaultValueFactory = _ => "default" }.OneOf("default", "refuse");
    private readonly Option<bool> _optional = new("--client-cert-optional") { Description = $"with {authorities.Name}: let clients in that have no certificate" };
    private readonly Option<bool> _ignoresAlpn = new("--alpn-mismatch-ignored") { Description = "serve clients that offer other application protocols only, as if they had offered none" };
    private readonly Option<string?> _keys = new("--psk-file") { Description = "pre-shared keys that clients may be known by: lines of IDENTITY:HEXADECIMAL; for its owner alone", HelpName = "FILE" };
    private readonly Option<int> _tickets = new Option<int>("--session-tickets") { Description = "session tickets that a TLS 1.3 handshake sends", DefaultValueFactory = _ => s_defaults.SessionTicketCount }.AtLeast(0);
    private readonly TicketKeyOptions _ticketKeys = new();
    private readonly Option<int> _cache = new Option<int>("--session-cache") { Description = "most sessions that a loop keeps for clients without tickets, and for early data; another loop does not know them", DefaultValueFactory = _ => 0 }.AtLeast(0);
    private readonly Option<int> _shared = new Option<int>("--shared-sessions") { Description = "most sessions that all loops keep together, in place of tickets", DefaultValueFactory = _ => 0 }.AtLeast(0);
    private readonly Option<int> _earlyData = new Option<int>("--max-early-data") { Description = "most bytes that a client may send before its handshake has ended; what it sends may be a recording; 0 takes none", DefaultValueFactory = _ => 0 }.AtLeast(0);
    private readonly Option<bool> _replay = new("--dangerously-allow-early-data-replay") { Description = "with --max-early-data: take the same early data more than once" };
    private readonly Option<int> _workers = new Option<int>("--handshake-workers") { Description = "threads for handshakes, for private keys that take their time; 0 leaves them to the loops", DefaultValueFactory = _ => 0 }.Between(0, MostWorkers);

    public Option[] All => [_unknown, _optional, _ignoresAlpn, _keys, _tickets, .. _ticketKeys.All, _cache, _shared, _earlyData, _replay, _workers];

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_unknown, _optional, _ignoresAlpn, _keys, _tickets, _cache, _shared, _earlyData, _replay, _workers]) command.Options.Add(option);
        _ticketKeys.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.IsGiven(_optional) && !clients.NamesAuthority(result) && types?.TakesKeys(result) != true) result.AddError($"{_optional.Name} needs {authorities.Name} or --ca-dir");
            if (result.IsGiven(_replay) && !IsSet(result, _earlyData)) result.AddError($"{_replay.Name} needs {_earlyData.Name}");
            Exclude(result, _earlyData, _workers, "early data is taken by the loops");
            Exclude(result, _earlyData, _shared, "what is kept together cannot be guarded against replay");
            Exclude(result, _cache, _shared, "sessions are kept in one place");
        });
    }

    /// <summary>Starts what servers need while they run.</summary>
    public async Task<ServerResources> StartAsync(ParseResult parsed)
    {
        TicketKeySource? keys = await _ticketKeys.StartAsync(parsed);
        TlsWorkers? workers = parsed.GetValue(_workers) is > 0 and var count ? new TlsWorkers(count) : null;
        return new ServerResources(keys, workers) { Sessions = parsed.GetValue(_shared) is > 0 and var capacity ? new MemorySessionStore(capacity) : null };
    }

    /// <summary>What <c>--client-cert-optional</c> says.</summary>
    public bool IsCertificateOptional(ParseResult parsed) => parsed.GetValue(_optional);

    /// <summary>The files that are read anew at each <see cref="Create"/>.</summary>
    public IEnumerable<string> Files(ParseResult parsed) => [.. clients.Files(parsed), .. types?.Files(parsed) ?? [], .. parsed.GetValue(_keys) is { } keys ? [keys] : Array.Empty<string>()];

    /// <summary>What the options and the files that they name say now.</summary>
    public TlsServerOptions Create(ParseResult parsed, ServerResources resources) => types is null ? CreateAlone(parsed, resources) : types.Apply(parsed, CreateAlone(parsed, resources));

    private TlsServerOptions CreateAlone(ParseResult parsed, ServerResources resources) => new()
    {
        ClientTrust = clients.Trust(parsed, otherwise: null),
        ClientCertificateIsOptional = parsed.GetValue(_optional),
        UnknownServerName = parsed.GetValue(_unknown) == "refuse" ? UnknownServerName.Refuse : UnknownServerName.UseDefault,
        ApplicationProtocolMismatch = parsed.GetValue(_ignoresAlpn) ? ApplicationProtocolMismatch.Ignore : ApplicationProtocolMismatch.Refuse,
        FindPreSharedKey = parsed.GetValue(_keys) is { } path ? _keys.Reading(() => Finder(path)) : null,
        SessionTicketCount = parsed.GetValue(_tickets),
        TicketKeys = resources.TicketKeys,
        SessionCacheSize = parsed.GetValue(_cache),
        SessionStore = resources.Sessions,
        MaximumEarlyData = parsed.GetValue(_earlyData),
        DangerouslyAllowEarlyDataReplay = parsed.GetValue(_replay),
        HandshakeWorkers = resources.Workers,
    };

    /// <summary>A client that comes again is dealt to any loop, before a reload or after it: what the first context gave it is good for all.</summary>
    public static TlsServerOptions SharingTickets(TlsServerOptions options, TlsContext? first) => options.TicketKeys is null && options.SessionStore is null ? options with { TicketKeysOf = first } : options;

    private static Func<string, TlsPreSharedKey?> Finder(string path)
    {
        IReadOnlyDictionary<string, TlsPreSharedKey> keys = PreSharedKeyFile.Load(path);
        return identity => keys.GetValueOrDefault(identity);
    }

    // Numbers, of which 0 is none. One that was refused by itself has its own message.
    private static void Exclude(CommandResult result, Option<int> one, Option<int> other, string why)
    {
        if (IsSet(result, one) && IsSet(result, other)) result.AddError($"{one.Name} and {other.Name} exclude each other: {why}");
    }

    private static bool IsSet(CommandResult result, Option<int> option) => result.GetResult(option)?.Tokens is [{ Value: not "0" }];
}

/// <summary>What servers need while they run.</summary>
/// <param name="keys">Null for keys of their own.</param>
/// <param name="workers">The threads of <c>--handshake-workers</c>; null for none.</param>
internal sealed class ServerResources(TicketKeySource? keys, TlsWorkers? workers) : IAsyncDisposable
{
    public ITicketKeySource? TicketKeys => keys?.Keys;

    public TlsWorkers? Workers => workers;

    /// <summary>What all loops keep together, before a reload and after it; null when they do not.</summary>
    public ITlsSessionStore? Sessions { get; init; }

    public async ValueTask DisposeAsync()
    {
        workers?.Dispose();
        if (keys is not null) await keys.DisposeAsync();
    }
}
