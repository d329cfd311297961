using System.Collections.Concurrent;
using OpenSslNb;

namespace OpenSslNb.Testing;

/// <summary>One side of a connection: sends a pattern as fast as it goes, checks the other side's, and closes when all is sent and received.</summary>
public sealed class DuplexPeer(int seed, long length, long expected) : TlsConnectionHandler
{
    // A prime, so that records never stay in step with the pattern.
    private const int Period = 65521;
    private const int Block = 8 * 1024;
    private static readonly byte[] s_pattern = CreatePattern();

    private readonly TaskCompletionSource<TlsConnection> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<CloseOutcome> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _sent;
    private long _received;

    /// <summary>What was wrong with the bytes that came.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    /// <summary>Called at each low-water mark, on the loop's thread.</summary>
    public Action<TlsConnection>? LowWater { get; init; }

    public int LowWaters { get; private set; }

    public long Sent => Volatile.Read(ref _sent);

    public long Received => Volatile.Read(ref _received);

    public Task<TlsConnection> Opened => _opened.Task;

    public Task<CloseOutcome> Closed => _closed.Task;

    public override void OnOpened(TlsConnection connection)
    {
        _opened.TrySetResult(connection);
        Pump(connection);
    }

    public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            ReadOnlySpan<byte> expected = PatternAt(_received, ~seed);
            int count = Math.Min(expected.Length, data.Length);
            if (!data[..count].SequenceEqual(expected[..count])) Faults.Enqueue($"wrong bytes near position {_received}");
            Volatile.Write(ref _received, _received + count);
            data = data[count..];
        }

        CloseWhenDone(connection);
    }

    public override void OnLowWater(TlsConnection connection)
    {
        LowWaters++;
        LowWater?.Invoke(connection);
        Pump(connection);
    }

    public override void OnClosed(TlsConnection connection, CloseOutcome outcome) => _closed.TrySetResult(outcome);

    private void Pump(TlsConnection connection)
    {
        while (_sent < length)
        {
            ReadOnlySpan<byte> block = PatternAt(_sent, seed);
            block = block[..(int)Math.Min(block.Length, length - _sent)];
            if (connection.TrySend(block) != SendResult.Queued) return;
            Volatile.Write(ref _sent, _sent + block.Length);
        }

        CloseWhenDone(connection);
    }

    private void CloseWhenDone(TlsConnection connection)
    {
        if (_sent == length && _received == expected) connection.Close();
    }

    // The seeds of the two sides are complementary, so that an echo would be noticed.
    private static ReadOnlySpan<byte> PatternAt(long position, int seed)
    {
        int start = (int)((position + (seed & 0xFFFF)) % Period);
        return s_pattern.AsSpan(start, Math.Min(Block, Period - start));
    }

    private static byte[] CreatePattern()
    {
        byte[] pattern = new byte[Period];
        new Random(20).NextBytes(pattern);
        return pattern;
    }
}

/// <summary>Two <see cref="DuplexPeer"/>s on one connection.</summary>
public sealed class DuplexPair : IDisposable
{
    private readonly TlsListener _listener;

    private DuplexPair(TlsListener listener, DuplexPeer server, DuplexPeer client)
    {
        _listener = listener;
        Server = server;
        Client = client;
    }

    public DuplexPeer Server { get; }

    public DuplexPeer Client { get; }

    /// <summary>Connects the two; traffic begins at once.</summary>
    public static async Task<DuplexPair> StartAsync(Bench bench, long length, TransportKind? clientTransport = null)
    {
        var server = new DuplexPeer(0, length, length);
        var client = new DuplexPeer(~0, length, length);
        TlsListener listener = bench.Listen(_ => server);
        await bench.ConnectAsync(listener, client, clientTransport);
        await server.Opened.WaitAsync(Bench.Deadline);
        return new DuplexPair(listener, server, client);
    }

    /// <summary>Waits for the orderly end of both sides and says what was wrong; empty when nothing was.</summary>
    public async Task<string> EndAsync()
    {
        var faults = new List<string>();
        foreach ((string name, DuplexPeer peer, DuplexPeer other) in new[] { ("server", Server, Client), ("client", Client, Server) })
        {
            try
            {
                CloseOutcome outcome = await peer.Closed.WaitAsync(Bench.Deadline);
                if (outcome.Reason != CloseReason.CloseNotify) faults.Add($"{name}: {outcome}");
            }
            catch (TimeoutException)
            {
                TlsConnection connection = await peer.Opened;
                faults.Add($"{name} is stuck: {connection.State}, sent {peer.Sent}, received {peer.Received}, queued {connection.QueuedBytes}");
            }

            faults.AddRange(peer.Faults.Select(fault => $"{name}: {fault}"));
            if (peer.Received != other.Sent) faults.Add($"{name} received {peer.Received} of {other.Sent} bytes");
        }

        return string.Join("; ", faults);
    }

    public void Dispose() => _listener.Dispose();
}
