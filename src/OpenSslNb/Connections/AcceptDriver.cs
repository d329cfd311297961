using System.Net;
using System.Net.Sockets;
using OpenSslNb.Interop;
using OpenSslNb.Loop;
using OpenSslNb.Transport;

namespace OpenSslNb.Connections;

/// <summary>A listening socket on its loop: accepts in batches, refuses what is too much, and neither spins nor dies when descriptors run out. What becomes of a connection is for those who derive from it.</summary>
internal abstract class AcceptDriver : LoopSource
{
    // Long enough that a shortage costs nothing, short enough that nobody notices when it is over.
    private static readonly TimeSpan s_shortagePause = TimeSpan.FromMilliseconds(50);

    private readonly EventLoop _loop;
    private readonly TlsListenerOptions _options;
    private readonly SocketHandle _socket;
    private readonly DescriptorReserve _reserve;
    private readonly LoopTimer _retry;
    private readonly bool _takesEveryAddress;
    private volatile bool _stopRequested;
    private long _acceptedCount;
    private long _refusedCount;
    private long _shortageCount;
    private int _connectionCount;
    private int _isPosted;

    protected AcceptDriver(EventLoop loop, IPEndPoint endPoint, TlsListenerOptions options)
    {
        _loop = loop;
        _options = options;
        _reserve = new DescriptorReserve(options.DescriptorReserve);
        ConnectionEnded = OnConnectionEnded;
        _retry = new ActionTimer(Listen);
        _socket = SocketHandle.CreateTcp(endPoint.AddressFamily);
        try
        {
            _socket.SetOption(LibC.SOL_SOCKET, LibC.SO_REUSEADDR, 1);
            if (options.ReusePort) _socket.SetOption(LibC.SOL_SOCKET, LibC.SO_REUSEPORT, 1);
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6 && endPoint.Address.Equals(IPAddress.IPv6Any)) _socket.SetOption(LibC.IPPROTO_IPV6, LibC.IPV6_V6ONLY, 0);
            ConnectionStart.Prepare(_socket, options.Connection);
            _socket.Bind(endPoint);
            _socket.Listen(options.Backlog);
            EndPoint = _socket.LocalEndPoint ?? throw new IOException($"the address of the listener on {endPoint} cannot be read");
            _takesEveryAddress = EndPoint.Address.Equals(IPAddress.Any) || EndPoint.Address.Equals(IPAddress.IPv6Any);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        // Its first visit to the loop attaches it.
        _isPosted = 1;
    }

    public IPEndPoint EndPoint { get; }

    public long AcceptedCount => Interlocked.Read(ref _acceptedCount);

    public long RefusedCount => Interlocked.Read(ref _refusedCount);

    public long ShortageCount => Interlocked.Read(ref _shortageCount);

    public int ConnectionCount => Volatile.Read(ref _connectionCount);

    protected EventLoop Loop => _loop;

    /// <summary>To be called once for each connection that <see cref="Begin"/> has taken, when it has ended.</summary>
    protected Action ConnectionEnded { get; }

    internal override int Fd => _socket.Fd;

    /// <summary>From any thread.</summary>
    public void RequestStop()
    {
        _stopRequested = true;
        _ = Visit();
    }

    /// <summary>Frees the socket. On the loop's thread, or when it never got there.</summary>
    public void Close()
    {
        _loop.Disarm(_retry);
        _loop.Detach(this);
        Free();
    }

    /// <summary>Takes a connection that was admitted.</summary>
    /// <exception cref="Exception">It cannot be had; nothing of it is left, and the socket is closed by the caller.</exception>
    protected abstract void Begin(SocketHandle socket, in SocketName peer, IPEndPoint? local);

    /// <summary>The loop has been asked to look, and the driver lives on.</summary>
    protected virtual void OnVisit()
    {
        // Most have nothing that changes.
    }

    /// <summary>Frees the socket. May come again, but never from two threads: by the loop, or once there is none.</summary>
    protected virtual void Free() => _socket.Dispose();

    /// <summary>Has the loop look. From any thread.</summary>
    /// <returns>False when the loop has stopped and nobody will.</returns>
    protected bool Visit() => Interlocked.Exchange(ref _isPosted, 1) != 0 || _loop.Post(this);

