using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace OpenSslNb.Benchmarks.Micro;

/// <summary>
/// What a private key that takes 50 ms does to everybody else: 1,000 connections send and get back 64 bytes, each at its own time, while one client after another makes a handshake with such a key: not at all, on workers, on the loop; in turn.
/// </summary>
internal static class SlowKey
{
    private const int Connections = 1000;
    private const int Rounds = 5;
    private const int EchoesPerRound = 1600;
    private const int InFlight = 8;

    private static readonly TimeSpan s_key = TimeSpan.FromMilliseconds(50);

    private static readonly ManualResetEventSlim s_never = new();

    private enum Where
    {
        Nowhere,
        OnWorkers,
        OnTheLoop,
    }

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments.Length > 0)
        {
            await Console.Error.WriteLineAsync("slow-key takes no options");
            return 2;
        }

        using var loop = new EventLoop();
        using var clientLoop = new EventLoop();
        using var workers = new TlsWorkers(4);
        using TlsCertificate certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = TlsTrust.FromPem(certificate.ExportCertificatePem()) });
        var plain = new TlsServerOptions { Certificate = certificate };

        // The key log is written right before the server signs: what waits there is as good as a key that takes its time.
        TlsServerOptions slow = plain with { KeyLog = line => WaitOnce(line) };
        using TlsContext echo = TlsContext.CreateServer(plain);
        using TlsContext onWorkers = TlsContext.CreateServer(slow with { HandshakeWorkers = workers });
        using TlsContext onLoop = TlsContext.CreateServer(slow);
        using TlsListener echoes = Listen(loop, echo);
        using TlsListener slowOnWorkers = Listen(loop, onWorkers);
        using TlsListener slowOnLoop = Listen(loop, onLoop);
        TlsStream[] streams = await ConnectAsync(clientLoop, echoes, client);
        var latencies = Enum.GetValues<Where>().ToDictionary(where => where, _ => new List<double>());
        for (int round = 0; round < Rounds; round++)
        {
            foreach (Where where in Enum.GetValues<Where>())
            {
                using var stop = new CancellationTokenSource();
                Task handshakes = where == Where.Nowhere ? Task.CompletedTask : HandshakesAsync(clientLoop, where == Where.OnWorkers ? slowOnWorkers : slowOnLoop, client, stop.Token);
                latencies[where].AddRange(await EchoAsync(streams));
                await stop.CancelAsync();
                await handshakes;
            }
        }

        foreach ((Where where, List<double> all) in latencies) Print(where, all);
        foreach (TlsStream stream in streams) await stream.DisposeAsync();
        return 0;
    }

    private static void Print(Where where, List<double> all)
    {
        all.Sort();
        string handshakes = where switch { Where.Nowhere => "no other handshakes", Where.OnWorkers => "handshakes with a key of 50 ms, on workers", _ => "the same on the loop" };
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{handshakes}: p50 {all[all.Count / 2]:F0} µs, p99 {all[all.Count * 99 / 100]:F0} µs, p99.9 {all[all.Count * 999 / 1000]:F0} µs ({all.Count} echoes on {Connections} connections)"));
    }

    // One of a handshake's lines is enough.
    private static void WaitOnce(string line)
    {
        if (line.StartsWith("SERVER_HANDSHAKE_TRAFFIC_SECRET", StringComparison.Ordinal)) _ = s_never.Wait(s_key);
    }

    private static TlsListener Listen(EventLoop loop, TlsContext context) => TlsListener.Start(loop, new IPEndPoint(IPAddress.Loopback, 0), context, _ => new Echo());

    private static async Task<TlsStream[]> ConnectAsync(EventLoop loop, TlsListener listener, TlsContext client)
    {
        var streams = new List<TlsStream>();
        while (streams.Count < Connections) streams.Add(await TlsStream.ConnectAsync(loop, "127.0.0.1", listener.EndPoint.Port, client, new TlsConnectOptions { ServerName = "localhost" }));
        return [.. streams];
    }

    private static async Task HandshakesAsync(EventLoop loop, TlsListener listener, TlsContext client, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await using TlsStream stream = await TlsStream.ConnectAsync(loop, "127.0.0.1", listener.EndPoint.Port, client, new TlsConnectOptions { ServerName = "localhost" }, CancellationToken.None);
        }
    }

    private static async Task<double[]> EchoAsync(TlsStream[] streams)
    {
        double[][] parts = await Task.WhenAll(Enumerable.Range(0, InFlight).Select(part => Task.Run(() => EchoPartAsync(streams, part))));
        return [.. parts.SelectMany(part => part)];
    }

    // Each part has connections of its own.
    private static async Task<double[]> EchoPartAsync(TlsStream[] streams, int part)
    {
        double[] latencies = new double[EchoesPerRound / InFlight];
        byte[] message = new byte[64];
        byte[] answer = new byte[64];
        for (int i = 0; i < latencies.Length; i++)
        {
            TlsStream stream = streams[(part + (i * InFlight)) % streams.Length];
            long began = Stopwatch.GetTimestamp();
            await stream.WriteAsync(message);
            await stream.ReadExactlyAsync(answer);
            latencies[i] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
        }

        return latencies;
    }

    private sealed class Echo : TlsConnectionHandler
    {
        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data) => connection.Send(data);
    }
}
