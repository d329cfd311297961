using System.Globalization;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>A loop with nothing to do sleeps in the kernel, however many connections it has.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class IdleTests(World world)
{
    private const int Connections = 50;
    private const int Seconds = 1;

    // Wake-ups that somebody else may cause: a debugger, a signal, the last post that was still under way.
    private const int Tolerance = 3;

    [Test]
    public async Task Fifty_open_connections_wake_nobody_while_nothing_happens()
    {
        using var server = new ServerUnderTest(world);
        var clients = new List<TlsStream>();
        for (int i = 0; i < Connections; i++) clients.Add(await server.Bench.ConnectStreamAsync(server.Listener));
        foreach (TlsStream client in clients) await PingAsync(client);
        string process = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        int thread = await LoopThreadAsync(server.Bench.Loop);
        await WaitUntilQuietAsync(process, thread);

        (long sleeps, long ticks) before = (ProcFile.Sleeps(process, thread), ProcFile.CpuTicks(process, thread));
        using (var window = new PeriodicTimer(TimeSpan.FromSeconds(Seconds))) await window.WaitForNextTickAsync();
        (long sleeps, long ticks) after = (ProcFile.Sleeps(process, thread), ProcFile.CpuTicks(process, thread));
        Assert.That(after.sleeps - before.sleeps, Is.LessThanOrEqualTo(Tolerance), "wake-ups of the loop's thread");
        Assert.That(after.ticks - before.ticks, Is.LessThanOrEqualTo(1), "CPU ticks of the loop's thread");

        // The same measure sees work when there is some.
        for (int i = 0; i <= Tolerance; i++) await PingAsync(clients[i]);
        await Eventually.BecomesTrue(() => ProcFile.Sleeps(process, thread) > after.sleeps + Tolerance, "the loop's wake-ups are seen");
        clients.ForEach(client => client.Dispose());
    }

    private static async Task PingAsync(TlsStream client)
    {
        byte[] answer = new byte[4];
        await client.WriteAsync("ping"u8.ToArray());
        await client.ReadExactlyAsync(answer).AsTask().WaitAsync(ExternalProcess.Deadline);
        Assert.That(answer, Is.EqualTo("ping"u8.ToArray()));
    }

    private static async Task<int> LoopThreadAsync(EventLoop loop)
    {
        var thread = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() =>
        {
            string self = new FileInfo("/proc/thread-self").LinkTarget!;
            thread.SetResult(int.Parse(Path.GetFileName(self), CultureInfo.InvariantCulture));
        });
        return await thread.Task.WaitAsync(ExternalProcess.Deadline);
    }

    // What still moves after the last ping: tickets, timers that were armed for it.
    private static async Task WaitUntilQuietAsync(string process, int thread)
    {
        const int Looks = 40;
        long last = -1;
        int same = 0;
        await Eventually.BecomesTrue(
            () =>
            {
                long now = ProcFile.Sleeps(process, thread);
                same = now == last ? same + 1 : 0;
                last = now;
                return same >= Looks;
            },
            "the loop goes to sleep");
    }
}
