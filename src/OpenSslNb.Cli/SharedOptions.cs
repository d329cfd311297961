using System.CommandLine;
using System.CommandLine.Parsing;

namespace OpenSslNb.Cli;

/// <summary>The options that several commands have, with one meaning.</summary>
internal sealed class SharedOptions
{
    // Ten milliseconds: sleeping and waking costs a five hundredth of that.
    private const int LongestSpin = 10_000;

    private readonly Option<string> _poller = CreatePoller();
    private readonly Option<string> _transport = new Option<string>("--transport") { Description = "where OpenSSL's bytes go", DefaultValueFactory = _ => "buffered" }.OneOf("buffered", "fd");
    private readonly Option<string> _minimum = new Option<string>("--min-protocol") { Description = "oldest version", DefaultValueFactory = _ => "tls1.2" }.OneOf("tls1.2", "tls1.3");
    private readonly Option<string> _maximum = new Option<string>("--max-protocol") { Description = "newest version", DefaultValueFactory = _ => "tls1.3" }.OneOf("tls1.2", "tls1.3");
    private readonly Option<string?> _ciphers = new("--ciphers") { Description = "cipher list for TLS 1.2" };
    private readonly Option<string?> _ciphersuites = new("--ciphersuites") { Description = "cipher suites for TLS 1.3" };
    private readonly Option<string?> _groups = new("--groups") { Description = "key exchange groups" };
    private readonly Option<string?> _signatures = new("--sigalgs") { Description = "signature algorithms" };
    private readonly Option<int?> _level = CreateLevel();
    private readonly Option<string?> _alpn = new("--alpn") { Description = "application protocols, separated by commas" };
    private readonly Option<double> _handshakeTimeout = new Option<double>("--handshake-timeout") { Description = "seconds", DefaultValueFactory = _ => 10 }.Seconds();
    private readonly Option<double> _idleTimeout = new Option<double>("--idle-timeout") { Description = "seconds", DefaultValueFactory = _ => 300 }.Seconds();
    private readonly Option<double> _writeTimeout = new Option<double>("--write-timeout") { Description = "seconds that data may wait without a byte of it going out", DefaultValueFactory = _ => 60 }.Seconds();
    private readonly Option<double> _shutdownTimeout = new Option<double>("--shutdown-timeout") { Description = "seconds", DefaultValueFactory = _ => 5 }.Seconds();
    private readonly Option<int> _outboundLimit = new Option<int>("--outbound-limit") { Description = "most queued bytes of a connection", DefaultValueFactory = _ => 1 << 20 }.AtLeast(1);
    private readonly Option<string> _memory = new Option<string>("--memory-policy") { Description = "how long idle connections keep record buffers", DefaultValueFactory = _ => "balanced" }.OneOf("balanced", "speed", "memory");
    private readonly Option<int> _spin = new Option<int>("--spin-us") { Description = "microseconds that a loop looks for events before it sleeps", DefaultValueFactory = _ => 0 }.Between(0, LongestSpin);
    private readonly Option<bool> _kernelTls = new("--kernel-tls") { Description = "let the kernel encrypt where it can; with --transport fd" };
    private readonly Option<string?> _configuration = new("--openssl-config") { Description = "OpenSSL's configuration file in place of the system's; none for none", HelpName = "FILE" };
    private readonly Option<string?> _propertyQuery = new("--property-query") { Description = "which implementations of algorithms to use, such as fips=yes" };
    private readonly Option<KeyValuePair<string, string>[]> _commands = OpenSslCommandOption.Create();
    private readonly RecordOptions _records = new();
    private readonly Option<string?> _keyLog = new("--keylog") { Description = "append secrets in NSS format to this file" };
    private readonly Option<string?> _trace = CreateTrace();

    /// <summary>Those that mean nothing where no TLS is spoken.</summary>
    public Option[] OfTls => [_transport, _minimum, _maximum, _ciphers, _ciphersuites, _groups, _signatures, _level, _alpn, _memory, _kernelTls, _configuration, _propertyQuery, _commands, _keyLog, _trace, .. _records.All];

    public void AddTo(Command command)
    {
        _alpn.Validators.Add(result =>
        {
            string? names = result.GetValueOrDefault<string?>();
            if (names is not null && names.Split(',', StringSplitOptions.TrimEntries).Contains("")) result.AddError($"--alpn must be names separated by commas, and not '{names}'");
        });
        Option[] all = [_poller, _transport, _minimum, _maximum, _ciphers, _ciphersuites, _groups, _signatures, _level, _alpn, _handshakeTimeout, _idleTimeout, _writeTimeout, _shutdownTimeout, _outboundLimit, _memory, _spin, _kernelTls, _configuration, _propertyQuery, _commands, _keyLog, _trace];
        foreach (Option option in all) command.Options.Add(option);
        _records.AddTo(command);
        command.Validators.Add(result =>
        {
            // Of the words that are allowed only these two leave no version; the others have their own messages.
            if (Word(result, _minimum) == "tls1.3" && Word(result, _maximum) == "tls1.2") result.AddError("--min-protocol must not be newer than --max-protocol: no version is left");
            if (result.IsGiven(_kernelTls) && result.GetValue(_kernelTls) && Word(result, _transport) != "fd") result.AddError("--kernel-tls needs --transport fd: the kernel cannot encrypt what goes through this program's buffers");
        });
    }

