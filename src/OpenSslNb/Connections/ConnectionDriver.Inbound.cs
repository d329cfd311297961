using OpenSslNb.Engine;
using OpenSslNb.Transport;

namespace OpenSslNb.Connections;

/// <content>What comes in: delivered at once, or kept within a bound while the application has paused and a renegotiation needs a read.</content>
internal sealed partial class ConnectionDriver
{
    // Data that a forced read brought in while reading was paused; delivered first when it is resumed.
    private ByteFifo _inbound;

    // The peer's close_notify was met behind data that is still kept.
    private bool _owesPeerClosed;

    // What the application asked for last; applied in the next turn.
    private volatile bool _pauseRequested;

    // The connection is about to end: what is still readable goes to the application, whatever it asked for.
    private bool _readsToTheEnd;

    /// <summary>The application takes no more for now. From any thread.</summary>
    public void PauseReading()
    {
        _trace?.Application(TlsTraceEvent.ReadingPaused);
        RequestReading(pause: true);
    }

    /// <summary>The application takes data again. From any thread.</summary>
    public void ResumeReading()
    {
        _trace?.Application(TlsTraceEvent.ReadingResumed);
        RequestReading(pause: false);
    }

    private bool IsReadingPaused => _machine.Operations.ReadPermission != ReadPermission.Always;

    // How much one delivery may bring.
    private int ReadRoom => IsReadingPaused && !_closing ? Math.Min(_options.InboundLimit - _inbound.Length, LoopBuffersSize) : LoopBuffersSize;

    private static int LoopBuffersSize => LoopBuffers.PlaintextSize;

    private void RequestReading(bool pause)
    {
        _pauseRequested = pause;
        Request(Requests.Reading);
    }

    private void ApplyReading()
    {
        if (_pauseRequested)
        {
            PermitKeeping();
            return;
        }

        _machine.PermitReading(ReadPermission.Always);
        DeliverKept();
    }

    private void DeliverKept()
    {
        while (_inbound.Length > 0 && !IsReadingPaused)
        {
            // Copied out first: the callback may pause again, and more may be kept then.
            Span<byte> plaintext = _resources.Buffers.Plaintext;
            int count = _inbound.Take(plaintext);
            CallReceived(plaintext[..count]);
            if (_pauseRequested) PermitKeeping();
        }

        if (_inbound.Length == 0 && _owesPeerClosed) OnPeerClosed();
    }

    // The connection has ended by itself: what was kept is still the application's.
    private void DeliverKeptAtEnd()
    {
        while (_inbound.Length > 0)
        {
            Span<byte> plaintext = _resources.Buffers.Plaintext;
            CallReceived(plaintext[.._inbound.Take(plaintext)]);
        }
    }

    private void Deliver(ReadOnlySpan<byte> data)
    {
        if (!IsReadingPaused)
        {
            CallReceived(data);
            if (_pauseRequested) PermitKeeping();
            return;
        }

        // After Close nobody waits for data any more; it is read only to find the peer's close_notify.
        if (_closing) return;
        _inbound.Append(data);
        PermitKeeping();
    }

    private void StopPausing()
    {
        _readsToTheEnd = true;
        _machine.PermitReading(ReadPermission.Always);
        DeliverKept();
    }

    private void PermitKeeping()
    {
        if (_readsToTheEnd) return;

        // Only while a whole record fits: OpenSSL must not be left with half of one in the middle of a renegotiation.
        bool fits = _options.InboundLimit - _inbound.Length >= OutboundChunk.Capacity;
        _machine.PermitReading(_closing ? ReadPermission.Always : fits ? ReadPermission.WhenNeeded : ReadPermission.Never);
    }

    private void CallReceived(ReadOnlySpan<byte> data)
    {
        _trace?.Application(TlsTraceEvent.Delivered, data.Length);
        try
        {
            _handler.OnReceived(_connection, data);
        }
        catch (Exception e)
        {
            _machine.Fail(new CloseOutcome(CloseReason.CallbackFailed, e));
        }
    }

    private void OnPeerClosed()
    {
        // Behind the data that came before it, and not while the application takes nothing.
        _owesPeerClosed = _inbound.Length > 0 || (IsReadingPaused && !_closing);
        if (_owesPeerClosed) return;
        _trace?.Application(TlsTraceEvent.PeerClosed);
        Call(static (handler, connection) => handler.OnPeerClosed(connection));
    }
}
