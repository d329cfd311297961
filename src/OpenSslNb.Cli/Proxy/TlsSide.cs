namespace OpenSslNb.Cli.Proxy;

/// <summary>A side with TLS.</summary>
/// <param name="log">Where its facts go when it has ended; null for nowhere.</param>
internal abstract class TlsSide(ConnectionLog? log) : TlsConnectionHandler, ISide
{
    private bool _isClosed;

    /// <summary>Set before anything happens.</summary>
    public ISideObserver Observer { get; set; } = null!;

    protected TlsConnection? Connection { get; set; }

    // A connection that is closed to sends takes everything and drops it: its end is on the way.
    public bool TrySend(ReadOnlySpan<byte> data) => Connection!.TrySend(data) != SendResult.Full;

    public void CloseWrite() => Connection?.CloseWrite();

    public virtual void Abort() => Connection?.Abort();

    public void PauseReading() => Connection?.PauseReading();

    public void ResumeReading() => Connection?.ResumeReading();

    public override void OnOpened(TlsConnection connection)
    {
        Connection = connection;
        Observer.OnOpened();
    }

    public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data) => Observer.OnReceived(data);

    // Not closed by itself: the other direction may have more to say.
    public override void OnPeerClosed(TlsConnection connection) => Observer.OnPeerClosed();

    public override void OnLowWater(TlsConnection connection) => Observer.OnRoom();

    public override void OnClosed(TlsConnection connection, CloseOutcome outcome)
    {
        log?.Write(connection, outcome, more: null);
        Close(outcome.IsOrderly ? null : outcome);
    }

    protected void Close(CloseOutcome? failure)
    {
        if (_isClosed) return;
        _isClosed = true;
        Observer.OnClosed(failure);
    }
}

/// <summary>A client that was accepted.</summary>
internal sealed class TlsClientSide : TlsSide
{
    public TlsClientSide(TlsConnection connection, ConnectionLog? log)
        : base(log) => Connection = connection;
}

/// <summary>The target, which is connected to.</summary>
internal sealed class TlsTargetSide(ConnectionLog? log) : TlsSide(log)
{
    private readonly CancellationTokenSource _cancellation = new();

    /// <summary>Begins to connect.</summary>
    /// <param name="loop">The pair's.</param>
    /// <param name="target">A name or an address.</param>
    /// <param name="context">Not disposed before <paramref name="tcpIsOver"/>.</param>
    /// <param name="options">With the PROXY header, if there is one.</param>
    /// <param name="tcpIsOver">On the loop's thread, when nothing needs the context any more.</param>
    public void Connect(EventLoop loop, HostPort target, TlsContext context, TlsConnectOptions options, Action tcpIsOver) => _ = ConnectAsync(loop, target, context, options, tcpIsOver);

    public override void Abort()
    {
        // Ends an attempt; one that has come to an end is not touched by it.
        _cancellation.Cancel();
        base.Abort();
    }

    private async Task ConnectAsync(EventLoop loop, HostPort target, TlsContext context, TlsConnectOptions options, Action tcpIsOver)
    {
        CloseOutcome? failure = null;
        try
        {
            _ = await TlsConnector.ConnectAsync(loop, target.Host, target.Port, context, this, options, _cancellation.Token).ConfigureAwait(false);
        }
        catch (TlsConnectException e)
        {
            failure = e.Outcome;
        }
        catch (OperationCanceledException)
        {
            failure = new CloseOutcome(CloseReason.Aborted);
        }
        catch (Exception e)
        {
            failure = new CloseOutcome(CloseReason.LocalError, e);
        }

        // Not heard on a loop that has stopped: it has ended the other side already.
        _ = loop.Post(() =>
        {
            tcpIsOver();
            if (failure is not null) Close(failure);
        });
    }
}
