using System.Net;

namespace OpenSslNb.Cli;

/// <summary>What is one loop's own in <c>serve</c>: the loop, the certificate's objects and the context in OpenSSL, the listener, the connections. Loops meet in nothing but the limit on connections.</summary>
internal sealed class ServeLoop : IDisposable
{
    private readonly ServePlan _plan;

    // The loop's thread's.
    private readonly Dictionary<TlsConnection, Protocols.ProtocolHandler> _live = [];
    private readonly CrowdMemory _memory = new();
    private bool _isStopping;
    private ServeState? _state;
    private TlsListener? _listener;

    private ServeLoop(ServePlan plan, ServeLoop? first)
    {
        _plan = plan;
        Loop = plan.CreateLoop();
        try
        {
            _state = plan.Load(first?.Context);
            Loop.UnhandledCallbackException += e => Console.Error.WriteLine($"opensslnb: {e.Message}");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public EventLoop Loop { get; }

    public TlsContext Context => _state!.Context;

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => _listener!.EndPoint;

    /// <summary>Makes the loops; they listen at one address.</summary>
    /// <returns>Started, in order.</returns>
    public static ServeLoop[] StartAll(ServePlan plan, int count, IPEndPoint endPoint) => LoopGroup.Start<ServeLoop>(count, endPoint, first => new ServeLoop(plan, first), (loop, at) => loop.Listen(at));

    /// <summary>Reads the certificates of all loops again. Either all of them serve with the new ones from then on, or, when one is no good, nothing changes.</summary>
    /// <exception cref="Exception">What was no good.</exception>
    public static void ReloadAll(IReadOnlyList<ServeLoop> loops)
    {
        ServeState[] renewed = LoopGroup.LoadAll(loops, loop => loop._plan.Load(loops[0].Context, isReload: true));
        for (int i = 0; i < renewed.Length; i++) loops[i].Take(renewed[i]);
    }

    private void Take(ServeState renewed)
    {
        _listener!.ReplaceContext(renewed.Context);
        _state!.Dispose();
        _state = renewed;
    }

    /// <summary>Accepts no more, and lets the connections end in good order. Completes when the last has ended.</summary>
    public async Task FinishAsync()
    {
        _listener!.Dispose();
        var closing = new TaskCompletionSource<Task[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool posted = Loop.Post(() =>
        {
            _isStopping = true;
            closing.SetResult([.. _live.Keys.Select(connection => connection.Closed)]);

            foreach ((TlsConnection connection, Protocols.ProtocolHandler handler) in _live) Loop.Post(() => handler.Finish(connection));
        });
        if (posted) await Task.WhenAll(await closing.Task);
    }

    public void Dispose()
    {
        _listener?.Dispose();
        Loop.Dispose();
        _state?.Dispose();
    }

    private IPEndPoint Listen(IPEndPoint endPoint)
    {
        _listener = TlsListener.Start(Loop, endPoint, Context, Accept, _plan.Listener);
        return EndPoint;
    }

    private Served Accept(TlsConnection connection)
    {
        Protocols.ProtocolHandler handler = Protocols.Create(_plan.Protocol, _plan.Listener.Connection.OutboundLimit, _plan.File);
        _live.Add(connection, handler);
        _memory.OnAccepted(_live.Count);
        if (_isStopping) connection.Dispose();
        return new Served(_plan, Loop, handler, () => Forget(connection));
    }

    private void Forget(TlsConnection connection)
    {
        _live.Remove(connection);
        _memory.OnEnded(_live.Count);
    }
}
