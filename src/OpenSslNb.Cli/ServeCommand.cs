using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using OpenSslNb.Cli.Metrics;

namespace OpenSslNb.Cli;

/// <summary><c>opensslnb serve</c>.</summary>
internal static class ServeCommand
{
    // Each has a thread and a quarter of a mebibyte of buffers: more than any machine has cores for is a mistake.
    public const int MostLoops = 1024;

    // Kept to the end of the process: a second signal that comes while the first has just been obeyed must not become the exit code.
    private static PosixSignalRegistration[] s_signals = [];

    public static Command Create()
    {
        Argument<string> protocol = new Argument<string>("protocol") { Description = "echo, discard, source or file" }.OneOf(Protocols.Names);
        Option<HostPort> listen = new Option<HostPort>("--listen") { Description = "where to listen; port 0 picks one", Required = true }.At();
        var cert = new Option<string>("--cert") { Description = "certificate chain, PEM", Required = true };
        var key = new Option<string>("--key") { Description = "private key, " + IdentityFiles.KeyDescription, Required = true };
        var clients = new TrustOptions(new Option<string?>("--client-ca") { Description = "demand client certificates of these authorities, PEM" });
        var optional = new Option<bool>("--client-cert-optional") { Description = "let clients in that have no certificate" };
        Option<NamedCertificate[]> named = CreateNamed();
        Option<string[]> additional = CreateAdditional();
        Option<string> unknown = new Option<string>("--unknown-name") { Description = "what clients get that ask for a name without a certificate", DefaultValueFactory = _ => "default" }.OneOf("default", "refuse");
        Option<int> maximum = new Option<int>("--max-connections") { Description = "most connections at a time, of all loops together; more are reset", DefaultValueFactory = _ => int.MaxValue }.AtLeast(1);
        Option<int> backlog = new Option<int>("--backlog") { Description = "most connections that wait in the kernel, per loop", DefaultValueFactory = _ => new TlsListenerOptions().Backlog }.AtLeast(1);
        Option<int> loops = new Option<int>("--loops") { Description = "number of loops, one thread each", DefaultValueFactory = _ => 1 }.Between(1, MostLoops);
        Option<HostPort?> metrics = new Option<HostPort?>("--metrics") { Description = "answer Prometheus there, at /metrics over plain HTTP; port 0 picks one" }.At();
        Option<int> tickets = new Option<int>("--session-tickets") { Description = "session tickets that a TLS 1.3 handshake sends", DefaultValueFactory = _ => new TlsServerOptions().SessionTicketCount }.AtLeast(0);
        var ticketKeys = new TicketKeyOptions();
        var more = new ServerTlsOptions();
        Option<double?> watch = new Option<double?>("--watch-files") { Description = "look every so many seconds whether certificates have changed, and read them again as on SIGHUP" }.Seconds();
        var staples = new StapleOptions();
        var file = new Option<string?>("--file") { Description = "what the protocol file sends to each client", HelpName = "FILE" };
        var shared = new SharedOptions();
        var command = new Command("serve", "A TLS server of a simple protocol. SIGTERM ends it in good order, SIGHUP has it read its certificates again.") { protocol, file, listen, cert, key, named, additional, unknown, optional, maximum, backlog, loops, metrics, tickets, watch };
        clients.AddTo(command);
        staples.AddTo(command);
        ticketKeys.AddTo(command);
        more.AddTo(command);
        shared.AddTo(command);
        command.Validators.Add(result =>
        {
            bool isFile = result.GetResult(protocol)?.Tokens is [{ Value: "file" }];
            if (isFile != result.GetResult(file) is { Implicit: false }) result.AddError(isFile ? "the protocol file needs --file FILE" : "--file is for the protocol file alone");
        });
        command.SetAction(async (parsed, _) =>
        {
            shared.Configure(parsed);
            using TraceFile? trace = shared.OpenTrace(parsed);
            using KeyLogFile? keyLog = shared.OpenKeyLog(parsed);
            var server = new TlsServerOptions
            {
                ClientTrust = clients.Trust(parsed, otherwise: null),
                ClientCertificateIsOptional = parsed.GetValue(optional),
                UnknownServerName = parsed.GetValue(unknown) == "refuse" ? UnknownServerName.Refuse : UnknownServerName.UseDefault,
                SessionTicketCount = parsed.GetValue(tickets),
                TicketKeys = ticketKeys.Source(parsed),
            };
            using SafeFileHandle? sent = parsed.GetValue(file) is { } path ? OpenFile(path) : null;
            using TlsWorkers? workers = more.CreateWorkers(parsed);
            TlsServerOptions options = shared.Apply(parsed, more.Apply(parsed, server, workers), keyLog is null ? null : keyLog.Write);
            DescriptorLimit.Raise();
            int count = parsed.GetValue(loops);
            var listenerOptions = new TlsListenerOptions
            {
                Backlog = parsed.GetValue(backlog),
                SharedLimit = new TlsConnectionLimit(parsed.GetValue(maximum)),
                ReusePort = count > 1,
                Connection = shared.Connection(parsed, trace),
            };
            StapleSource? staple = staples.Source(parsed);
            var plan = new ServePlan(
                parsed.GetValue(protocol)!, () => shared.CreateLoop(parsed), () => ServeIdentity.Load(parsed.GetValue(cert)!, parsed.GetValue(key)!, parsed.GetValue(named) ?? [], parsed.GetValue(additional) ?? [], staple), options, listenerOptions, sent);
            using MetricsServer? metricsServer = parsed.GetValue(metrics) is { } at ? MetricsServer.Start(await at.ResolveAsync(metrics.Name)) : null;
            string[] keys = IdentityFiles.IsUri(parsed.GetValue(key)!) ? [] : [parsed.GetValue(key)!];
            string[] files = [parsed.GetValue(cert)!, .. keys, .. (parsed.GetValue(named) ?? []).Select(one => one.Path), .. parsed.GetValue(additional) ?? [], .. staple?.Path is { } status ? [status] : Array.Empty<string>()];
            TimeSpan? lookEvery = parsed.GetValue(watch) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
            return await RunAsync(plan, count, await parsed.GetValue(listen).ResolveAsync(listen.Name), files, lookEvery);
        });
        return command;
    }

