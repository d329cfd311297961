using OpenSslNb;

namespace OpenSslNb.Testing;

/// <summary>Sends back what it gets, holding the peer back while the queue is full.</summary>
public sealed class EchoHandler : TlsConnectionHandler
{
    private readonly MemoryStream _refused = new();

    public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
    {
        if (_refused.Length == 0 && connection.TrySend(data) != SendResult.Full) return;
        _refused.Write(data);
        connection.PauseReading();
    }

    public override void OnLowWater(TlsConnection connection)
    {
        if (_refused.Length > 0)
        {
            if (connection.TrySend(_refused.GetBuffer().AsSpan(0, (int)_refused.Length)) == SendResult.Full) return;
            _refused.SetLength(0);
        }

        connection.ResumeReading();
    }
}

/// <summary>Keeps what comes and what happens.</summary>
public sealed class RecordingHandler : TlsConnectionHandler
{
    private readonly Lock _gate = new();
    private readonly MemoryStream _received = new();

    public Action<TlsConnection>? Opened { get; init; }

    public Action<TlsConnection>? PeerClosed { get; init; }

    public bool ThrowOnData { get; init; }

    public byte[] Received
    {
        get { lock (_gate) return _received.ToArray(); }
    }

    public long ReceivedLength
    {
        get { lock (_gate) return _received.Length; }
    }

    public override void OnOpened(TlsConnection connection) => Opened?.Invoke(connection);

    public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
    {
        if (ThrowOnData) throw new InvalidOperationException("the application is broken");
        lock (_gate) _received.Write(data);
    }

    public override void OnPeerClosed(TlsConnection connection)
    {
        if (PeerClosed is null) connection.Close();
        else PeerClosed(connection);
    }
}

/// <summary>Waits for conditions.</summary>
public static class Eventually
{
    /// <summary>Looks again and again until it is true; fails after the deadline.</summary>
    public static async Task BecomesTrue(Func<bool> condition, string what)
    {
        using var deadline = new CancellationTokenSource(Bench.Deadline);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            if (deadline.IsCancellationRequested) throw new TimeoutException($"did not happen within {Bench.Deadline}: {what}");
            await pause.WaitForNextTickAsync();
        }
    }
}
