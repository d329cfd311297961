using System.Buffers;

namespace OpenSslNb.Benchmarks.EngineServer;

/// <summary>A protocol of requests. What it cannot take yet is kept, at most one delivery of it, while TCP holds the peer back.</summary>
internal abstract class RequestHandler : TlsConnectionHandler
{
    private byte[]? _kept;
    private int _keptStart;
    private int _keptEnd;
    private bool _peerClosed;

    /// <summary>True while something is owed to the peer.</summary>
    protected virtual bool IsBusy => false;

    public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
    {
        int taken = _kept is null ? Take(connection, data) : 0;
        if (taken == data.Length) return;
        Keep(data[taken..]);
        connection.PauseReading();
    }

    public override void OnLowWater(TlsConnection connection) => Continue(connection);

    public override void OnPeerClosed(TlsConnection connection)
    {
        _peerClosed = true;
        CloseWhenDone(connection);
    }

    public override void OnClosed(TlsConnection connection, CloseOutcome outcome)
    {
        Drop();
        if (outcome.Reason is CloseReason.CloseNotify or CloseReason.Truncated or CloseReason.Reset or CloseReason.Disposed or CloseReason.ShutdownTimeout) return;
        Console.Error.WriteLine(outcome);
    }

    /// <summary>Works on what came.</summary>
    /// <returns>How many bytes were taken; the rest comes again when <see cref="Continue"/> is called.</returns>
    protected abstract int Take(TlsConnection connection, ReadOnlySpan<byte> data);

    /// <summary>There may be room again: goes on with what is owed.</summary>
    protected abstract void Resume(TlsConnection connection);

    private void Continue(TlsConnection connection)
    {
        Resume(connection);
        if (_kept is not null)
        {
            _keptStart += Take(connection, _kept.AsSpan(_keptStart, _keptEnd - _keptStart));
            if (_keptStart < _keptEnd) return;
            Drop();
            connection.ResumeReading();
        }

        CloseWhenDone(connection);
    }

    private void CloseWhenDone(TlsConnection connection)
    {
        if (_peerClosed && _kept is null && !IsBusy) connection.Close();
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        byte[] kept = ArrayPool<byte>.Shared.Rent(_keptEnd - _keptStart + data.Length);
        Span<byte> before = _kept.AsSpan(_keptStart, _keptEnd - _keptStart);
        before.CopyTo(kept);
        data.CopyTo(kept.AsSpan(before.Length));
        int length = before.Length + data.Length;
        Drop();
        _kept = kept;
        _keptEnd = length;
    }

    private void Drop()
    {
        if (_kept is not null) ArrayPool<byte>.Shared.Return(_kept);
        _kept = null;
        _keptStart = _keptEnd = 0;
    }
}