    /// <summary><c>--named-cert</c>, which <c>proxy</c> has too.</summary>
    public static Option<NamedCertificate[]> CreateNamed()
    {
        var option = new Option<NamedCertificate[]>("--named-cert") { Description = "another certificate, for clients that ask for this name or, with *., for one below it; FILE has certificates and key, PEM; may be given again", HelpName = "NAME=FILE", AllowMultipleArgumentsPerToken = false };
        option.CustomParser = result =>
        {
            var named = new List<NamedCertificate>();
            foreach (string text in result.Tokens.Select(token => token.Value))
            {
                if (NamedCertificate.TryParse(text, out NamedCertificate one)) named.Add(one);
                else result.AddError($"--named-cert must be NAME=FILE, and not '{text}'");
            }

            return [.. named];
        };
        return option;
    }

    /// <summary><c>--additional-cert</c>, which <c>proxy</c> has too.</summary>
    public static Option<string[]> CreateAdditional() =>
        new("--additional-cert") { Description = "another certificate for the same names with a key of another kind, such as RSA beside ECDSA; FILE has certificates and key, PEM; may be given again", HelpName = "FILE", AllowMultipleArgumentsPerToken = false };

    private static SafeFileHandle OpenFile(string path)
    {
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

    private static async Task<int> RunAsync(ServePlan plan, int count, IPEndPoint endPoint, string[] files, TimeSpan? lookEvery)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        s_signals = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal)];
        ServeLoop[] loops = ServeLoop.StartAll(plan, count, endPoint);
        var reloading = new Lock();
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangUp);
        using TlsFileWatch? watch = lookEvery is null ? null : new TlsFileWatch(files, Reload, Stay, lookEvery);
        try
        {
            Console.Out.WriteLine($"listening on {loops[0].EndPoint}");
            await Console.Out.FlushAsync();
            await stop.Task;
            await Task.WhenAny(Task.WhenAll(loops.Select(loop => loop.FinishAsync())), Task.Delay(plan.Listener.Connection.ShutdownTimeout));
            return ExitCode.Ok;
        }
        finally
        {
            foreach (ServeLoop loop in loops) loop.Dispose();
        }

        // One reload at a time, each with what the files hold then.
        void OnHangUp(PosixSignalContext signal)
        {
            signal.Cancel = true;
            try
            {
                Reload();
            }
            catch (Exception e)
            {
                Stay(e);
            }
        }

        void Reload()
        {
            lock (reloading) ServeLoop.ReloadAll(loops);
            Console.Error.WriteLine("opensslnb: the certificates were read again");
        }

        static void Stay(Exception fault) => Console.Error.WriteLine($"opensslnb: the certificates stay as they are: {fault.Message}");

        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.TrySetResult();
        }
    }
}
