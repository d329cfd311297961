using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace OpenSslNb.Cli;

/// <summary><c>opensslnb connect</c>: standard input to the peer and the peer to standard output, both at the same time.</summary>
internal static class ConnectCommand
{
    private const int BufferLength = 64 * 1024;

    public static Command Create()
    {
        Argument<HostPort> target = new Argument<HostPort>("target") { Description = "HOST:PORT" }.At();
        var servers = new TrustOptions(new Option<string?>("--ca") { Description = "trust these authorities instead of the system's, PEM" });
        var pins = new Option<string[]>("--pin") { Description = "demand one of these public keys in the server's chain: sha256// and Base64; may be given again", HelpName = "PIN" };
        var name = new Option<string?>("--server-name") { Description = "the name to ask for and to check; the host unless given" };
        var own = new IdentityOptions("who we are for servers that ask");
        var later = new Option<bool>("--post-handshake-auth") { Description = "give the certificate when the server asks later, too; TLS 1.3" };
        var sessionFile = new Option<string?>("--session-file") { Description = "resume what this file holds of the server, and keep in it what the server gives; for its owner alone", HelpName = "FILE" };
        var earlyData = new Option<string?>("--early-data") { Description = "send this file with the first flight where a session of --session-file allows it, and in the ordinary way otherwise; the server may see it more than once", HelpName = "FILE" };
        Option<string> resend = new Option<string>("--resend-early-data") { Description = "with --early-data: what to do when it could not go early or the server did not take it", DefaultValueFactory = _ => "always" }.OneOf("always", "never");
        Option<int> keyUpdates = new Option<int>("--update-keys-every") { Description = "bytes of standard input after which both sides change their keys; TLS 1.3; 0 for never", DefaultValueFactory = _ => 0 }.AtLeast(0);
        Option<string> stapling = new Option<string>("--stapling") { Description = "what to make of the status that the server sends with its certificate", DefaultValueFactory = _ => "ignore" }.OneOf("ignore", "check", "require");
        Option<string?> fragment = CreateFragment();
        var keyFile = new Option<string?>("--psk-file") { Description = "pre-shared keys, lines of IDENTITY:HEXADECIMAL; for its owner alone", HelpName = "FILE" };
        var identity = new Option<string?>("--psk-identity") { Description = "which key of --psk-file to be known by" };
        var json = new Option<bool>("--json") { Description = "print what the handshake agreed on as JSON, and close: nothing is read from standard input" };
        var material = new KeyingMaterialOptions(json);
        var insecure = new Option<bool>("--dangerously-accept-any-certificate") { Description = "do not verify the peer" };
        var shared = new SharedOptions();
        var command = new Command("connect", "Standard input and output over TLS.") { target, name, pins, sessionFile, earlyData, resend, keyUpdates, stapling, fragment, keyFile, identity, later, insecure, json };
        own.AddTo(command);
        servers.AddTo(command);
        material.AddTo(command);
        shared.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.IsGiven(insecure) && result.IsGiven(stapling)) result.AddError("--stapling and --dangerously-accept-any-certificate exclude each other");
            if (result.GetResult(keyFile) is null != result.GetResult(identity) is null) result.AddError("--psk-file and --psk-identity must be given together");
            if (result.GetResult(keyFile) is not null && result.GetResult(sessionFile) is not null) result.AddError("--psk-file and --session-file exclude each other");
            if (result.GetResult(earlyData) is not null && result.GetResult(sessionFile) is null) result.AddError("--early-data needs --session-file: it goes with a session that is resumed");
            if (result.IsGiven(resend) && !result.IsGiven(earlyData)) result.AddError("--resend-early-data needs --early-data");
            if (result.IsGiven(later) && !result.IsGiven(own.Certificate)) result.AddError("--post-handshake-auth needs --cert");
            if (result.IsGiven(keyUpdates) && result.IsGiven(json)) result.AddError("--update-keys-every and --json exclude each other: with --json nothing is sent");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            shared.Configure(parsed);
            (string host, int port) = parsed.GetValue(target);
            using TraceFile? trace = shared.OpenTrace(parsed);
            using LineFile? keyLog = shared.OpenKeyLog(parsed);
            using TlsCertificate? certificate = own.Load(parsed);
            var options = new TlsClientOptions
            {
                Trust = servers.Trust(parsed, otherwise: TlsTrust.System),
                PinnedKeys = parsed.GetValue(pins) ?? [],
                Certificate = certificate,
                DangerouslyAcceptAnyPeerCertificate = parsed.GetValue(insecure),
                SessionCacheSize = parsed.GetValue(sessionFile) is null ? 0 : SessionStore.Capacity,
                AllowPostHandshakeAuthentication = parsed.GetValue(later),
                Stapling = parsed.GetValue(stapling) switch { "check" => StaplePolicy.CheckIfSent, "require" => StaplePolicy.Require, _ => StaplePolicy.Ignore },
                MaximumFragmentLength = parsed.GetValue(fragment) is { } bytes ? int.Parse(bytes, CultureInfo.InvariantCulture) : null,
                PreSharedKey = parsed.GetValue(keyFile) is { } keys ? KeyOf(keys, parsed.GetValue(identity)!) : null,
            };
            using TlsContext context = TlsContext.CreateClient(shared.Apply(parsed, options, keyLog is null ? null : keyLog.Write));
            SessionStore? sessions = parsed.GetValue(sessionFile) is { } file ? SessionStore.Load(file, context) : null;
            using EventLoop loop = shared.CreateLoop(parsed);
            byte[]? early = parsed.GetValue(earlyData) is { } earlyPath ? await File.ReadAllBytesAsync(earlyPath, cancellation) : null;
            var connect = new TlsConnectOptions { ServerName = parsed.GetValue(name), Connection = shared.Connection(parsed, trace) with { TimeHandshake = parsed.GetValue(json) }, EarlyData = early, ResendEarlyData = parsed.GetValue(resend) == "always" };
            long began = Stopwatch.GetTimestamp();
            TlsStream stream = await TlsStream.ConnectAsync(loop, host, port, context, connect, cancellation);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(began);
            if (early is not null && !connect.ResendEarlyData && stream.Connection.Info!.EarlyData != TlsEarlyData.Accepted) await Console.Error.WriteLineAsync($"opensslnb: the early data did not get to the server ({stream.Connection.Info.EarlyData}), and is not sent again");
            if (parsed.GetValue(json))
            {
                Print(stream.Connection, elapsed, await material.DeriveAsync(parsed, stream.Connection));
                int closed = await CloseAsync(stream);
                sessions?.Save();
                return closed;
            }

