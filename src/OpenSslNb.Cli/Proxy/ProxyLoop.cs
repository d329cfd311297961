using System.Net;

namespace OpenSslNb.Cli.Proxy;

/// <summary>What is one loop's own in <c>proxy</c>: the loop, its contexts, its listener, its pairs.</summary>
internal sealed class ProxyLoop : IDisposable
{
    private readonly ProxyPlan _plan;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The loop's thread's, once it listens.
    private readonly HashSet<Pair> _pairs = [];
    private readonly CrowdMemory _memory = new();
    private readonly HashSet<HostPort> _unreachable = [];
    private ProxyState _state;
    private bool _isDraining;

    // One of the two.
    private TlsListener? _tlsListener;
    private PlainListener? _plainListener;

    private ProxyLoop(ProxyPlan plan, Routes routes, ProxyLoop? first)
    {
        _plan = plan;
        _state = plan.Load(routes, first?._state.Server);
        try
        {
            Loop = plan.CreateLoop();
            Loop.UnhandledCallbackException += e => Console.Error.WriteLine($"opensslnb: {e.Message}");
        }
        catch
        {
            _state.Dispose();
            throw;
        }
    }

    public EventLoop Loop { get; }

    public ProxyFigures Figures { get; } = new();

    public IPEndPoint EndPoint => _tlsListener?.EndPoint ?? _plainListener!.EndPoint;

    public bool RoutesByName => _plan.Mode == ProxyMode.PassThrough;

    public ProxyProtocolVersion? SentProxyVersion => _plan.SentProxyVersion;

    /// <summary>Makes the loops; they listen at one address.</summary>
    public static async Task<ProxyLoop[]> StartAllAsync(ProxyPlan plan, int count, IPEndPoint endPoint)
    {
        Routes routes = await plan.ResolveAsync();
        return LoopGroup.Start<ProxyLoop>(count, endPoint, first => new ProxyLoop(plan, routes, first), (loop, at) => loop.Listen(at));
    }

    /// <summary>Reads files again and looks names up again. All loops go on with the new ones, or, when something is no good, nothing changes.</summary>
    /// <exception cref="Exception">What was no good.</exception>
    public static async Task ReloadAllAsync(IReadOnlyList<ProxyLoop> loops)
    {
        Routes routes = await loops[0]._plan.ResolveAsync();
        ProxyState[] renewed = LoopGroup.LoadAll(loops, loop => loop._plan.Load(routes, loops[0]._state.Server));
        for (int i = 0; i < renewed.Length; i++) await loops[i].TakeAsync(renewed[i]);
    }

    /// <summary>The target's side, on its way.</summary>
    /// <exception cref="IOException">It cannot even be begun.</exception>
    public ISide Connect(Target target, ISideObserver observer, ProxyHeader? header)
    {
        var watched = new WatchedTarget(this, target, observer);
        if (_plan.Mode != ProxyMode.Originate)
        {
            PlainSide plain = PlainSide.Connecting(Loop, target.EndPoint, _plan.Target, _plan.Listener.Connection);
            watched.Opened = () =>
            {
                plain.EndBeginning();
                if (header is not null) _ = plain.TrySend(header.ToBytes());
            };
            plain.Observer = watched;
            plain.Begin();
            return plain;
        }

        ProxyState state = _state;
        state.BeginAttempt();
        var tls = new TlsTargetSide(_plan.Files.Log) { Observer = watched };
        tls.Connect(Loop, target.At, state.Client!, _plan.Connect with { ProxyHeader = header, ServerName = _plan.Connect.ServerName ?? target.At.Host }, state.EndAttempt);
        return tls;
    }

    public Target? Find(string? name) => _state.Routes.Find(name);

    /// <summary>Says it once, until the target answers again.</summary>
    public void OnUnreachable(Target target, string why)
    {
        Figures.CountUnreachable();
        if (_unreachable.Add(target.At)) Console.Error.WriteLine($"opensslnb: no connection to {target.At.Host}:{target.At.Port}: {why}");
    }

    public void OnEnded(Pair pair)
    {
        Figures.CountEnd(pair.Failure?.Reason ?? CloseReason.None);
        _pairs.Remove(pair);
        _memory.OnEnded(_pairs.Count);
        if (_isDraining && _pairs.Count == 0) _drained.TrySetResult();
    }

    /// <summary>Accepts no more, and waits for the last pair to end, up to a time.</summary>
    public async Task DrainAsync(Task giveUp)
    {
        _tlsListener?.Dispose();
        _plainListener?.RequestStop();
        bool isPosted = Loop.Post(() =>
        {
            _isDraining = true;
            if (_pairs.Count == 0) _drained.TrySetResult();
        });
        if (!isPosted) return;
        await Task.WhenAny(_drained.Task, giveUp);
        var aborted = new CloseOutcome(CloseReason.ShutdownTimeout);
        _ = Loop.Post(() =>
        {
            foreach (Pair pair in _pairs.ToArray()) pair.Abort(aborted);
        });
    }

    public void Dispose()
    {
        _tlsListener?.Dispose();
        _plainListener?.RequestStop();
        Loop.Dispose();
        _state.Dispose();
    }

    private IPEndPoint Listen(IPEndPoint endPoint)
    {
        if (_plan.Mode == ProxyMode.Terminate) _tlsListener = TlsListener.Start(Loop, endPoint, _state.Server!, AcceptTls, _plan.Listener);
        else _plainListener = PlainListener.Start(Loop, endPoint, _plan.Listener, _plan.Client, AcceptPlain);
        return EndPoint;
    }

    private async Task TakeAsync(ProxyState renewed)
    {
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isPosted = Loop.Post(() =>
        {
            if (renewed.Server is not null) _tlsListener!.ReplaceContext(renewed.Server);
            ProxyState old = _state;
            _state = renewed;
            old.Retire();
            taken.SetResult();
        });
        if (isPosted) await taken.Task;
        else renewed.Dispose();
    }

    private TlsClientSide AcceptTls(TlsConnection connection)
    {
        var client = new TlsClient(connection, _plan.Files.Log);
        client.TlsSide.Observer = Join(client);
        return client.TlsSide;
    }

    private void AcceptPlain(PlainClient client, PlainSide side) => side.Observer = Join(client);

    private ISideObserver Join(IClient client)
    {
        var pair = new Pair(this, client);
        _pairs.Add(pair);
        _memory.OnAccepted(_pairs.Count);
        Figures.CountBegin();
        return pair.ClientObserver;
    }

    // Notices whether the target can be reached.
    private sealed class WatchedTarget(ProxyLoop loop, Target target, ISideObserver inner) : ISideObserver
    {
        private bool _hasOpened;

        /// <summary>Runs before anybody else hears that it is open.</summary>
        public Action? Opened { get; set; }

        public void OnOpened()
        {
            _hasOpened = true;
            if (loop._unreachable.Remove(target.At)) Console.Error.WriteLine($"opensslnb: {target.At.Host}:{target.At.Port} answers again");
            Opened?.Invoke();
            inner.OnOpened();
        }

        public void OnReceived(ReadOnlySpan<byte> data) => inner.OnReceived(data);

        public void OnPeerClosed() => inner.OnPeerClosed();

        public void OnRoom() => inner.OnRoom();

        public void OnClosed(CloseOutcome? failure)
        {
            if (!_hasOpened && failure is { Reason: not (CloseReason.Aborted or CloseReason.Disposed) }) loop.OnUnreachable(target, failure.ToString());
            inner.OnClosed(failure);
        }
    }
}
