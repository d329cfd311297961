using System.Net;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;
using OpenSslNb.Loop;
using OpenSslNb.Transport;

namespace OpenSslNb.Connections;

/// <summary>
/// Happy Eyeballs (RFC 8305 §5): addresses are tried one after another, the next one as soon as one fails or has taken too long; the first that connects wins, the others are closed.
/// </summary>
internal sealed class ConnectRace(EventLoop loop, string host, TlsContext context, TlsConnectionHandler handler, TlsConnectOptions options)
{
    private readonly TaskCompletionSource<TlsConnection> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<ConnectAttempt> _running = [];
    private readonly List<Exception> _failures = [];
    private IReadOnlyList<IPEndPoint> _endPoints = [];
    private LoopTimer? _nextAttempt;
    private TlsConnection? _connection;
    private int _next;

    // The race is over, won or lost. The loop's thread alone.
    private bool _isOver;

    /// <summary>The connection, once somebody has won. The loop's thread alone.</summary>
    public TlsConnection? Connection => _connection;

    /// <summary>True when the race for the TCP connection is won or lost. The loop's thread alone.</summary>
    public bool IsOver => _isOver;

    /// <summary>Runs the race. Once.</summary>
    public Task<TlsConnection> RunAsync(IReadOnlyList<IPEndPoint> endPoints)
    {
        _endPoints = endPoints;
        if (!loop.Post(new FirstVisit(this))) LoseLoop();
        return _result.Task;
    }

    /// <summary>Ends the race, or the handshake that followed it. From any thread.</summary>
    public void Cancel() => _ = loop.Post(CancelOnLoop);

    /// <summary>The time for the TCP connection is over: ends the race if nobody has won it. The handshake has a deadline of its own. From any thread.</summary>
    public void Expire() => _ = loop.Post(() =>
    {
        if (_connection is null) CancelOnLoop();
    });

    /// <summary>An attempt has ended: <paramref name="errno"/> is 0 when it has connected.</summary>
    public void OnAttemptEnded(ConnectAttempt attempt, int errno)
    {
        _running.Remove(attempt);
        if (errno == 0)
        {
            SocketHandle socket = attempt.TakeSocket();
            Finish();
            BeginTls(socket);
            return;
        }

        attempt.Close();
        Failed(attempt.EndPoint, new IOException($"connect failed: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})"));
        TryNext();
    }

    /// <summary>The loop stops under the race.</summary>
    public void OnLoopStopping() => Lose(new CloseOutcome(CloseReason.Disposed));

    private void CancelOnLoop()
    {
        if (!_result.TrySetCanceled()) return;
        Finish();
        _connection?.Abort();
    }

    private void LoseLoop() => Lose(new CloseOutcome(CloseReason.LocalError, new ObjectDisposedException(nameof(EventLoop), "the loop has stopped")));

    private void Start()
    {
        _nextAttempt = new ActionTimer(TryNext);
        TryNext();
    }

    private void TryNext()
    {
        if (_isOver) return;
        while (_next < _endPoints.Count)
        {
            IPEndPoint endPoint = _endPoints[_next++];
            if (!Begin(endPoint)) continue;
            if (!_isOver && _next < _endPoints.Count) loop.Arm(_nextAttempt!, options.AttemptDelay);
            return;
        }

        if (_running.Count == 0) Lose(new CloseOutcome(CloseReason.ConnectFailed, _failures.Count == 1 ? _failures[0] : new AggregateException("every address failed", _failures)));
    }

    // False when this address failed at once.
    private bool Begin(IPEndPoint endPoint)
    {
        SocketHandle? socket = null;
        ConnectAttempt? attempt = null;
        try
        {
            socket = SocketHandle.CreateTcp(endPoint.AddressFamily);
            ConnectionStart.Prepare(socket, options.Connection);
            int errno = socket.Connect(endPoint);
            if (errno is not (0 or Errno.EINPROGRESS or Errno.EINTR)) throw new IOException($"connect failed: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})");

            attempt = new ConnectAttempt(this, loop, endPoint, socket);
            attempt.Start();
            _running.Add(attempt);
            return true;
        }
        catch (IOException e)
        {
            if (attempt is null) socket?.Dispose();
            else attempt.Close();
            Failed(endPoint, e);
            return false;
        }
    }

