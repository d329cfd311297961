using OpenSslNb.Transport;

namespace OpenSslNb.Cli.Proxy;

/// <summary>One direction of a pair: what comes from the one side goes to the other. While the other has no room the first is not read, so that what waits here is at most what one side gives at once.</summary>
/// <param name="from">Where bytes come from.</param>
internal sealed class Flow(ISide from) : IDisposable
{
    // Null until the other side is open.
    private ISide? _to;
    private ByteFifo _waiting;
    private bool _hasEnded;

    public void OnReceived(ReadOnlySpan<byte> data)
    {
        if (_waiting.Length == 0 && _to?.TrySend(data) == true) return;
        _waiting.Append(data);
        if (_to is not null) from.PauseReading();
    }

    /// <summary>The other side is open: it gets what has come so far.</summary>
    /// <param name="to">The other side.</param>
    public void Open(ISide to)
    {
        _to = to;
        OnRoom();
    }

    /// <summary>The other side has room.</summary>
    public void OnRoom()
    {
        if (_waiting.Length > 0)
        {
            if (!_to!.TrySend(_waiting.Bytes)) return;
            _waiting.Dispose();
        }

        if (_hasEnded) _to!.CloseWrite();
        else from.ResumeReading();
    }

    /// <summary>The stream has ended where it was meant to end: so does the other side's, behind all that waits.</summary>
    public void OnEnded()
    {
        _hasEnded = true;
        if (_to is not null && _waiting.Length == 0) _to.CloseWrite();
    }

    public void Dispose() => _waiting.Dispose();
}
