using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using OpenSslNb.Cli.Metrics;
using OpenSslNb.Cli.Proxy;

namespace OpenSslNb.Cli;

/// <summary><c>opensslnb proxy</c>: TLS in front of a target, or behind a client, or passed through by name.</summary>
internal static class ProxyCommand
{
    // Kept to the end of the process: a signal that comes while another has just been obeyed must not become the exit code.
    private static PosixSignalRegistration[] s_signals = [];

    public static Command Create()
    {
        Option<HostPort> listen = new Option<HostPort>("--listen") { Description = "where to listen; port 0 picks one", Required = true }.At();
        Option<int> loops = ServeOptions.CreateLoops();
        Option<HostPort?> metrics = ServeOptions.CreateMetrics();
        var options = new ProxyOptions();
        var command = new Command("proxy", "Ends TLS in front of a server without it, begins it for a client without it, or passes it on by the name that is asked for. SIGTERM ends it once its connections have ended, SIGHUP has it read its files and look its targets up again, and open its logs anew.") { listen, loops, metrics };
        options.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            options.Configure(parsed);
            using ServerFiles files = options.Files.Open(parsed);
            DescriptorLimit.Raise();
            int count = parsed.GetValue(loops);
            await using ServerResources resources = await options.StartAsync(parsed);
            ProxyPlan plan = options.Plan(parsed, count, files, resources);
            IPEndPoint? metricsAt = parsed.GetValue(metrics) is { } at ? await at.ResolveAsync(metrics.Name) : null;
            return await RunAsync(plan, count, await parsed.GetValue(listen).ResolveAsync(listen.Name), metricsAt, options.Files.LookEvery(parsed));
        });
        return command;
    }

    private static async Task<int> RunAsync(ProxyPlan plan, int count, IPEndPoint endPoint, IPEndPoint? metricsAt, TimeSpan? lookEvery)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var giveUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ProxyLoop[] loops = await ProxyLoop.StartAllAsync(plan, count, endPoint);

        // Not before: a signal ends a start that waits for a file, as it ends any program.
        s_signals = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal)];
        using var reloading = new SemaphoreSlim(1);
        var stays = new Complaint("certificates and targets stay as they are");
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            plan.Files.Reopen();
            stays.Settle();
            _ = ReloadAsync(loops, reloading, stays);
        });
        using TlsFileWatch? watch = lookEvery is null ? null : new TlsFileWatch(plan.Read, () => ReloadAsync(loops, reloading, stays).GetAwaiter().GetResult(), stays.Tell, lookEvery);
        try
        {
            using var meter = new ProxyMeter([.. loops.Select(loop => loop.Figures)]);
            using MetricsServer? metrics = metricsAt is null ? null : MetricsServer.Start(metricsAt, ProxyMeter.MeterName);
            Console.Out.WriteLine($"listening on {loops[0].EndPoint}");
            await Console.Out.FlushAsync();
            await stop.Task;
            Task end = Task.WhenAny(giveUp.Task, Task.Delay(plan.DrainTime));
            await Task.WhenAll(loops.Select(loop => loop.DrainAsync(end)));
            return ExitCode.Ok;
        }
        finally
        {
            foreach (ProxyLoop loop in loops) loop.Dispose();
        }

        // The second one is from somebody who does not want to wait.
        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            if (!stop.TrySetResult()) giveUp.TrySetResult();
        }
    }

    // One at a time, each with what the files hold then.
    private static async Task ReloadAsync(ProxyLoop[] loops, SemaphoreSlim reloading, Complaint stays)
    {
        await reloading.WaitAsync();
        try
        {
            await ProxyLoop.ReloadAllAsync(loops);
            stays.Settle();
            await Console.Error.WriteLineAsync("opensslnb: certificates and targets were read again");
        }
        catch (Exception e)
        {
            stays.Tell(e);
        }
        finally
        {
            reloading.Release();
        }
    }
}
