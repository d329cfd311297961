using OpenSslNb.Interop;
using OpenSslNb.Loop;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Transport;

namespace OpenSslNb.Native.Objects;

/// <content>How it comes about, and what C asks of it before it is there.</content>
internal sealed unsafe partial class NativeConn
{
    // Guarded by _gate until the connection is there: what C has asked for meanwhile.
    private MemoryStream? _early;
    private bool _wasFull;
    private bool _closeAsked;
    private bool _closeWriteAsked;
    private bool _isPaused;
    private int _limit;
    private CancellationTokenSource? _attempt;
    private Shared<TlsContext>? _context;

    /// <summary>C has refused it before it began.</summary>
    public bool IsAbortAsked { get; private set; }

    // An accepted connection that has not begun: there is nothing to reset yet.
    public bool IsBegun { get; set; }

    /// <summary>Begins to connect.</summary>
    public void Connect(string host, int port, Shared<TlsContext> context, TlsConnectOptions options)
    {
        _context = context.Hold();
        _limit = options.Connection.OutboundLimit;
        var attempting = new CancellationTokenSource();
        CancellationToken cancelled = attempting.Token;
        _attempt = attempting;
        IsBegun = true;

        // The loop was freed meanwhile, and C was told of the end; whoever did that has looked for what is to be released too early.
        Interlocked.MemoryBarrier();
        if (_isFinished != 0)
        {
            ReleaseStart();
            return;
        }

        Task<TlsConnection> attempt = TlsConnector.ConnectAsync(Owner.Loop, host, port, context.Value, this, options, cancelled);
        _ = attempt.ContinueWith(static (task, conn) => ((NativeConn)conn!).OnAttemptEnded(task), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Begins TLS on a socket, on the loop's thread.</summary>
    public bool Adopt(int fd, Shared<TlsContext> context, string? serverName, TlsConnectionOptions options)
    {
        _context = context.Hold();
        _limit = options.OutboundLimit;
        IsBegun = true;
        return Owner.Loop.Post(new Adoption(this, fd, context.Value, serverName, options));
    }

    /// <summary>Sends, or keeps what is sent until there is a connection.</summary>
    public SendResult Send(ReadOnlySpan<byte> data)
    {
        if (_connection is { } connection) return connection.TrySend(data);
        lock (_gate)
        {
            if (_connection is { } now) return now.TrySend(data);
            if (_closeAsked || _closeWriteAsked || _isFinished != 0) return SendResult.Closed;
            if (data.Length > _limit) throw Refusal.Argument($"{data.Length} bytes are more than the outbound limit of {_limit}");
            if ((_early?.Length ?? 0) + data.Length > _limit)
            {
                _wasFull = true;
                return SendResult.Full;
            }

            (_early ??= new MemoryStream()).Write(data);
            return SendResult.Queued;
        }
    }

    public long QueuedBytes => _connection is { } connection ? connection.QueuedBytes : EarlyLength;

    public void Close()
    {
        lock (_gate)
        {
            bool hasData = _early is { Length: > 0 };
            _closeAsked = true;
            if (_connection is null && hasData) return;
        }

        if (_connection is { } connection && IsBegun) connection.Close();
        else Cancel();
    }

    public void CloseWrite()
    {
        lock (_gate) _closeWriteAsked = true;
        _connection?.CloseWrite();
    }

    public void Abort()
    {
        if (_connection is { } connection && IsBegun) connection.Abort();
        else Cancel();
    }

    public void SetReading(bool isPaused)
    {
        lock (_gate) _isPaused = isPaused;
        if (isPaused) _connection?.PauseReading();
        else _connection?.ResumeReading();
    }

    private long EarlyLength
    {
        get { lock (_gate) return _early?.Length ?? 0; }
    }

    private void Cancel()
    {
        IsAbortAsked = true;
        try
        {
            _attempt?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended already: nothing is left to cancel.
        }
    }

    // From now on senders go to the connection itself; what they gave before goes first.
    private void PublishAndFlush(TlsConnection connection)
    {
        lock (_gate)
        {
            if (_isPaused) connection.PauseReading();
            if (_early is { Length: > 0 } early) connection.Send(early.GetBuffer().AsSpan(0, (int)early.Length));
            _early = null;
            _connection = connection;
        }
    }

    private void AfterOpened(TlsConnection connection)
    {
        if (_wasFull)
        {
            // The engine tells of low water only those whom it has refused itself.
            _wasFull = false;
            connection.Driver.AskLowWater();
        }

        if (_closeWriteAsked) connection.CloseWrite();
        if (_closeAsked) connection.Close();
    }

    private void OnAttemptEnded(Task<TlsConnection> attempt)
    {
        if (attempt.IsCompletedSuccessfully) return;
        CloseOutcome outcome = attempt.Exception?.InnerException switch
        {
            TlsConnectException failed => failed.Outcome,
            null => new CloseOutcome(CloseReason.Aborted),
            var other => new CloseOutcome(CloseReason.LocalError, other),
        };

        // Where the loop has stopped, whoever frees it tells.
        Owner.Loop.Post(() => Finish(outcome));
    }

    // onb_close gives a connection up that has not come about; the engine calls every cancelled attempt aborted.
    private CloseOutcome AsAsked(CloseOutcome outcome) => outcome.Reason == CloseReason.Aborted && _closeAsked && IsAbortAsked ? new CloseOutcome(CloseReason.Disposed) : outcome;

    private void ReleaseStart()
    {
        Interlocked.Exchange(ref _attempt, null)?.Dispose();
        Interlocked.Exchange(ref _context, null)?.Release();
    }

    private void BeginAdopted(int fd, TlsContext context, string? serverName, TlsConnectionOptions options)
    {
        SocketHandle socket = SocketHandle.Adopt(fd);
        try
        {
            var connection = new TlsConnection(Owner.Loop, socket, context, options, context.IsServer ? null : serverName);
            PublishAndFlush(connection);
            if (_closeWriteAsked) connection.CloseWrite();
            if (_closeAsked) connection.Close();
            if (IsAbortAsked) connection.Abort();
            connection.Begin(this);
        }
        catch (Exception e)
        {
            socket.Dispose();
            Finish(new CloseOutcome(CloseReason.LocalError, e));
        }
    }

    private sealed class Adoption(NativeConn conn, int fd, TlsContext context, string? serverName, TlsConnectionOptions options) : InboxItem
    {
        protected internal override void RunOnLoop() => conn.BeginAdopted(fd, context, serverName, options);

        protected internal override void OnAbandoned() => _ = LibC.close(fd);
    }
}
