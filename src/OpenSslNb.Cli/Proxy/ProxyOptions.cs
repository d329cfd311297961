using System.CommandLine;
using System.CommandLine.Parsing;

namespace OpenSslNb.Cli.Proxy;

/// <summary>The options of <c>proxy</c>, and what they make of a command line.</summary>
internal sealed class ProxyOptions
{
    private const string Terminate = "terminate";
    private const string Originate = "originate";
    private const string PassThrough = "passthrough-sni";

    private readonly Option<string> _mode = new Option<string>("--mode") { Description = "where TLS is: with clients, with the target, or from the one to the other", DefaultValueFactory = _ => Terminate }.OneOf(Terminate, Originate, PassThrough);
    private readonly Option<HostPort?> _to = new Option<HostPort?>("--to") { Description = "the target; with passthrough-sni that of names without a route" }.At();
    private readonly Option<Route[]> _routes = CreateRoutes();
    private readonly IdentityOptions _own = new("who we are for clients, or for the target with originate");
    private readonly ServerIdentityOptions _identity;
    private readonly Option<string?> _authorities = new("--ca") { Description = "authorities, PEM: clients must have a certificate of theirs; with originate the target must, and the system's are trusted unless given", HelpName = "FILE" };
    private readonly TrustOptions _trust;
    private readonly ServerTlsOptions _server;
    private readonly Option<string?> _serverName = new Option<string?>("--server-name") { Description = "with originate: the name to ask for and to check; the target's host unless given" }.OfHost();
    private readonly VerificationOptions _verification = new();
    private readonly Option<int> _sessions = new Option<int>("--target-sessions") { Description = "with originate: most sessions with the target that a loop keeps to resume them; 0 keeps none", DefaultValueFactory = _ => 0 }.AtLeast(0);
    private readonly Option<bool> _accepts = new("--proxy-protocol") { Description = "each client is a proxy, and begins with a PROXY header of version 1 or 2; only where nobody else can connect" };
    private readonly Option<string?> _sends = CreateSent();
    private readonly Option<int> _maximum = new Option<int>("--max-connections") { Description = "most clients at a time, of all loops together; more are reset", DefaultValueFactory = _ => int.MaxValue }.AtLeast(1);
    private readonly Option<int> _backlog = new Option<int>("--backlog") { Description = "most connections that wait in the kernel, per loop", DefaultValueFactory = _ => new TlsListenerOptions().Backlog }.AtLeast(1);
    private readonly Option<double> _connectTimeout = new Option<double>("--connect-timeout") { Description = "seconds until a target that does not answer is given up", DefaultValueFactory = _ => 15 }.Seconds();
    private readonly Option<double> _drainTime = new Option<double>("--drain-timeout") { Description = "seconds that connections have to end by themselves after SIGTERM", DefaultValueFactory = _ => 30 }.Seconds();
    private readonly SharedOptions _shared = new();

    public ProxyOptions()
    {
        Files = new ServerFileOptions(_shared);
        _identity = new ServerIdentityOptions(_own);
        _trust = new TrustOptions(_authorities);
        _server = new ServerTlsOptions(_trust, _authorities);
    }

