using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Sends without end, until told to stop, while it keeps what comes: both directions are always busy.</summary>
internal sealed class PushHandler : TlsConnectionHandler
{
    private const int Block = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly byte[] _pattern;
    private readonly MemoryStream _received = new();
    private TlsConnection _connection = null!;
    private long _sent;
    private bool _stopRequested;
    private bool _stopped;

    /// <param name="pattern">Sent again and again; at least one block long.</param>
    public PushHandler(byte[] pattern) => _pattern = pattern[..(pattern.Length / Block * Block)];

    public long ReceivedLength
    {
        get { lock (_gate) return _received.Length; }
    }

    public byte[] Received
    {
        get { lock (_gate) return _received.ToArray(); }
    }

    /// <summary>Ends the sending and waits for that.</summary>
    /// <returns>How much was sent: the pattern, again and again.</returns>
    public async Task<long> StopPushingAsync()
    {
        lock (_gate) _stopRequested = true;
        _connection.Loop.Post(() => Push(_connection));
        await Eventually.BecomesTrue(() => Volatile.Read(ref _stopped), "the push ends");
        return _sent;
    }

    /// <summary>Ends the sending and waits for that; for those who take little.</summary>
    /// <returns>All that was sent.</returns>
    public async Task<byte[]> StopAsync()
    {
        await StopPushingAsync();
        byte[] all = new byte[_sent];
        for (int i = 0; i < all.Length; i += Block) _pattern.AsSpan(i % _pattern.Length, Block).CopyTo(all.AsSpan(i));
        return all;
    }

    public override void OnOpened(TlsConnection connection)
    {
        _connection = connection;
        Push(connection);
    }

    public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
    {
        lock (_gate) _received.Write(data);
    }

    public override void OnLowWater(TlsConnection connection) => Push(connection);

    private void Push(TlsConnection connection)
    {
        while (!IsStopRequested() && connection.TrySend(_pattern.AsSpan((int)(_sent % _pattern.Length), Block)) == SendResult.Queued) _sent += Block;
        Volatile.Write(ref _stopped, IsStopRequested());
    }

    private bool IsStopRequested()
    {
        lock (_gate) return _stopRequested;
    }
}
