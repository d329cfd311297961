using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using OpenSslNb.Cli.Metrics;

namespace OpenSslNb.Cli;

/// <summary><c>opensslnb serve</c>.</summary>
internal static class ServeCommand
{
    // Kept to the end of the process: a second signal that comes while the first has just been obeyed must not become the exit code.
    private static PosixSignalRegistration[] s_signals = [];

    public static Command Create()
    {
        Argument<string> protocol = new Argument<string>("protocol") { Description = "echo, discard or source" }.OneOf(Protocols.Names);
        Option<HostPort> listen = new Option<HostPort>("--listen") { Description = "where to listen; port 0 picks one", Required = true }.At();
        var cert = new Option<string>("--cert") { Description = "certificate chain, PEM", Required = true };
        var key = new Option<string>("--key") { Description = "private key, PEM", Required = true };
        var clientCa = new Option<string?>("--client-ca") { Description = "demand client certificates of these authorities, PEM" };
        Option<int> maximum = new Option<int>("--max-connections") { Description = "most connections at a time, of all loops together; more are reset", DefaultValueFactory = _ => int.MaxValue }.AtLeast(1);
        Option<int> backlog = new Option<int>("--backlog") { Description = "most connections that wait in the kernel, per loop", DefaultValueFactory = _ => new TlsListenerOptions().Backlog }.AtLeast(1);
        Option<int> loops = new Option<int>("--loops") { Description = "number of loops, one thread each", DefaultValueFactory = _ => 1 }.AtLeast(1);
        Option<HostPort?> metrics = new Option<HostPort?>("--metrics") { Description = "answer Prometheus there, at /metrics over plain HTTP; port 0 picks one" }.At();
        Option<int> tickets = new Option<int>("--session-tickets") { Description = "session tickets that a TLS 1.3 handshake sends", DefaultValueFactory = _ => new TlsServerOptions().SessionTicketCount }.AtLeast(0);
        var shared = new SharedOptions();
        var command = new Command("serve", "A TLS server of a simple protocol.") { protocol, listen, cert, key, clientCa, maximum, backlog, loops, metrics, tickets };
        shared.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using TraceFile? trace = shared.OpenTrace(parsed);
            using KeyLogFile? keyLog = shared.OpenKeyLog(parsed);
            TlsTrust? trust = parsed.GetValue(clientCa) is { } path ? TlsTrust.FromPemFile(path) : null;
            TlsServerOptions options = shared.Apply(parsed, new TlsServerOptions { ClientTrust = trust, SessionTicketCount = parsed.GetValue(tickets) }, keyLog is null ? null : keyLog.Write);
            DescriptorLimit.Raise();
            int count = parsed.GetValue(loops);
            var listenerOptions = new TlsListenerOptions
            {
                Backlog = parsed.GetValue(backlog),
                SharedLimit = new TlsConnectionLimit(parsed.GetValue(maximum)),
                ReusePort = count > 1,
                Connection = shared.Connection(parsed, trace),
            };
            var plan = new ServePlan(
                parsed.GetValue(protocol)!, () => shared.CreateLoop(parsed), () => TlsCertificate.FromPemFiles(parsed.GetValue(cert)!, parsed.GetValue(key)!), options, listenerOptions);
            using MetricsServer? metricsServer = parsed.GetValue(metrics) is { } at ? MetricsServer.Start(await at.ResolveAsync(metrics.Name)) : null;
            return await RunAsync(plan, count, await parsed.GetValue(listen).ResolveAsync(listen.Name));
        });
        return command;
    }

    private static async Task<int> RunAsync(ServePlan plan, int count, IPEndPoint endPoint)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        s_signals = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal)];
        ServeLoop[] loops = ServeLoop.StartAll(plan, count, endPoint);
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

        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.TrySetResult();
        }
    }
}