    private void Failed(IPEndPoint endPoint, Exception e) => _failures.Add(new IOException($"{endPoint}: {e.Message}", e));

    private void BeginTls(SocketHandle socket)
    {
        try
        {
            _connection = new TlsConnection(loop, socket, context, options.Connection, options.ServerName ?? host, options.Session);
        }
        catch (Exception e)
        {
            socket.Dispose();
            Lose(new CloseOutcome(CloseReason.LocalError, e));
            return;
        }

        if (options.ProxyHeader is { } header) _connection.SendProxyHeader(header);

        // A name may stand for several services: each port has its own sessions.
        if (context.Sessions is not null) _connection.ResumeAs($"{options.ServerName ?? host}:{_endPoints[0].Port}");
        _connection.OfferEarlyData(options.EarlyData, options.ResendEarlyData);
        _connection.Begin(new OpeningHandler(handler, _result, host));
    }

    private void Lose(CloseOutcome outcome)
    {
        Finish();
        _result.TrySetException(new TlsConnectException($"no connection to {host}: {outcome}", outcome));
    }

    private void Finish()
    {
        _isOver = true;
        if (_nextAttempt is not null) loop.Disarm(_nextAttempt);
        _running.ForEach(a => a.Close());
        _running.Clear();
    }

    // An item of its own: a loop that stops before it has seen the race must still end it.
    private sealed class FirstVisit(ConnectRace race) : InboxItem
    {
        protected internal override void RunOnLoop()
        {
            try
            {
                race.Start();
            }
            catch (Exception e)
            {
                race.Lose(new CloseOutcome(CloseReason.LocalError, e));
            }
        }

        protected internal override void OnAbandoned() => race.LoseLoop();
    }

    // Completes the task when the handshake has ended, one way or the other; the application's handler hears everything first.
    private sealed class OpeningHandler(TlsConnectionHandler inner, TaskCompletionSource<TlsConnection> opened, string host) : TlsConnectionHandler
    {
        public override void OnOpened(TlsConnection connection)
        {
            inner.OnOpened(connection);
            opened.TrySetResult(connection);
        }

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data) => inner.OnReceived(connection, data);

        public override void OnPeerClosed(TlsConnection connection) => inner.OnPeerClosed(connection);

        public override void OnLowWater(TlsConnection connection) => inner.OnLowWater(connection);

        public override void OnClosed(TlsConnection connection, CloseOutcome outcome)
        {
            inner.OnClosed(connection, outcome);
            opened.TrySetException(new TlsConnectException($"the handshake with {host} failed: {outcome}", outcome));
        }
    }
}

/// <summary>One address that is being connected to.</summary>
internal sealed class ConnectAttempt(ConnectRace race, EventLoop loop, IPEndPoint endPoint, SocketHandle socket) : LoopSource
{
    private SocketHandle? _socket = socket;

    public IPEndPoint EndPoint { get; } = endPoint;

    internal override int Fd => _socket!.Fd;

    public void Start()
    {
        loop.Attach(this);
        loop.SetInterest(this, Interest.Write);
    }

    /// <summary>Hands the connected socket over.</summary>
    public SocketHandle TakeSocket()
    {
        SocketHandle taken = _socket!;
        loop.Detach(this);
        _socket = null;
        return taken;
    }

    public void Close()
    {
        loop.Detach(this);
        _socket?.Dispose();
        _socket = null;
    }

    protected internal override void OnReady(Interest ready, bool hungUp) => race.OnAttemptEnded(this, _socket!.TakeError());

    protected internal override void OnTurn()
    {
        // Readiness is all it works by.
    }

    protected internal override void RunOnLoop()
    {
        // Never posted.
    }

    protected internal override void OnFault(Exception exception) => loop.ReportUnhandled(exception);

    protected internal override void OnLoopStopping() => race.OnLoopStopping();
}
