using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;

namespace OpenSslNb.Cli;

/// <summary><c>opensslnb connect</c>: standard input to the peer and the peer to standard output.</summary>
internal sealed class ConnectCommand
{
    private readonly Argument<HostPort> _target = new Argument<HostPort>("target") { Description = "HOST:PORT" }.At();
    private readonly Option<string?> _name = new Option<string?>("--server-name") { Description = "the name to ask for and to check; the host unless given" }.OfHost();
    private readonly ClientTlsOptions _tls = new();
    private readonly Option<string?> _earlyData = new("--early-data") { Description = "send this file with the first flight where a session of --session-file allows it, and in the ordinary way otherwise; the server may see it more than once", HelpName = "FILE" };
    private readonly Option<string> _resend = new Option<string>("--resend-early-data") { Description = "with --early-data: what to do when it could not go early or the server did not take it", DefaultValueFactory = _ => "always" }.OneOf("always", "never");
    private readonly Option<int> _keyUpdates = new Option<int>("--update-keys-every") { Description = "bytes of standard input after which both sides change their keys; TLS 1.3; 0 for never", DefaultValueFactory = _ => 0 }.AtLeast(0);
    private readonly Option<bool> _json = new("--json") { Description = "print what the handshake agreed on as JSON, and close: nothing is read from standard input" };
    private readonly KeyingMaterialOptions _material;
    private readonly SharedOptions _shared = new();

    private ConnectCommand() => _material = new KeyingMaterialOptions(_json);

    public static Command Create()
    {
        var options = new ConnectCommand();
        var command = new Command("connect", "Standard input and output over TLS.");
        options.AddTo(command);
        command.SetAction(options.RunAsync);
        return command;
    }

    private void AddTo(Command command)
    {
        command.Arguments.Add(_target);
        foreach (Option option in (Option[])[_name, _earlyData, _resend, _keyUpdates, _json]) command.Options.Add(option);
        _tls.AddTo(command);
        _material.AddTo(command);
        _shared.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.IsGiven(_earlyData) && !result.IsGiven(_tls.Sessions)) result.AddError("--early-data needs --session-file: it goes with a session that is resumed");
            if (result.IsGiven(_resend) && !result.IsGiven(_earlyData)) result.AddError("--resend-early-data needs --early-data");
            if (result.IsGiven(_keyUpdates) && result.IsGiven(_json)) result.AddError("--update-keys-every and --json exclude each other: with --json nothing is sent");
        });
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        _shared.Configure(parsed);
        using TraceFile? trace = _shared.OpenTrace(parsed);
        using LineFile? keyLog = _shared.OpenKeyLog(parsed);
        using OwnCertificates own = _tls.LoadCertificates(parsed);
        using TlsContext context = TlsContext.CreateClient(_shared.Apply(parsed, _tls.Create(parsed, own), keyLog is null ? null : keyLog.Write));
        SessionStore? sessions = _tls.LoadSessions(parsed, context);
        using EventLoop loop = _shared.CreateLoop(parsed);
        TlsConnectOptions options = ConnectOptions(parsed, trace);
        (string host, int port) = parsed.GetValue(_target);
        long began = Stopwatch.GetTimestamp();
        TlsStream stream = await TlsStream.ConnectAsync(loop, host, port, context, options, cancellation);
        int status = await UseAsync(parsed, stream, Stopwatch.GetElapsedTime(began), isEarlyLost: options is { EarlyData.IsEmpty: false, ResendEarlyData: false });
        sessions?.Save();
        return status;
    }

    private TlsConnectOptions ConnectOptions(ParseResult parsed, TraceFile? trace) => new()
    {
        ServerName = parsed.GetValue(_name),
        Connection = _shared.Connection(parsed, trace) with { TimeHandshake = parsed.GetValue(_json) },
        EarlyData = parsed.GetValue(_earlyData) is { } path ? _earlyData.Reading(() => File.ReadAllBytes(path)) : default(ReadOnlyMemory<byte>),
        ResendEarlyData = parsed.GetValue(_resend) == "always",
    };

    private async Task<int> UseAsync(ParseResult parsed, TlsStream stream, TimeSpan elapsed, bool isEarlyLost)
    {
        TlsConnectionInfo info = stream.Connection.Info!;
        bool isLost = isEarlyLost && info.EarlyData != TlsEarlyData.Accepted;
        if (isLost) await Console.Error.WriteLineAsync($"opensslnb: the early data did not get to the server ({info.EarlyData}), and is not sent again");
        if (parsed.GetValue(_json))
        {
            Print(stream.Connection, elapsed, await _material.DeriveAsync(parsed, stream.Connection));
            return Worse(await StandardStreams.CloseAsync(stream));
        }

        await Console.Error.WriteLineAsync(Describe(stream.Connection));
        return Worse(await StandardStreams.CopyAsync(stream, parsed.GetValue(_keyUpdates)));

        // What was to be sent and was not is a failure, however well the rest has gone.
        int Worse(int status) => isLost && status == ExitCode.Ok ? ExitCode.Failed : status;
    }

    private static void Print(TlsConnection connection, TimeSpan elapsed, Action<Utf8JsonWriter> more)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("remote", $"{connection.RemoteEndPoint}");
            json.WriteNumber("connected_after_ms", Math.Round(elapsed.TotalMilliseconds, 3));
            ConnectionFacts.Write(json, connection.Info!);
            ConnectionFacts.Write(json, connection.GetStatistics());
            more(json);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
        StandardOutput.Write(output.GetBuffer().AsSpan(0, (int)output.Length));
    }

    private static string Describe(TlsConnection connection)
    {
        TlsConnectionInfo info = connection.Info!;
        return $"connected to {connection.RemoteEndPoint}: {info.Protocol}, {info.CipherSuite}, peer {ConnectionFacts.PeerOf(info)}, {(info.VerificationError is { } error ? $"NOT verified: {error}" : "verified")}"
            + (info.OwnCertificateType == TlsCertificateType.RawPublicKey ? ", we show a raw public key if asked" : "")
            + (info.ApplicationProtocol is { } alpn ? $", ALPN {alpn}" : "");
    }
}
