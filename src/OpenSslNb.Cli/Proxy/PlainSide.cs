using System.Net;
using OpenSslNb.Connections;
using OpenSslNb.Interop;
using OpenSslNb.Loop;
using OpenSslNb.Transport;

namespace OpenSslNb.Cli.Proxy;

/// <summary>A side without TLS: a TCP connection on the loop, with the poller and the buffers of its TLS connections. The loop's thread alone.</summary>
/// <remarks>
/// <code>
///  Connecting ──► Preamble ──► Open ──► Ended
///      TCP         PROXY header   both directions, each until its end; from every state straight to Ended when something fails
/// </code>
/// Calls of the other side may come at any time, from inside our own callbacks too: nothing but <see cref="Abort"/> ends this side before they return.
/// </remarks>
internal sealed partial class PlainSide : LoopSource, ISide
{
    private readonly EventLoop _loop;
    private readonly SocketHandle _socket;
    private readonly PlainOptions _options;
    private readonly Action? _onEnded;
    private readonly LoopTimer _deadline;
    private Phase _phase;

    // Null when none is expected, and once it was read.
    private ReceivedProxyHeader? _preamble;
    private ByteFifo _backlog;
    private bool _isPaused;
    private bool _owesRoom;
    private bool _hasPeerClosed;
    private bool _isFinAsked;
    private bool _isFinSent;

    // What the side will end as, in a turn of its own.
    private CloseOutcome? _failure;

    private PlainSide(EventLoop loop, SocketHandle socket, PlainOptions options, Phase phase, Action? onEnded)
    {
        _loop = loop;
        _socket = socket;
        _options = options;
        _phase = phase;
        _onEnded = onEnded;
        _deadline = new ActionTimer(OnDeadline);
    }

    private enum Phase : byte
    {
        Connecting = 0,
        Preamble,
        Open,
        Ended,
    }

    /// <summary>Set before anything happens.</summary>
    public ISideObserver Observer { get; set; } = null!;

    /// <summary>What the proxy in front of us said; null when none was expected.</summary>
    public ProxyHeader? ProxyHeader { get; private set; }

    public override long QueuedBytes => _backlog.Length;

    internal override int Fd => _socket.Fd;

    /// <summary>A connection that was accepted. Tells that it is open in <see cref="Begin"/>, or when its PROXY header has come.</summary>
    public static PlainSide Accepted(EventLoop loop, SocketHandle socket, PlainOptions options, ProxyProtocolMode proxyProtocol, Action onEnded) =>
        new(loop, socket, options, Phase.Preamble, onEnded) { _preamble = proxyProtocol == ProxyProtocolMode.Required ? new ReceivedProxyHeader() : null };

    /// <summary>A connection to be made.</summary>
    /// <exception cref="IOException">No socket could be had, or the address cannot be connected to.</exception>
    public static PlainSide Connecting(EventLoop loop, IPEndPoint endPoint, PlainOptions options, TlsConnectionOptions socketOptions)
    {
        SocketHandle socket = SocketHandle.CreateTcp(endPoint.AddressFamily);
        try
        {
            ConnectionStart.Prepare(socket, socketOptions);
            int errno = socket.Connect(endPoint);
            if (errno is not (0 or Errno.EINPROGRESS or Errno.EINTR)) throw Fault("connect failed", errno);
            return new PlainSide(loop, socket, options, Phase.Connecting, null);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Puts it on the loop. Once.</summary>
    public void Begin()
    {
        try
        {
            _loop.Attach(this);
            _loop.Arm(_deadline, _options.BeginningTimeout);
            _lastProgress = _lastSent = _loop.Now;
            if (_phase == Phase.Preamble) TryPassPreamble();
            Rearm();
        }
        catch (Exception e)
        {
            // As in any other call of the loop's: it ends, and whoever waits for that hears of it.
            OnFault(e);
        }
    }

    public bool TrySend(ReadOnlySpan<byte> data)
    {
        if (_phase == Phase.Ended || _failure is not null || _isFinAsked) return true;
        if (_backlog.Length > 0 && _backlog.Length + data.Length > _options.OutboundLimit)
        {
            _owesRoom = true;
            return false;
        }

        int sent = _backlog.Length == 0 ? SendNow(data) : 0;
        _backlog.Append(data[sent..]);
        Rearm();
        return true;
    }

    public void CloseWrite()
    {
        _isFinAsked = true;
        SendFinWhenDue();
    }

    public void Abort() => End(new CloseOutcome(CloseReason.Aborted));

    public void PauseReading()
    {
        _isPaused = true;
        Rearm();
    }

    public void ResumeReading()
    {
        _isPaused = false;
        Rearm();
    }

    protected internal override void OnReady(Interest ready, bool hungUp)
    {
        if (_phase == Phase.Connecting) FinishConnecting();
        else if (_phase == Phase.Preamble) TryPassPreamble();
        if (_phase == Phase.Open && (ready & Interest.Write) != 0) Flush();
        if (_phase == Phase.Open && (ready & Interest.Read) != 0) Receive();
        EndWhenOver();
        Rearm();
    }

    protected internal override void OnTurn() => EndWhenOver();

    protected internal override void RunOnLoop()
    {
        // Never posted.
    }

    protected internal override void OnFault(Exception exception)
    {
        _loop.ReportUnhandled(exception);
        End(new CloseOutcome(CloseReason.LocalError, exception));
    }

    // A stream that is cut short must not look like one that has ended.
    protected internal override void OnLoopStopping() => End(new CloseOutcome(CloseReason.Disposed));

    private void FinishConnecting()
    {
        int errno = _socket.TakeError();
        if (errno != 0) _failure = new CloseOutcome(CloseReason.ConnectFailed, Fault("connect failed", errno));
        else BecomeOpen();
    }

    private void TryPassPreamble()
    {
        CloseOutcome? failure = null;
        if (_preamble is not null && !_preamble.TryFinish(Fd, LoopResources.Of(_loop).Buffers.Receive, out failure))
        {
            _failure = failure;
            if (failure is not null) _loop.ScheduleTurn(this);
            return;
        }

        ProxyHeader = _preamble?.Header;
        _preamble = null;
        BecomeOpen();
    }

    private void BecomeOpen()
    {
        _phase = Phase.Open;
        Observer.OnOpened();
    }

    private static IOException Fault(string what, int errno) => new($"{what}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})");
}