            await Console.Error.WriteLineAsync(Describe(stream.Connection));
            int status = await CopyAsync(stream, parsed.GetValue(keyUpdates));
            sessions?.Save();
            return status;
        });
        return command;
    }

    private static Option<string?> CreateFragment()
    {
        string[] lengths = ["512", "1024", "2048", "4096"];
        var option = new Option<string?>("--max-fragment") { Description = "ask the server for records of 512, 1024, 2048 or 4096 bytes at most", HelpName = "BYTES" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !lengths.Contains(token.Value)) result.AddError($"--max-fragment must be 512, 1024, 2048 or 4096, and not '{token.Value}'");
        });
        return option;
    }

    private static TlsPreSharedKey KeyOf(string path, string identity) =>
        PreSharedKeyFile.Load(path).GetValueOrDefault(identity) ?? throw new ArgumentException($"--psk-identity: there is no key of '{identity}' in {path}");

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

    private static async Task<int> CopyAsync(TlsStream stream, int keyUpdateBytes)
    {
        Task<bool> sending = SendInputAsync(stream, keyUpdateBytes);
        Task receiving = PrintAsync(stream);
        try
        {
            // Input that cannot be read ends everything: half of it must not look like all of it.
            if (await Task.WhenAny(sending, receiving) == sending) await sending;
            await receiving;
        }
        catch (TlsClosedException e)
        {
            await Console.Error.WriteLineAsync($"opensslnb: {e.Message}");
            return ExitCode.Failed;
        }

        // The peer has said all it had to; what we still have goes out, but standard input is not waited for.
        int status = await CloseAsync(stream);
        if (sending.IsCompletedSuccessfully && !await sending) await Console.Error.WriteLineAsync("opensslnb: the peer closed before all of standard input was sent");
        return status;
    }

    private static async Task<int> CloseAsync(TlsStream stream)
    {
        stream.Connection.Close();
        CloseOutcome outcome = await stream.Connection.Closed;
        if (outcome.Reason is CloseReason.CloseNotify or CloseReason.ShutdownTimeout) return ExitCode.Ok;
        await Console.Error.WriteLineAsync($"opensslnb: the connection has ended: {outcome}");
        return ExitCode.Failed;
    }

    // False when the connection was closed before the end of the input; why is for the receiving side to say.
    private static async Task<bool> SendInputAsync(TlsStream stream, int keyUpdateBytes)
    {
        if (keyUpdateBytes > 0 && stream.Connection.Info!.Protocol != TlsProtocol.Tls13) throw new IOException("--update-keys-every: the server speaks TLS 1.2, which has no KeyUpdate");
        byte[] buffer = new byte[BufferLength];
        await using Stream input = Console.OpenStandardInput();
        try
        {
            long sent = 0;
            for (int count; (count = await ReadInputAsync(input, buffer)) > 0;)
            {
                await stream.WriteAsync(buffer.AsMemory(0, count));
                if (keyUpdateBytes > 0 && sent / keyUpdateBytes != (sent + count) / keyUpdateBytes) stream.Connection.UpdateKeys(requestPeer: true);
                sent += count;
            }
        }
        catch (TlsClosedException)
        {
            return false;
        }

        stream.CloseWrite();
        return true;
    }

    private static async Task<int> ReadInputAsync(Stream input, byte[] buffer)
    {
        try
        {
            return await input.ReadAsync(buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"standard input cannot be read: {e.Message}", e);
        }
    }

    private static async Task PrintAsync(TlsStream stream)
    {
        byte[] buffer = new byte[BufferLength];
        for (int count; (count = await stream.ReadAsync(buffer)) > 0;) StandardOutput.Write(buffer.AsSpan(0, count));
    }

    private static string Describe(TlsConnection connection)
    {
        TlsConnectionInfo info = connection.Info!;
        return $"connected to {connection.RemoteEndPoint}: {info.Protocol}, {info.CipherSuite}, peer {info.PeerSubject ?? "without a certificate"}, {(info.VerificationError is { } error ? $"NOT verified: {error}" : "verified")}"
            + (info.ApplicationProtocol is { } alpn ? $", ALPN {alpn}" : "");
    }
}
