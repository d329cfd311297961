using OpenSslNb.Metrics;

namespace OpenSslNb.Connections;

/// <content>What metrics tell of a connection: its beginning, the end of its handshake, its end.</content>
internal sealed partial class ConnectionDriver
{
    // Null when nobody wants to know how long the handshake takes.
    private long? _handshakeBegan;
    private bool _isHandshakeCounted;

    private LoopFigures Figures => _loop.Figures;

    private void CountBegin()
    {
        Figures.Begun++;
        _handshakeBegan = Figures.StampHandshake();
    }

    // Once, with the first that is known; the machine counts those that succeed.
    private void CountHandshake(CloseReason failure)
    {
        if (_isHandshakeCounted) return;
        _isHandshakeCounted = true;
        if (failure != CloseReason.None) Figures.CountFailedHandshake(failure);
        if (_handshakeBegan is { } began) Figures.RecordHandshake(began, failure);
    }

    private void CountEnd(CloseReason reason)
    {
        CountHandshake(reason);
        Figures.CountEnd(reason);
    }
}
