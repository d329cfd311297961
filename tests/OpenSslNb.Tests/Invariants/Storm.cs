using System.Collections.Concurrent;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Invariants;

/// <summary>Connections of all worlds in a row of slots, for any thread to do anything with.</summary>
internal sealed class Storm : IDisposable
{
    private const int Slots = 96;

    private readonly (World World, Bench Bench, TlsListener Listener)[] _places;
    private readonly TlsConnection?[] _slots = new TlsConnection?[Slots];
    private readonly ConcurrentDictionary<TlsConnection, byte> _all = new();
    private readonly ConcurrentBag<Task> _connecting = [];
    private readonly byte[] _data = new byte[200_000];
    private int _begun;
    private int _closed;
    private int _refused;
    private long _received;

    public Storm()
    {
        _places = [.. World.All.Select(world =>
        {
            var bench = new Bench(world, allowRenegotiation: true, connection: new TlsConnectionOptions { OutboundLimit = 256 * 1024, SendBuffer = 32 * 1024, ShutdownTimeout = TimeSpan.FromSeconds(1) });
            return (world, bench, bench.Listen(CreateHandler));
        })];
    }

    /// <summary>Connections begun, those of both sides counted once.</summary>
    public int Begun => Volatile.Read(ref _begun);

    public ConcurrentQueue<string> Faults { get; } = new();

    public string Summary => $"{Begun} connections begun, {_refused} ended before they were open, {_closed} ends of both sides, {_received:N0} bytes received";

    /// <summary>One random action of one thread.</summary>
    public void DoAnything(Random random)
    {
        int slot = random.Next(Slots);
        TlsConnection? connection = Volatile.Read(ref _slots[slot]);
        if (connection is null || connection.Outcome is not null)
        {
            Begin(random);
            return;
        }

        switch (random.Next(40))
        {
            case < 20:
                _ = connection.TrySend(_data.AsSpan(0, random.Next(1, 20_000)));
                break;
            case < 26:
                Forget(connection.SendAsync(_data.AsMemory(0, random.Next(1, _data.Length))).AsTask());
                break;
            case < 29:
                using (var cancellation = new CancellationTokenSource())
                {
                    Forget(connection.SendAsync(_data.AsMemory(0, random.Next(1, _data.Length)), cancellation.Token).AsTask());
                    cancellation.Cancel();
                }

                break;
            case 29 or 30:
                connection.PauseReading();
                break;
            case < 35:
                connection.ResumeReading();
                break;
            case 35:
                ChangeKeys(connection);
                break;
            default:
                End(connection, random);
                break;
        }
    }

    /// <summary>Ends what is left, and waits until every connection has told its end.</summary>
    public async Task EndAsync()
    {
        await Task.WhenAll(_connecting).WaitAsync(Bench.Deadline);
        foreach (TlsConnection connection in _all.Keys) connection.Dispose();
        await Task.WhenAll(_all.Keys.Select(c => c.Closed)).WaitAsync(Bench.Deadline);
        foreach ((World world, Bench bench, _) in _places)
        {
            foreach (Exception e in bench.Unhandled) Faults.Enqueue($"{world}: {e}");
        }
    }

    public void Dispose()
    {
        foreach ((_, Bench bench, TlsListener listener) in _places)
        {
            listener.Dispose();
            bench.Dispose();
        }
    }

    private static void End(TlsConnection connection, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                connection.Close();
                break;
            case 1:
                connection.CloseWrite();
                break;
            case 2:
                connection.Abort();
                break;
            default:
                connection.Dispose();
                break;
        }
    }

    private static void ChangeKeys(TlsConnection connection)
    {
        if (connection.Info is not { } info) return;
        if (info.Protocol == TlsProtocol.Tls13) connection.UpdateKeys(requestPeer: true);
        else connection.Renegotiate();
    }

    // The handshakes of eight threads would only queue up behind each other: at most as many as there are slots.
    private void Begin(Random random)
    {
        if (_connecting.Count(t => !t.IsCompleted) >= 32)
        {
            Thread.Yield();
            return;
        }

        (_, Bench bench, TlsListener listener) = _places[random.Next(_places.Length)];
        Interlocked.Increment(ref _begun);
        _connecting.Add(ConnectAsync(bench, listener));
    }

    private async Task ConnectAsync(Bench bench, TlsListener listener)
    {
        try
        {
            await bench.ConnectAsync(listener, CreateHandler(null));
        }
        catch (TlsConnectException)
        {
            // Another thread has ended it already.
            Interlocked.Increment(ref _refused);
        }
    }

    private Handler CreateHandler(TlsConnection? connection)
    {
        // The server's side may be ended in the middle of its handshake too.
        if (connection is not null) Keep(connection);
        return new Handler(this);
    }

    private void Keep(TlsConnection connection)
    {
        if (!_all.TryAdd(connection, 0)) return;
        Volatile.Write(ref _slots[connection.Id % Slots], connection);
    }

    // A send may fail, since any thread may end its connection; anything but these is a fault.
    private void Forget(Task send) => send.ContinueWith(
        t =>
        {
            if (t.Exception?.InnerException is { } e and not TlsClosedException) Faults.Enqueue(e.ToString());
        },
        TaskScheduler.Default);

    private sealed class Handler(Storm storm) : TlsConnectionHandler
    {
        private int _isClosed;

        public override void OnOpened(TlsConnection connection)
        {
            storm.Keep(connection);
            _ = connection.TrySend(storm._data.AsSpan(0, 1000));
        }

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            Interlocked.Add(ref storm._received, data.Length);
            if (data.Length % 97 == 0) connection.Dispose();
            else if (data.Length % 7 == 0) _ = connection.TrySend(data);
        }

        public override void OnClosed(TlsConnection connection, CloseOutcome outcome)
        {
            Interlocked.Increment(ref storm._closed);
            if (Interlocked.Exchange(ref _isClosed, 1) != 0) storm.Faults.Enqueue($"{connection.Id} has ended twice");
            if (outcome.Reason is CloseReason.LocalError or CloseReason.CallbackFailed) storm.Faults.Enqueue($"{connection.Id}: {outcome}");
        }
    }
}
