using System.CommandLine;
using System.Net;

namespace OpenSslNb.Cli;

/// <summary>The options that several commands have, with one meaning.</summary>
internal sealed class SharedOptions
{
    private readonly Option<PollerKind> _poller = new("--poller") { Description = "epoll or poll", DefaultValueFactory = _ => PollerKind.Epoll };
    private readonly Option<string> _transport = new("--transport") { Description = "buffered or fd", DefaultValueFactory = _ => "buffered" };
    private readonly Option<string> _minimum = new("--min-protocol") { Description = "tls1.2 or tls1.3", DefaultValueFactory = _ => "tls1.2" };
    private readonly Option<string> _maximum = new("--max-protocol") { Description = "tls1.2 or tls1.3", DefaultValueFactory = _ => "tls1.3" };
    private readonly Option<string?> _ciphers = new("--ciphers") { Description = "cipher list for TLS 1.2" };
    private readonly Option<string?> _ciphersuites = new("--ciphersuites") { Description = "cipher suites for TLS 1.3" };
    private readonly Option<string?> _groups = new("--groups") { Description = "key exchange groups" };
    private readonly Option<string?> _alpn = new("--alpn") { Description = "application protocols, separated by commas" };
    private readonly Option<double> _handshakeTimeout = new("--handshake-timeout") { Description = "seconds", DefaultValueFactory = _ => 10 };
    private readonly Option<double> _idleTimeout = new("--idle-timeout") { Description = "seconds", DefaultValueFactory = _ => 300 };
    private readonly Option<double> _shutdownTimeout = new("--shutdown-timeout") { Description = "seconds", DefaultValueFactory = _ => 5 };
    private readonly Option<int> _outboundLimit = new("--outbound-limit") { Description = "most queued bytes of a connection", DefaultValueFactory = _ => 1 << 20 };
    private readonly Option<bool> _renegotiation = new("--allow-renegotiation") { Description = "let TLS 1.2 peers renegotiate" };
    private readonly Option<string?> _keyLog = new("--keylog") { Description = "append secrets in NSS format to this file" };
    private readonly Option<string?> _trace = new("--trace") { Description = "write each step as a JSON line to this file" };

    public SharedOptions()
    {
        _transport.AcceptOnlyFromAmong("buffered", "fd");
        _minimum.AcceptOnlyFromAmong("tls1.2", "tls1.3");
        _maximum.AcceptOnlyFromAmong("tls1.2", "tls1.3");
    }

    public void AddTo(Command command)
    {
        Option[] all = [_poller, _transport, _minimum, _maximum, _ciphers, _ciphersuites, _groups, _alpn, _handshakeTimeout, _idleTimeout, _shutdownTimeout, _outboundLimit, _renegotiation, _keyLog, _trace];
        foreach (Option option in all) command.Options.Add(option);
    }

    public EventLoop CreateLoop(ParseResult parsed) => new(new EventLoopOptions { Poller = parsed.GetValue(_poller) });

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
            ApplicationProtocols = parsed.GetValue(_alpn)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
            AllowRenegotiation = parsed.GetValue(_renegotiation),
            KeyLog = keyLog,
        };

    public TlsConnectionOptions Connection(ParseResult parsed, ITlsTrace? trace) => new()
    {
        Transport = parsed.GetValue(_transport) == "fd" ? TransportKind.SocketFd : TransportKind.Buffered,
        OutboundLimit = parsed.GetValue(_outboundLimit),
        HandshakeTimeout = TimeSpan.FromSeconds(parsed.GetValue(_handshakeTimeout)),
        IdleTimeout = TimeSpan.FromSeconds(parsed.GetValue(_idleTimeout)),
        ShutdownTimeout = ShutdownTimeout(parsed),
        Trace = trace,
    };

    /// <summary>The file of <c>--trace</c>, or null.</summary>
    public TraceFile? OpenTrace(ParseResult parsed) => parsed.GetValue(_trace) is { } path ? new TraceFile(path) : null;

    /// <summary>The file of <c>--keylog</c>, or null.</summary>
    public KeyLogFile? OpenKeyLog(ParseResult parsed) => parsed.GetValue(_keyLog) is { } path ? new KeyLogFile(path) : null;

    /// <summary><c>HOST:PORT</c> or <c>[V6]:PORT</c>.</summary>
    public static (string Host, int Port) ParseHostPort(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon > 0 && int.TryParse(text.AsSpan(colon + 1), out int port) && port is >= 0 and <= IPEndPoint.MaxPort) return (text[..colon].Trim('[', ']'), port);
        throw new ArgumentException($"'{text}' is not HOST:PORT, for example 127.0.0.1:8443 or [::1]:8443");
    }

    private static TlsProtocol Protocol(string text) => text == "tls1.2" ? TlsProtocol.Tls12 : TlsProtocol.Tls13;
}
