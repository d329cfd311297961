using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using OpenSslNb.Cli.Metrics;

namespace OpenSslNb.Cli;

/// <summary><c>opensslnb serve</c>.</summary>
internal static class ServeCommand
{
    // Kept to the end of the process: a second signal that comes while the first has just been obeyed must not become the exit code.
    private static PosixSignalRegistration[] s_signals = [];

    public static Command Create()
    {
        var options = new ServeOptions();
        var command = new Command("serve", "A TLS server of a simple protocol. SIGTERM ends it in good order, SIGHUP has it read its certificates again and open its logs anew.");
        options.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            options.Shared.Configure(parsed);
            using ServerFiles files = options.Files.Open(parsed);
            using SafeFileHandle? sent = options.OpenFile(parsed);
            await using ServerResources resources = await options.Tls.StartAsync(parsed);
            DescriptorLimit.Raise();
            ServePlan plan = options.Plan(parsed, files, sent, resources);
            using MetricsServer? metrics = await options.StartMetricsAsync(parsed);
            return await RunAsync(plan, options.Loops(parsed), await options.EndPointAsync(parsed), options.Files.LookEvery(parsed));
        });
        return command;
    }

    private static async Task<int> RunAsync(ServePlan plan, int count, IPEndPoint endPoint, TimeSpan? lookEvery)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ServeLoop[] loops = ServeLoop.StartAll(plan, count, endPoint);

        // Not before: a signal ends a start that waits for a file, as it ends any program.
        s_signals = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal)];
        var reloading = new Lock();
        var stays = new Complaint("the certificates stay as they are");
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangUp);
        using TlsFileWatch? watch = lookEvery is null ? null : new TlsFileWatch(plan.Read, Reload, Stay, lookEvery);
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
            plan.Files.Reopen();
            stays.Settle();
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
            stays.Settle();
            Console.Error.WriteLine("opensslnb: the certificates were read again");
        }

        void Stay(Exception fault) => stays.Tell(fault);

        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.TrySetResult();
        }
    }
}
