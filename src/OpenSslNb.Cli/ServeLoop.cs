using System.Net;
using Microsoft.Win32.SafeHandles;
using OpenSslNb.Interop;
using OpenSslNb.Transport;

namespace OpenSslNb.Cli;

/// <summary>What is one loop's own in <c>serve</c>: the loop, the certificate's objects and the context in OpenSSL, the listener, the connections. Loops meet in nothing but the limit on connections.</summary>
internal sealed class ServeLoop : IDisposable
{
    private readonly string _protocol;
    private readonly TlsListenerOptions _options;
    private readonly ServePlan _plan;
    private ServeIdentity? _identity;

    // The loop's thread's.
    private readonly Dictionary<TlsConnection, Protocols.ProtocolHandler> _live = [];
    private bool _isStopping;
    private TlsListener? _listener;

    private ServeLoop(ServePlan plan, ServeLoop? first)
    {
        _plan = plan;
        _protocol = plan.Protocol;
        _options = plan.Listener;
        Loop = plan.CreateLoop();
        try
        {
            _identity = plan.LoadIdentity();
            Context = CreateContext(_identity, first?.Context);
            Loop.UnhandledCallbackException += e => Console.Error.WriteLine($"opensslnb: {e.Message}");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public EventLoop Loop { get; }

    public TlsContext Context { get; private set; }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => _listener!.EndPoint;

    /// <summary>Makes the loops; they listen at one address.</summary>
    /// <returns>Started, in order.</returns>
    public static ServeLoop[] StartAll(ServePlan plan, int count, IPEndPoint endPoint)
    {
        var loops = new List<ServeLoop>();
        try
        {
            // All contexts first: a certificate that is no good is told before anybody listens.
            for (int i = 0; i < count; i++) loops.Add(new ServeLoop(plan, loops.FirstOrDefault()));
            if (count > 1 && endPoint.Port != 0) RequireFree(endPoint);
            foreach (ServeLoop loop in loops)
            {
                loop.Listen(endPoint);

                // The port that the first one got is everybody's.
                endPoint = loop.EndPoint;
            }

            return [.. loops];
        }
        catch
        {
            loops.ForEach(loop => loop.Dispose());
            throw;
        }
    }

    /// <summary>For several loops on one address: that nobody else has it.</summary>
    /// <remarks>Loops share an address by <c>SO_REUSEPORT</c>, which another server of the same user would be let in by too, to take half of the connections unseen.</remarks>
    /// <exception cref="IOException">Somebody has.</exception>
    public static void RequireFree(IPEndPoint endPoint)
    {
        using var probe = SocketHandle.CreateTcp(endPoint.AddressFamily);
        probe.SetOption(LibC.SOL_SOCKET, LibC.SO_REUSEADDR, 1);
        probe.Bind(endPoint);
    }

    /// <summary>Reads the certificates of all loops again. Either all of them serve with the new ones from then on, or, when one is no good, nothing changes.</summary>
    /// <exception cref="Exception">What was no good.</exception>
    public static void ReloadAll(IReadOnlyList<ServeLoop> loops)
    {
        var renewed = new List<(ServeIdentity Identity, TlsContext Context)>();
        try
        {
            foreach (ServeLoop loop in loops)
            {
                ServeIdentity identity = loop._plan.LoadIdentity();
                try
                {
                    renewed.Add((identity, loop.CreateContext(identity, loops[0].Context)));
                }
                catch
                {
                    identity.Dispose();
                    throw;
                }
            }
        }
        catch
        {
            foreach ((ServeIdentity identity, TlsContext context) in renewed)
            {
                context.Dispose();
                identity.Dispose();
            }

            throw;
        }

        for (int i = 0; i < renewed.Count; i++) loops[i].Take(renewed[i].Identity, renewed[i].Context);
    }

    private void Take(ServeIdentity identity, TlsContext context)
    {
        _listener!.ReplaceContext(context);
        Context.Dispose();
        _identity!.Dispose();
        Context = context;
        _identity = identity;
    }

    // A client that comes again is dealt to any loop, before a reload or after it: what one context gave it must be good for all.
    private TlsContext CreateContext(ServeIdentity identity, TlsContext? ticketKeysOf)
    {
        TlsServerOptions options = identity.ApplyTo(_plan.Context);
        return TlsContext.CreateServer(options.TicketKeys is null && options.SessionStore is null ? options with { TicketKeysOf = ticketKeysOf } : options);
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
        Context?.Dispose();
        _identity?.Dispose();
    }

    private void Listen(IPEndPoint endPoint) => _listener = TlsListener.Start(Loop, endPoint, Context, Accept, _options);

    private Protocols.ProtocolHandler Accept(TlsConnection connection)
    {
        Protocols.ProtocolHandler handler = Protocols.Create(_protocol, _options.Connection.OutboundLimit, _plan.File);
        handler.Ended = connection => _live.Remove(connection);
        _live.Add(connection, handler);
        if (_isStopping) connection.Dispose();
        return handler;
    }
}

/// <summary>What the loops of <c>serve</c> have in common: how each makes its own.</summary>
/// <param name="Protocol">One of <see cref="Protocols.Names"/>.</param>
/// <param name="CreateLoop">Makes a loop.</param>
/// <param name="LoadIdentity">Reads the certificates and their keys.</param>
/// <param name="Context">Without the certificates.</param>
/// <param name="Listener">With the limit that the loops share.</param>
/// <param name="File">What the protocol <c>file</c> sends.</param>
internal sealed record ServePlan(string Protocol, Func<EventLoop> CreateLoop, Func<ServeIdentity> LoadIdentity, TlsServerOptions Context, TlsListenerOptions Listener, SafeFileHandle? File = null);