    public ServerFileOptions Files { get; }

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_mode, _to, _routes, _serverName, _sessions, _accepts, _sends, _maximum, _backlog, _connectTimeout, _drainTime]) command.Options.Add(option);
        _identity.AddTo(command);
        _trust.AddTo(command);
        _server.AddTo(command);
        _verification.AddTo(command);
        Files.AddTo(command);
        _shared.AddTo(command);
        command.Validators.Add(Validate);
    }

    /// <inheritdoc cref="SharedOptions.Configure"/>
    public void Configure(ParseResult parsed) => _shared.Configure(parsed);

    /// <inheritdoc cref="ServerTlsOptions.StartAsync"/>
    public Task<ServerResources> StartAsync(ParseResult parsed) => _server.StartAsync(parsed);

    public ProxyPlan Plan(ParseResult parsed, int loops, ServerFiles files, ServerResources resources)
    {
        TlsConnectionOptions connection = _shared.Connection(parsed, files.Trace);
        var connectTime = TimeSpan.FromSeconds(parsed.GetValue(_connectTimeout));
        var client = new PlainOptions(connection.OutboundLimit, connection.HandshakeTimeout, connection.IdleTimeout, connection.WriteTimeout);
        ProxyMode mode = parsed.GetValue(_mode) switch { Originate => ProxyMode.Originate, PassThrough => ProxyMode.PassThrough, _ => ProxyMode.Terminate };
        return new ProxyPlan
        {
            Mode = mode,
            CreateLoop = () => _shared.CreateLoop(parsed),
            Load = mode switch
            {
                ProxyMode.Terminate => Server(parsed, files, resources),
                ProxyMode.Originate => Client(parsed, files),
                _ => (routes, _) => new ProxyState(routes, null, null, null),
            },
            Files = files,
            Read = mode switch
            {
                ProxyMode.Terminate => [.. _identity.Identity(parsed).Files, .. _server.Files(parsed)],
                ProxyMode.Originate => [.. _own.Files(parsed), .. _trust.Files(parsed)],
                _ => [],
            },
            ResolveAsync = () => Routes.ResolveAsync(parsed.GetValue(_to), parsed.GetValue(_routes) ?? []),
            Listener = new TlsListenerOptions
            {
                Backlog = parsed.GetValue(_backlog),
                SharedLimit = new TlsConnectionLimit(parsed.GetValue(_maximum)),
                ReusePort = loops > 1,
                ProxyProtocol = parsed.GetValue(_accepts) ? ProxyProtocolMode.Required : ProxyProtocolMode.None,
                Connection = connection,
            },
            Client = client,
            Target = client with { BeginningTimeout = connectTime },
            Connect = new TlsConnectOptions { ServerName = parsed.GetValue(_serverName), ConnectTimeout = connectTime, Connection = connection },
            SentProxyVersion = parsed.GetValue(_sends) switch { "v1" => ProxyProtocolVersion.Version1, "v2" => ProxyProtocolVersion.Version2, _ => null },
            DrainTime = TimeSpan.FromSeconds(parsed.GetValue(_drainTime)),
        };
    }

    private Func<Routes, TlsContext?, ProxyState> Server(ParseResult parsed, ServerFiles files, ServerResources resources)
    {
        ServerIdentity places = _identity.Identity(parsed);
        return (routes, first) =>
        {
            ServeIdentity identity = ServeIdentity.Load(places);
            try
            {
                identity.CheckUse(isReload: first is not null);
                TlsServerOptions options = _shared.Apply(parsed, _server.Create(parsed, resources) with { KeepClientHello = files.Log is not null }, files.WriteSecret);
                return new ProxyState(routes, TlsContext.CreateServer(ServerTlsOptions.SharingTickets(identity.ApplyTo(options), first)), identity, null);
            }
            catch
            {
                identity.Dispose();
                throw;
            }
        };
    }

    private Func<Routes, TlsContext?, ProxyState> Client(ParseResult parsed, ServerFiles files) => (routes, _) =>
    {
        using OwnCertificates own = _own.Load(parsed);
        var options = new TlsClientOptions { Trust = _trust.Trust(parsed, otherwise: TlsTrust.System), Certificate = own.First, AdditionalCertificates = own.Additional, SessionCacheSize = parsed.GetValue(_sessions) };
        return new ProxyState(routes, null, null, TlsContext.CreateClient(_shared.Apply(parsed, _verification.ApplyTo(options, parsed), files.WriteSecret)));
    };

    private void Validate(CommandResult result)
    {
        string mode = result.GetResult(_mode)?.Tokens is [var token] ? token.Value : Terminate;
        if (mode == Terminate) _trust.RequireAuthority(result);
        if (mode == Terminate && !result.IsGiven(_own.Certificate)) result.AddError("--mode terminate needs --cert and its key");
        if (mode == PassThrough ? !result.IsGiven(_to) && !result.IsGiven(_routes) : !result.IsGiven(_to)) result.AddError($"--mode {mode} needs --to{(mode == PassThrough ? " or --route" : "")}");
        OnlyWith(PassThrough, _routes);
        OnlyWith(Terminate, [.. _identity.OfServers, .. _server.All]);
        OnlyWith(Originate, [_serverName, _sessions, .. _verification.All]);
        if (mode == PassThrough) foreach (Option option in ((Option[])[.. _own.All, .. _trust.All, Files.Log, Files.Watch, .. _shared.OfTls]).Where(result.IsGiven)) result.AddError($"--mode {PassThrough} has no TLS of its own, and no use for {option.Name}");

        void OnlyWith(string only, params Option[] options)
        {
            foreach (Option option in options.Where(option => mode != only && result.IsGiven(option))) result.AddError($"{option.Name} needs --mode {only}");
        }
    }

    private static Option<Route[]> CreateRoutes()
    {
        var option = new Option<Route[]>("--route") { Description = "with passthrough-sni: where clients go that ask for this name or, with *., for one below it; may be given again", HelpName = "NAME=HOST:PORT", AllowMultipleArgumentsPerToken = false };
        option.CustomParser = result =>
        {
            var routes = new List<Route>();
            foreach (string text in result.Tokens.Select(token => token.Value))
            {
                if (Route.TryParse(text, out Route one)) routes.Add(one);
                else result.AddError($"--route must be {Route.Expected}, and not '{text}'");
            }

            return [.. routes];
        };
        return option;
    }

    private static Option<string?> CreateSent()
    {
        var option = new Option<string?>("--send-proxy") { Description = "begin each connection to the target with a PROXY header that tells of the client", HelpName = "v1|v2" };
        option.CompletionSources.Add("v1", "v2");
        option.CustomParser = result =>
        {
            if (result.Tokens is [{ Value: "v1" or "v2" } token]) return token.Value;
            result.AddError($"--send-proxy must be v1 or v2, and not '{result.Tokens[0].Value}'");
            return null;
        };
        return option;
    }
}
