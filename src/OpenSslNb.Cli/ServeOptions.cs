using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Microsoft.Win32.SafeHandles;
using OpenSslNb.Cli.Metrics;

namespace OpenSslNb.Cli;

/// <summary>The options of <c>serve</c>, and what they make of a command line.</summary>
internal sealed class ServeOptions
{
    // Each has a thread and a quarter of a mebibyte of buffers: more than any machine has cores for is a mistake.
    public const int MostLoops = 1024;

    private readonly Argument<string> _protocol = new Argument<string>("protocol") { Description = "echo, discard, source, file or http" }.OneOf(Protocols.Names);
    private readonly Option<string?> _file = new("--file") { Description = "what the protocol file sends to each client", HelpName = "FILE" };
    private readonly Option<HostPort> _listen = new Option<HostPort>("--listen") { Description = "where to listen; port 0 picks one", Required = true }.At();
    private readonly CertificateTypeOptions _types = new();
    private readonly IdentityOptions _own;
    private readonly ServerIdentityOptions _identity;
    private readonly Option<string?> _clientAuthorities = new("--client-ca") { Description = "demand client certificates of these authorities, PEM", HelpName = "FILE" };
    private readonly TrustOptions _clients;
    private readonly Option<bool> _later = new("--client-cert-on-request") { Description = "with --client-ca: ask for the certificate after the handshake and not in it, where TLS 1.3 is spoken; the protocol begins when it is there" };
    private readonly Option<int> _maximum = new Option<int>("--max-connections") { Description = "most connections at a time, of all loops together; more are reset", DefaultValueFactory = _ => int.MaxValue }.AtLeast(1);
    private readonly Option<int> _backlog = new Option<int>("--backlog") { Description = "most connections that wait in the kernel, per loop", DefaultValueFactory = _ => new TlsListenerOptions().Backlog }.AtLeast(1);
    private readonly Option<int> _loops = CreateLoops();
    private readonly Option<HostPort?> _metrics = CreateMetrics();
    private readonly KeyingMaterialOptions _material;

    public ServeOptions()
    {
        Files = new ServerFileOptions(Shared);
        _own = new IdentityOptions("who we are", _types.ShowsKeyAlone);
        _identity = new ServerIdentityOptions(_own);
        _clients = new TrustOptions(_clientAuthorities);
        Tls = new ServerTlsOptions(_clients, _clientAuthorities, _types);
        _material = new KeyingMaterialOptions(Files.Log);
    }

    public SharedOptions Shared { get; } = new();

    public ServerTlsOptions Tls { get; }

    public ServerFileOptions Files { get; }

    public void AddTo(Command command)
    {
        command.Arguments.Add(_protocol);
        foreach (Option option in (Option[])[_file, _listen, _maximum, _backlog, _loops, _metrics, _later]) command.Options.Add(option);
        Files.AddTo(command);
        _identity.AddTo(command);
        _types.AddTo(command);
        _clients.AddTo(command);
        Tls.AddTo(command);
        _material.AddTo(command);
        Shared.AddTo(command);
        command.Validators.Add(result =>
        {
            bool isFile = result.GetResult(_protocol)?.Tokens is [{ Value: "file" }];
            if (isFile != result.IsGiven(_file)) result.AddError(isFile ? "the protocol file needs --file FILE" : "--file is for the protocol file alone");
            RequireIdentity(result);
            if (result.IsGiven(_later) && !_clients.NamesAuthority(result) && !_types.TakesKeys(result)) result.AddError("--client-cert-on-request needs --client-ca or --ca-dir");
            _clients.RequireAuthority(result);
        });
    }

    // What is missing besides would be told only if nothing was wrong here.
    private void RequireIdentity(CommandResult result)
    {
        if (_own.IsGiven(result)) return;
        if (!result.IsGiven(_listen)) result.AddError($"Option '{_listen.Name}' is required.");
        result.AddError($"Option '{_own.Certificate.Name}' is required.");
        if (result.GetResult(_protocol)?.Tokens is not [_]) result.AddError($"Required argument '{_protocol.Name}' missing for command: '{result.Command.Name}'.");
    }

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

    public ServePlan Plan(ParseResult parsed, ServerFiles files, SafeFileHandle? sent, ServerResources resources)
    {
        ServerIdentity identity = _identity.Identity(parsed);
        return new ServePlan
        {
            Protocol = parsed.GetValue(_protocol)!,
            File = sent,
            Files = files,
            Derive = files.Log is null ? null : connection => _material.DeriveAsync(parsed, connection),
            CreateLoop = () => Shared.CreateLoop(parsed),
            Identity = identity,
            Read = [.. identity.Files, .. Tls.Files(parsed)],
            AsksLater = parsed.GetValue(_later),
            IsCertificateOptional = Tls.IsCertificateOptional(parsed),
            LoadOptions = () => Shared.Apply(parsed, Tls.Create(parsed, resources) with { ClientCertificateOnRequest = parsed.GetValue(_later), KeepClientHello = files.Log is not null || parsed.GetValue(_protocol) == "http" }, files.WriteSecret),
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