    protected internal override void RunOnLoop()
    {
        Interlocked.Exchange(ref _isPosted, 0);
        if (_stopRequested)
        {
            Close();
            return;
        }

        OnVisit();
        if (Index >= 0) return;
        _loop.Attach(this);
        Listen();
    }

    protected internal override void OnAbandoned() => Free();

    protected internal override void OnReady(Interest ready, bool hungUp)
    {
        // No more than handshakes are worked on: each costs as much as an answer to somebody who is connected, and a crowd would hold up all of them.
        for (int i = 0; i < _loop.HandshakesPerTurn && !_stopRequested; i++)
        {
            int fd = _socket.Accept(out SocketName peer);
            if (fd >= 0)
            {
                Accept(SocketHandle.Adopt(fd), peer);
                continue;
            }

            // Errors of the connection that was to be accepted are its own: accept(2). The next one may be well.
            if (-fd is Errno.ECONNABORTED or Errno.EINTR or Errno.EPROTO or Errno.EPERM or Errno.ENETDOWN or Errno.EHOSTUNREACH or Errno.ENETUNREACH) continue;
            if (-fd != Errno.EAGAIN) PauseForShortage();
            return;
        }
    }

    protected internal override void OnTurn()
    {
        // Readiness is all it works by.
    }

    protected internal override void OnFault(Exception exception) => _loop.ReportUnhandled(exception);

    protected internal override void OnLoopStopping() => Close();

    // Out of descriptors or memory: the socket stays readable, so waiting for it would spin. Look again in a while, or when a connection has given its descriptor back.
    private void PauseForShortage()
    {
        CountShortage();
        _loop.SetInterest(this, Interest.None);
        _loop.Arm(_retry, s_shortagePause);
    }

    private void CountShortage()
    {
        _loop.Figures.Shortages++;
        Interlocked.Increment(ref _shortageCount);
    }

    private void OnConnectionEnded()
    {
        Release();
        if (!_retry.IsArmed) return;
        _loop.Disarm(_retry);
        Listen();
    }

    // A poller that cannot be told (ENOMEM, ENOSPC: epoll_ctl(2)) may be told later: a listener must not stay deaf.
    private void Listen()
    {
        try
        {
            _loop.SetInterest(this, Interest.Read);
        }
        catch (IOException e)
        {
            CountShortage();
            _loop.Arm(_retry, s_shortagePause);
            _loop.ReportUnhandled(e);
        }
    }

    // Known without asking, unless the listener takes every address of the machine.
    private IPEndPoint? LocalEndPointOf(SocketHandle socket) => _takesEveryAddress ? socket.LocalEndPoint : EndPoint;

    private void Accept(SocketHandle socket, in SocketName peer)
    {
        _loop.Figures.Accepted++;
        Interlocked.Increment(ref _acceptedCount);
        if (!TryAdmit(socket))
        {
            Refuse(socket);
            return;
        }

        try
        {
            Begin(socket, peer, LocalEndPointOf(socket));
        }
        catch (Exception e)
        {
            // This connection cannot be had (memory, a factory that throws); the listener goes on.
            Release();
            socket.Dispose();
            _loop.ReportUnhandled(e);
        }
    }

    // A listener without a connection accepts one whatever the reserve: with a limit so low that the rest of the process fills it, it would serve nobody.
    private bool TryAdmit(SocketHandle socket)
    {
        if (_connectionCount > 0 && _reserve.Contains(socket.Fd, _loop.Now))
        {
            _loop.Figures.RefusedForDescriptors++;
            return false;
        }

        if (_connectionCount >= _options.MaximumConnections || _options.SharedLimit?.TryTake() == false)
        {
            _loop.Figures.RefusedForLimit++;
            return false;
        }

        Interlocked.Increment(ref _connectionCount);
        return true;
    }

    private void Release()
    {
        Interlocked.Decrement(ref _connectionCount);
        _options.SharedLimit?.Release();
    }

    // A few system calls, and no SSL. RST and not FIN: the peer learns at once and whatever it has sent, and no state of the connection stays in our kernel.
    private void Refuse(SocketHandle socket)
    {
        Interlocked.Increment(ref _refusedCount);
        socket.ResetOnClose();
        socket.Dispose();
    }
}
