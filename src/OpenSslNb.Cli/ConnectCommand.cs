using System.CommandLine;

namespace OpenSslNb.Cli;

/// <summary><c>opensslnb connect</c>: standard input to the peer and the peer to standard output, both at the same time.</summary>
internal static class ConnectCommand
{
    public static Command Create()
    {
        var target = new Argument<string>("target") { Description = "HOST:PORT" };
        var ca = new Option<string?>("--ca") { Description = "trust these authorities instead of the system's, PEM" };
        var name = new Option<string?>("--server-name") { Description = "the name to ask for and to check; the host unless given" };
        var cert = new Option<string?>("--cert") { Description = "client certificate chain, PEM" };
        var key = new Option<string?>("--key") { Description = "client key, PEM" };
        var insecure = new Option<bool>("--dangerously-accept-any-certificate") { Description = "do not verify the peer" };
        var shared = new SharedOptions();
        var command = new Command("connect", "Standard input and output over TLS.") { target, ca, name, cert, key, insecure };
        shared.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(cert) is null != result.GetResult(key) is null) result.AddError("--cert and --key must be given together");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            (string host, int port) = parsed.GetValue(target);
            using TraceFile? trace = shared.OpenTrace(parsed);
            using KeyLogFile? keyLog = shared.OpenKeyLog(parsed);
            using TlsCertificate? certificate = parsed.GetValue(cert) is { } path
                ? TlsCertificate.FromPemFiles(path, parsed.GetValue(key)!)
                : null;
            var options = new TlsClientOptions
            {
                Trust = parsed.GetValue(ca) is { } trust ? TlsTrust.FromPemFile(trust) : null,
                Certificate = certificate,
                DangerouslyAcceptAnyPeerCertificate = parsed.GetValue(insecure),
            };
            using TlsContext context = TlsContext.CreateClient(shared.Apply(parsed, options, keyLog is null ? null : keyLog.Write));
            using EventLoop loop = shared.CreateLoop(parsed);
            var connect = new TlsConnectOptions { ServerName = parsed.GetValue(name), Connection = shared.Connection(parsed, trace) };
            TlsStream stream = await TlsStream.ConnectAsync(loop, host, port, context, connect, cancellation);
            await Console.Error.WriteLineAsync(Describe(stream.Connection));
            return await CopyAsync(stream);
        });
        return command;
    }

    private static async Task<int> CopyAsync(TlsStream stream)
    {
        Task sending = SendInputAsync(stream);
        try
        {
            await using Stream output = Console.OpenStandardOutput();
            await stream.CopyToAsync(output);
        }
        catch (TlsClosedException e)
        {
            await Console.Error.WriteLineAsync($"opensslnb: {e.Message}");
            return ExitCode.Failed;
        }

        // The peer has said all it had to; what we still have goes out, but standard input is not waited for.
        stream.Connection.Close();
        CloseOutcome outcome = await stream.Connection.Closed;
        if (sending.IsFaulted) await Console.Error.WriteLineAsync($"opensslnb: {sending.Exception!.InnerException!.Message}");
        return outcome.Reason is CloseReason.CloseNotify or CloseReason.ShutdownTimeout ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task SendInputAsync(TlsStream stream)
    {
        await using Stream input = Console.OpenStandardInput();
        await input.CopyToAsync(stream);
        stream.CloseWrite();
    }

    private static string Describe(TlsConnection connection)
    {
        TlsConnectionInfo info = connection.Info!;
        return $"connected to {connection.RemoteEndPoint}: {info.Protocol}, {info.CipherSuite}, peer {info.PeerSubject ?? "without a certificate"}, {(info.VerificationError is { } error ? $"NOT verified: {error}" : "verified")}"
            + (info.ApplicationProtocol is { } alpn ? $", ALPN {alpn}" : "");
    }
}
