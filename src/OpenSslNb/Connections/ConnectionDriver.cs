using OpenSslNb.Engine;
using OpenSslNb.Interop;
using OpenSslNb.Loop;
using OpenSslNb.OpenSsl;
using OpenSslNb.Transport;

namespace OpenSslNb.Connections;

/// <summary>
/// One connection on its loop: gives the machine its turns, the transport its readiness, and the handler its callbacks. Other threads reach it through posted data and request flags only.
/// </summary>
/// <remarks>
/// <code>
///  Active ──► Lingering ──► Ended
///    │  TLS is over; the last bytes go out and FIN behind them; what still comes in is dropped, so that close() sends no RST that would destroy them
///    └────────────────────► Ended
/// </code>
/// </remarks>
internal sealed partial class ConnectionDriver : LoopSource
{
    private const SslOperations WriteSide = SslOperations.Handshake | SslOperations.Write | SslOperations.Shutdown;

    private readonly EventLoop _loop;
    private readonly LoopResources _resources;
    private readonly TlsConnection _connection;
    private readonly TlsConnectionOptions _options;
    private readonly SocketHandle _socket;
    private readonly SslInstance _instance;
    private readonly SslMachine<SslCalls> _machine;
    private readonly CiphertextTransport _transport;

    // Null unless somebody looks on.
    private readonly ConnectionTrace? _trace;

    // Set by Begin, before anything can happen.
    private TlsConnectionHandler _handler = null!;
    private Action? _onEnded;
    private Phase _phase;

    // Null unless somebody wants to know.
    private readonly HandshakeFlights? _flights;
    private bool _inTurn;

    public ConnectionDriver(TlsConnection connection, EventLoop loop, SocketHandle socket, TlsContext context, TlsConnectionOptions options, string? peerName, SafeSslSessionHandle? session)
    {
        _connection = connection;
        _loop = loop;
        _resources = LoopResources.Of(loop);
        _options = options;
        _socket = socket;
        _outboundGuard = new Lock();
        _posted = new OutboundQueue(_resources.Chunks);
        _transport = options.Transport == TransportKind.SocketFd
            ? new SocketFdTransport(socket.Fd)
            : new BufferedSocketTransport(socket.Fd, _resources.Buffers, options.CiphertextLimit);
        _instance = CreateInstance(context, _transport, peerName, session);
        if (options.Memory == MemoryPolicy.Memory) _instance.ReleaseBuffersAtOnce();
        if (options.Trace is { } trace) _instance.ObserveMessages(_trace = new ConnectionTrace(trace, connection, loop));
        _machine = new SslMachine<SslCalls>(new SslCalls(_instance), new OutboundQueue(_resources.Chunks), _resources.Counters, _trace);
        _deadline = new Deadline(this);
        if (options.TimeHandshake) _flights = new HandshakeFlights();
        LimitFirstRecords();
        if (context.Options.AsksApplication) _instance.Answered = OnAnswered;
    }

    private static SslInstance CreateInstance(TlsContext context, CiphertextTransport transport, string? peerName, SafeSslSessionHandle? session)
    {
        var instance = new SslInstance(context, transport);
        try
        {
            if (peerName is not null) instance.SetPeerName(peerName);
            if (session is not null) instance.OfferSession(session);
            return instance;
        }
        catch
        {
            instance.Dispose();
            throw;
        }
    }

    private enum Phase : byte
    {
        Active = 0,
        Lingering,
        Ended,
    }

    internal override int Fd => _socket.Fd;

    /// <summary>Where TLS is. Exact on the loop's thread, a snapshot elsewhere.</summary>
    public ConnectionState State => _machine.State;

    public bool IsServer => _instance.Context.IsServer;

    public bool AllowsRenegotiation => _instance.Context.AllowsRenegotiation;

    /// <summary>Puts the connection on its loop and begins the handshake. On the loop's thread, once.</summary>
    public void Begin(TlsConnectionHandler handler, Action? onEnded)
    {
        _handler = handler;
        _onEnded = onEnded;
        _loop.Attach(this);
        CountBegin();
        _trace?.Application(TlsTraceEvent.Begun);
        _lastProgress = _lastSent = _loop.Now;
        _flights?.Begin(_loop.Now);
        ArmDeadline();
        try
        {
            RunTurn();
        }
        catch (Exception e)
        {
            OnFault(e);
        }
    }

    /// <summary>How things stand right now. On the loop's thread, between two turns.</summary>
    public ConnectionSnapshot Inspect() => new(
        _phase == Phase.Active,
        _phase == Phase.Ended,
        _machine.Operations,
        _machine.State,
        Registered,
        WantedInterest,
        _transport.Unsent,
        _transport.HasBufferedInput,
        _inbound.Length,
        OnReadyList || HasRequests || Volatile.Read(ref _isPosted) == 1,
        _isWarm);

    /// <summary>Before <see cref="Begin"/>: offers what the context remembers of this peer.</summary>
    public void ResumeAs(string key) => _instance.ResumeAs(key);

    /// <summary>The session as it is now; null when there is none. On the loop's thread, while the connection lives.</summary>
    public SafeSslSessionHandle? TakeSession() => _phase == Phase.Ended ? null : _instance.TakeSession();

    /// <summary>What the client said first, if it is kept. From any thread.</summary>
    public TlsClientHello? ClientHello => _instance.KeptHello;

    /// <summary>What has passed so far. From any thread.</summary>
    public TlsConnectionStatistics GetStatistics() => new()
    {
        BytesReceived = Volatile.Read(ref _machine.Figures.BytesRead),
        BytesSent = Volatile.Read(ref _machine.Figures.BytesWritten),
        RecordsReceived = Volatile.Read(ref _machine.Figures.RecordsRead),
        RecordsSent = Volatile.Read(ref _machine.Figures.RecordsWritten),
        CiphertextReceived = (long)_transport.BytesTaken,
        CiphertextSent = SentBytes,
        ReadWants = Volatile.Read(ref _machine.Figures.ReadWants),
        WriteWants = Volatile.Read(ref _machine.Figures.WriteWants),
        OtherWants = Volatile.Read(ref _machine.Figures.OtherWants),
        CrossedWants = Volatile.Read(ref _machine.Figures.CrossedWants),
        Flights = _flights?.All ?? [],
    };

    /// <summary>Frees a connection that was never begun, without a callback.</summary>
    public void Discard()
    {
        _phase = Phase.Ended;
        DropOutbound();
        _instance.Dispose();
        _socket.Dispose();
    }

    protected internal override void OnReady(Interest ready, bool hungUp)
    {
        _trace?.Ready(ready);
        if (_phase == Phase.Active)
        {
            if ((ready & Interest.Read) != 0)
            {
                _transport.OnReadable();
                _machine.OnReadable();
            }

            // With nothing unsent there is room, whatever an operation was blocked by.
            if ((ready & Interest.Write) != 0 && (_transport.Flush() || _transport.Unsent == 0)) _machine.OnWritable();
        }

        RunTurn();
    }

    protected internal override void OnTurn() => RunTurn();

    protected internal override void RunOnLoop()
    {
        // A full fence: what was posted before the flag was set is seen below.
        Interlocked.Exchange(ref _isPosted, 0);
        if (Index >= 0) RunTurn();
    }

    protected internal override void OnFault(Exception exception) => End(new CloseOutcome(CloseReason.LocalError, exception));

    protected internal override void OnLoopStopping() => End(new CloseOutcome(CloseReason.Disposed));
}
