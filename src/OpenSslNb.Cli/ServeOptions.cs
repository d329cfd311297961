using System.CommandLine;
using System.Net;
using Microsoft.Win32.SafeHandles;
using OpenSslNb.Cli.Metrics;

namespace OpenSslNb.Cli;

/// <summary>The options of <c>serve</c>, and what they make of a command line.</summary>
internal sealed class ServeOptions
{
    // Each has a thread and a quarter of a mebibyte of buffers: more than any machine has cores for is a mistake.
    public const int MostLoops = 1024;

    private readonly Argument<string> _protocol = new Argument<string>("protocol") { Description = "echo, discard, source or file" }.OneOf(Protocols.Names);
    private readonly Option<string?> _file = new("--file") { Description = "what the protocol file sends to each client", HelpName = "FILE" };
    private readonly Option<HostPort> _listen = new Option<HostPort>("--listen") { Description = "where to listen; port 0 picks one", Required = true }.At();
    private readonly IdentityOptions _own = new("who we are");
    private readonly ServerIdentityOptions _identity;
    private readonly Option<string?> _clientAuthorities = new("--client-ca") { Description = "demand client certificates of these authorities, PEM", HelpName = "FILE" };
    private readonly TrustOptions _clients;
    private readonly Option<bool> _later = new("--client-cert-on-request") { Description = "with --client-ca: ask for the certificate after the handshake and not in it, where TLS 1.3 is spoken; the protocol begins when it is there" };
    private readonly Option<int> _maximum = new Option<int>("--max-connections") { Description = "most connections at a time, of all loops together; more are reset", DefaultValueFactory = _ => int.MaxValue }.AtLeast(1);
    private readonly Option<int> _backlog = new Option<int>("--backlog") { Description = "most connections that wait in the kernel, per loop", DefaultValueFactory = _ => new TlsListenerOptions().Backlog }.AtLeast(1);
    private readonly Option<int> _loops = CreateLoops();
    private readonly Option<HostPort?> _metrics = CreateMetrics();
    private readonly Option<double?> _watch = new Option<double?>("--watch-files") { Description = "look every so many seconds whether certificates have changed, and read them again as on SIGHUP" }.Seconds();
    private readonly Option<string?> _log = new("--connection-log") { Description = "append a line of JSON about each connection that has ended: what was agreed on, the client's hello with its JA3 and JA4, what passed, why it ended", HelpName = "FILE" };
    private readonly KeyingMaterialOptions _material;

    public ServeOptions()
    {
        _identity = new ServerIdentityOptions(_own);
        _clients = new TrustOptions(_clientAuthorities);
        Tls = new ServerTlsOptions(_clients, _clientAuthorities);
        _material = new KeyingMaterialOptions(_log);
    }

    public SharedOptions Shared { get; } = new();

    public ServerTlsOptions Tls { get; }

    public void AddTo(Command command)
    {
        command.Arguments.Add(_protocol);
        _own.Certificate.Required = true;
        foreach (Option option in (Option[])[_file, _listen, _maximum, _backlog, _loops, _metrics, _watch, _log, _later]) command.Options.Add(option);
        _identity.AddTo(command);
        _clients.AddTo(command);
        Tls.AddTo(command);
        _material.AddTo(command);
        Shared.AddTo(command);
        command.Validators.Add(result =>
        {
            bool isFile = result.GetResult(_protocol)?.Tokens is [{ Value: "file" }];
            if (isFile != result.IsGiven(_file)) result.AddError(isFile ? "the protocol file needs --file FILE" : "--file is for the protocol file alone");
            if (result.IsGiven(_later) && !_clients.NamesAuthority(result)) result.AddError("--client-cert-on-request needs --client-ca or --ca-dir");
            _clients.RequireAuthority(result);
        });
    }

    /// <summary>The file of <c>--connection-log</c>, or null.</summary>
    public ConnectionLog? OpenLog(ParseResult parsed) => parsed.GetValue(_log) is { } path ? _log.Reading(() => new ConnectionLog(path)) : null;

    /// <summary>The file of <c>--file</c>, or null.</summary>
    public SafeFileHandle? OpenFile(ParseResult parsed)
    {
        if (parsed.GetValue(_file) is not { } path) return null;
        try
        {
            SafeFileHandle file = File.OpenHandle(path);
            _ = RandomAccess.GetLength(file);
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new IOException($"--file: '{path}' cannot be sent: {e.Message}", e);
        }
    }

    public async Task<MetricsServer?> StartMetricsAsync(ParseResult parsed) => parsed.GetValue(_metrics) is { } at ? MetricsServer.Start(await at.ResolveAsync(_metrics.Name)) : null;

    public int Loops(ParseResult parsed) => parsed.GetValue(_loops);

    public Task<IPEndPoint> EndPointAsync(ParseResult parsed) => parsed.GetValue(_listen).ResolveAsync(_listen.Name);

    /// <summary>What <c>--watch-files</c> says, or null.</summary>
    public TimeSpan? LookEvery(ParseResult parsed) => parsed.GetValue(_watch) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    public ServePlan Plan(ParseResult parsed, ServeFiles files, ServerResources resources)
    {
        ServerIdentity identity = _identity.Identity(parsed);
        return new ServePlan
        {
            Protocol = parsed.GetValue(_protocol)!,
            File = files.Sent,
            Log = files.Log,
            Derive = files.Log is null ? null : connection => _material.DeriveAsync(parsed, connection),
            CreateLoop = () => Shared.CreateLoop(parsed),
            Identity = identity,
            Files = [.. identity.Files, .. Tls.Files(parsed)],
            AsksLater = parsed.GetValue(_later),
            IsCertificateOptional = Tls.IsCertificateOptional(parsed),
            LoadOptions = () => Shared.Apply(parsed, Tls.Create(parsed, resources) with { ClientCertificateOnRequest = parsed.GetValue(_later), KeepClientHello = files.Log is not null }, files.KeyLog is null ? null : files.KeyLog.Write),
            Listener = new TlsListenerOptions
            {
                Backlog = parsed.GetValue(_backlog),
                SharedLimit = new TlsConnectionLimit(parsed.GetValue(_maximum)),
                ReusePort = parsed.GetValue(_loops) > 1,
                Connection = Shared.Connection(parsed, files.Trace),
            },
        };
    }

    /// <summary><c>--loops</c>, which <c>proxy</c> has too.</summary>
    public static Option<int> CreateLoops() => new Option<int>("--loops") { Description = "number of loops, one thread each", DefaultValueFactory = _ => 1 }.Between(1, MostLoops);

    /// <summary><c>--metrics</c>, which <c>proxy</c> has too.</summary>
    public static Option<HostPort?> CreateMetrics() => new Option<HostPort?>("--metrics") { Description = "answer Prometheus there, at /metrics over plain HTTP; port 0 picks one" }.At();
}

/// <summary>What <c>serve</c> has open while it runs; null for what it was not told to have.</summary>
/// <param name="Trace">All that connections do.</param>
/// <param name="KeyLog">Their secrets.</param>
/// <param name="Log">Their facts.</param>
/// <param name="Sent">What the protocol <c>file</c> sends.</param>
internal sealed record ServeFiles(TraceFile? Trace, LineFile? KeyLog, ConnectionLog? Log, SafeFileHandle? Sent);
