using System.Globalization;
using System.Net.Sockets;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>The command's server runs out of descriptors (EMFILE of <c>accept(2)</c>): it refuses at once, does not spin, does not die.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class ShortageTests(World world)
{
    // What a listener leaves to the rest of its process unless told otherwise.
    private const int Reserve = 32;
    private const int Spare = Reserve + 10;
    private const int Crowd = 40;
    private const int Seconds = 1;

    private int _limit;

    [Test]
    public async Task A_server_without_descriptors_resets_who_comes_serves_who_is_in_and_serves_others_when_it_has_some()
    {
        using var bench = new Bench(world);
        using var files = new PemFiles(bench);
        await using ServerProgram server = await StartAsync(files);
        using GoodClient within = await GoodClient.ConnectAsync(server.Port, bench);
        await LimitDescriptorsAsync(server.Process);
        var crowd = new List<RawClient?>();
        try
        {
            for (int i = 0; i < Crowd; i++) crowd.Add(await TryConnectAsync(server.Port));
            await ExchangeAsync(within);
            await AssertDoesNotSpinAsync(server.Process);

            // Some found a place and run into their handshake's deadline: the runtime needs threads for that, and so descriptors. The others were reset.
            bool[] reset = await Task.WhenAll(crowd.Select(EndsByResetAsync));
            Assert.That(reset, Does.Contain(true).And.Contain(false));
            await ExchangeAsync(within);
        }
        finally
        {
            crowd.ForEach(client => client?.Dispose());
        }

        await Eventually.BecomesTrue(() => FreeBelow(_limit, server.Process.Id) > Reserve, "those who were in have gone");
        using GoodClient next = await GoodClient.ConnectAsync(server.Port, bench);
        await ExchangeAsync(next);
        await next.CloseAsync();
        await within.CloseAsync();
        Assert.That(server.Process.HasExited, Is.False);
        Assert.That(server.Process.Error.Tail, Is.Empty);
    }

    private static int FreeBelow(int limit, int process) => limit - ProcFile.Descriptors(process).Count(fd => fd < limit);

    // Of the running server, because the runtime needs more of them to start than it keeps.
    private async Task LimitDescriptorsAsync(ExternalProcess server)
    {
        _limit = 0;
        while (FreeBelow(_limit, server.Id) < Spare) _limit++;
        await using var prlimit = ExternalProcess.Start("prlimit", "util-linux", "--pid", $"{server.Id}", $"--nofile={_limit}:{_limit}");
        await prlimit.ExitWellAsync();
    }

    // Null when it is reset before the end of the connecting is noticed.
    private static async Task<RawClient?> TryConnectAsync(int port)
    {
        try
        {
            return await RawClient.ConnectAsync(port);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return null;
        }
    }

    private static async Task<bool> EndsByResetAsync(RawClient? client)
    {
        if (client is null) return true;
        byte[] buffer = new byte[1024];
        try
        {
            while (await client.Socket.ReceiveAsync(buffer).WaitAsync(ExternalProcess.Deadline) > 0)
            {
                // An alert.
            }

            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    // A thread that spins has the CPU all the time that it can get; even with ten others that want it, that is a tenth.
    private static async Task AssertDoesNotSpinAsync(ExternalProcess server)
    {
        string process = server.Id.ToString(CultureInfo.InvariantCulture);
        int thread = ProcFile.ThreadsNamed(process, "opensslnb loop").Single();
        long before = ProcFile.CpuTicks(process, thread);
        using (var window = new PeriodicTimer(TimeSpan.FromSeconds(Seconds))) await window.WaitForNextTickAsync();
        Assert.That(ProcFile.CpuTicks(process, thread) - before, Is.LessThanOrEqualTo(Seconds * 100 / 20), "CPU ticks of the loop's thread");
    }

    private static async Task ExchangeAsync(GoodClient client)
    {
        byte[] sent = Payload.Bytes(71, 100_000);
        Payload.AssertSame(await client.ExchangeAsync(sent), sent);
    }

    private Task<ServerProgram> StartAsync(PemFiles files)
    {
        string program = Path.GetFullPath(Path.Combine(TestContext.CurrentContext.TestDirectory, "..", "..", "OpenSslNb.Cli", Path.GetFileName(TestContext.CurrentContext.TestDirectory), "OpenSslNb.Cli"));
        Assert.That(program, Does.Exist);
        string transport = world.Transport == TransportKind.SocketFd ? "fd" : "buffered";
        string protocol = world.Version("tls1.2", "tls1.3");
        var process = ExternalProcess.Start(
            program, "opensslnb", "serve", "echo", "--listen", "127.0.0.1:0", "--cert", files.Certificate, "--key", files.Key, "--poller", world.Poller.ToString().ToLowerInvariant(),
            "--handshake-timeout", "3", "--shutdown-timeout", "1", "--transport", transport, "--min-protocol", protocol, "--max-protocol", protocol);
        return ServerProgram.StartAsync(process, "listening on 127.0.0.1:");
    }
}