    /// <summary><c>--poller</c>, which <c>demo</c> has too.</summary>
    public static Option<string> CreatePoller() => new Option<string>("--poller") { Description = "the system call that waits", DefaultValueFactory = _ => "epoll" }.OneOf("epoll", "poll");

    /// <summary><c>--trace</c>, which <c>demo</c> has too.</summary>
    public static Option<string?> CreateTrace() => new("--trace") { Description = "write all that connections do to this file, as JSON lines; trace view shows it" };

    /// <summary>What <c>--poller</c> says.</summary>
    public static PollerKind Poller(string word) => word == "poll" ? PollerKind.Poll : PollerKind.Epoll;

    public EventLoop CreateLoop(ParseResult parsed) => new(new EventLoopOptions { Poller = Poller(parsed.GetValue(_poller)!), SpinTime = TimeSpan.FromMicroseconds(parsed.GetValue(_spin)) });

    public int OutboundLimit(ParseResult parsed) => parsed.GetValue(_outboundLimit);

    public TimeSpan ShutdownTimeout(ParseResult parsed) => TimeSpan.FromSeconds(parsed.GetValue(_shutdownTimeout));

    /// <summary>Applies what both sides have in common.</summary>
    public T Apply<T>(ParseResult parsed, T options, Action<string>? keyLog)
        where T : TlsOptions => options with
        {
            MinimumProtocol = Protocol(parsed.GetValue(_minimum)!),
            MaximumProtocol = Protocol(parsed.GetValue(_maximum)!),
            CipherList = parsed.GetValue(_ciphers),
            CipherSuites = parsed.GetValue(_ciphersuites),
            Groups = parsed.GetValue(_groups),
            SignatureAlgorithms = parsed.GetValue(_signatures),
            SecurityLevel = parsed.GetValue(_level),
            ApplicationProtocols = parsed.GetValue(_alpn)?.Split(',', StringSplitOptions.TrimEntries) ?? [],
            AllowRenegotiation = _records.AllowsRenegotiation(parsed),
            OpenSslCommands = parsed.GetValue(_commands) ?? [],
            KernelTls = parsed.GetValue(_kernelTls),
            PropertyQuery = parsed.GetValue(_propertyQuery),
            KeyLog = keyLog,
        };

    public TlsConnectionOptions Connection(ParseResult parsed, TraceFile? trace) => _records.Apply(parsed, new TlsConnectionOptions
    {
        Transport = parsed.GetValue(_transport) == "fd" ? TransportKind.SocketFd : TransportKind.Buffered,
        OutboundLimit = OutboundLimit(parsed),
        Memory = parsed.GetValue(_memory) switch { "speed" => MemoryPolicy.Speed, "memory" => MemoryPolicy.Memory, _ => MemoryPolicy.Balanced },
        HandshakeTimeout = TimeSpan.FromSeconds(parsed.GetValue(_handshakeTimeout)),
        IdleTimeout = TimeSpan.FromSeconds(parsed.GetValue(_idleTimeout)),
        WriteTimeout = TimeSpan.FromSeconds(parsed.GetValue(_writeTimeout)),
        ShutdownTimeout = ShutdownTimeout(parsed),
        Trace = trace?.Writer,
    });

    /// <summary>What <c>--openssl-config</c> says. Before OpenSSL is used.</summary>
    public void Configure(ParseResult parsed)
    {
        if (parsed.GetValue(_configuration) is not { } path) return;
        if (path == "none") TlsLibrary.IgnoreConfiguration();
        else TlsLibrary.UseConfigurationFile(path);
    }

    /// <summary>The file of <c>--trace</c>, or null.</summary>
    public TraceFile? OpenTrace(ParseResult parsed) => parsed.GetValue(_trace) is { } path ? _trace.Reading(() => new TraceFile(path)) : null;

    /// <summary>The file of <c>--keylog</c>, or null.</summary>
    public LineFile? OpenKeyLog(ParseResult parsed) => parsed.GetValue(_keyLog) is { } path ? _keyLog.Reading(() => new LineFile(path)) : null;

    private static Option<int?> CreateLevel()
    {
        var option = new Option<int?>("--security-level") { Description = "least strength of keys, ciphers and signatures, 0 to 5", HelpName = "N" };
        option.CustomParser = result =>
        {
            if (result.Tokens is [{ Value: [>= '0' and <= '5' and var digit] }]) return digit - '0';
            result.AddError($"--security-level must be a whole number from 0 to 5, and not '{result.Tokens[0].Value}'");
            return null;
        };
        return option;
    }

    // As it stands on the command line: asking for the value of an option that was refused throws.
    private static string? Word(CommandResult command, Option<string> option) => command.GetResult(option)?.Tokens is [var token] ? token.Value : null;

    private static TlsProtocol Protocol(string text) => text == "tls1.2" ? TlsProtocol.Tls12 : TlsProtocol.Tls13;
}
