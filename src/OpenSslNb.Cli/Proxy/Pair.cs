namespace OpenSslNb.Cli.Proxy;

/// <summary>A client and its target: two sides and the two flows between them. Whatever fails on the one side ends the other with RST, so that nobody takes a part for the whole. The loop's thread alone.</summary>
internal sealed class Pair
{
    private readonly ProxyLoop _loop;
    private readonly IClient _client;
    private readonly Flow _toTarget;

    // Null unless the client's first bytes say where to go.
    private HelloReader? _hello;
    private Flow? _toClient;
    private ISide? _target;
    private int _living = 1;
    private bool _hasEnded;
    private CloseOutcome? _failure;

    public Pair(ProxyLoop loop, IClient client)
    {
        _loop = loop;
        _client = client;
        _toTarget = new Flow(client.Side);
        if (loop.RoutesByName) _hello = new HelloReader();
    }

    /// <summary>Told by the client's side.</summary>
    public ISideObserver ClientObserver => new OfClient(this);

    /// <summary>Why the pair has ended; null while it lives, and when it ended in good order.</summary>
    public CloseOutcome? Failure => _failure;

    /// <summary>Ends both sides.</summary>
    public void Abort(CloseOutcome reason)
    {
        _failure ??= reason;
        if (_target is { } target) target.Abort();
        _client.Side.Abort();
    }

    private void OnClientOpened()
    {
        if (_hello is not null) return;
        Connect(_loop.Find(null), null);
    }

    private void OnClientReceived(ReadOnlySpan<byte> data)
    {
        _loop.Figures.CountToTarget(data.Length);
        _toTarget.OnReceived(data);
        if (_hello is not { } hello) return;
        try
        {
            hello.Take(data);
        }
        catch (FormatException e)
        {
            Abort(new CloseOutcome(CloseReason.ProtocolError, e));
            return;
        }

        if (!hello.IsComplete) return;
        _hello = null;
        Connect(_loop.Find(hello.Name), hello.Name);
    }

    private void Connect(Target? target, string? name)
    {
        // What comes before the target is there stays with the client.
        _client.Side.PauseReading();
        _client.EndBeginning();
        if (target is null)
        {
            Abort(new CloseOutcome(CloseReason.ConnectFailed, new IOException("no route has this name, and there is no default")));
            return;
        }

        try
        {
            _living++;
            _target = _loop.Connect(target, new OfTarget(this), _client.DescribeFor(_loop.SentProxyVersion, name));
            _toClient = new Flow(_target);
        }
        catch (IOException e)
        {
            _living--;
            _loop.OnUnreachable(target, e.Message);
            Abort(new CloseOutcome(CloseReason.ConnectFailed, e));
        }
    }

    private void OnTargetOpened()
    {
        _toClient!.Open(_client.Side);
        _toTarget.Open(_target!);
    }

    private void OnTargetReceived(ReadOnlySpan<byte> data)
    {
        _loop.Figures.CountToClient(data.Length);
        _toClient!.OnReceived(data);
    }

    private void OnClosed(ISide? other, CloseOutcome? failure)
    {
        _living--;
        _failure ??= failure;
        if (failure is not null) other?.Abort();

        // The other side may have ended in that very call, and the pair with it.
        if (_living > 0 || _hasEnded) return;
        _hasEnded = true;
        _toTarget.Dispose();
        _toClient?.Dispose();
        _loop.OnEnded(this);
    }

    private sealed class OfClient(Pair pair) : ISideObserver
    {
        public void OnOpened() => pair.OnClientOpened();

        public void OnReceived(ReadOnlySpan<byte> data) => pair.OnClientReceived(data);

        public void OnPeerClosed()
        {
            // Nobody can tell any more where it should have gone.
            if (pair._hello is not null) pair.Abort(new CloseOutcome(CloseReason.Truncated, new EndOfStreamException("the client closed before its ClientHello was complete")));
            else pair._toTarget.OnEnded();
        }

        public void OnRoom() => pair._toClient!.OnRoom();

        public void OnClosed(CloseOutcome? failure) => pair.OnClosed(pair._target, failure);
    }

    private sealed class OfTarget(Pair pair) : ISideObserver
    {
        public void OnOpened() => pair.OnTargetOpened();

        public void OnReceived(ReadOnlySpan<byte> data) => pair.OnTargetReceived(data);

        public void OnPeerClosed() => pair._toClient!.OnEnded();

        public void OnRoom() => pair._toTarget.OnRoom();

        public void OnClosed(CloseOutcome? failure) => pair.OnClosed(pair._client.Side, failure);
    }
}
