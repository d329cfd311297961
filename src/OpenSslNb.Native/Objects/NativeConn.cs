using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Objects;

/// <summary><c>onb_conn</c>: a connection from when C has asked for it, perhaps long before there is one, until <c>on_closed</c> has returned.</summary>
internal sealed unsafe partial class NativeConn : TlsConnectionHandler
{
    private readonly NativeCallbacks _callbacks;
    private readonly Lock _gate = new();

    // Null until the TCP connection is there and the handshake has ended, for a client that connects.
    private volatile TlsConnection? _connection;
    private Arena? _facts;
    private NativeInfo _info;
    private TlsConnectionInfo? _told;
    private NativeClientHello* _hello;
    private int _isFinished;

    public NativeConn(NativeLoop owner, in NativeCallbacks callbacks, void* user)
    {
        Owner = owner;
        _callbacks = callbacks;
        User = user;
        Handle = HandleTable.Add(this);
        try
        {
            owner.Add(this);
        }
        catch
        {
            HandleTable.TryRemove(Handle);
            throw;
        }
    }

    public NativeLoop Owner { get; }

    public nint Handle { get; }

    public void* User { get; set; }

    /// <summary>Null while there is none.</summary>
    public TlsConnection? Connection => _connection;

    /// <exception cref="Refusal">There is none yet.</exception>
    public TlsConnection Required => _connection ?? throw Refusal.State("the connection is not there yet: wait for on_opened");

    /// <summary>Before it begins.</summary>
    public void Attach(TlsConnection connection) => _connection = connection;

    public NativeInfo Info()
    {
        if (Required.Info is not { } info) throw Refusal.State("the handshake has not ended");

        // A renegotiation, or a certificate that was asked for later, makes new ones; the old ones stay as long as C may look at them.
        if (!ReferenceEquals(info, _told)) _info = NativeInfo.Of(_told = info, _facts ??= new Arena());
        return _info;
    }

    public NativeClientHello* Hello()
    {
        if (_hello == null) _hello = NativeClientHello.Of(Required.Info?.ClientHello ?? throw Refusal.State("no ClientHello was kept, or the handshake has not ended"), _facts ??= new Arena());
        return _hello;
    }

    public override void OnOpened(TlsConnection connection)
    {
        PublishAndFlush(connection);
        if (_callbacks.OnOpened != null) Call(&Opened);
        AfterOpened(connection);
    }

    public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
    {
        if (_callbacks.OnReceived == null) return;
        fixed (byte* pointer = data)
        {
            Owner.EnterCallback();
            _callbacks.OnReceived(Handle, pointer, (nuint)data.Length, User);
            Owner.LeaveCallback();
        }
    }

    public override bool OnEarlyData(TlsConnection connection, ReadOnlySpan<byte> data)
    {
        if (_callbacks.OnEarlyData == null) return false;
        fixed (byte* pointer = data)
        {
            Owner.EnterCallback();
            int taken = _callbacks.OnEarlyData(Handle, pointer, (nuint)data.Length, User);
            Owner.LeaveCallback();
            return taken != 0;
        }
    }

    public override void OnPeerClosed(TlsConnection connection)
    {
        if (_callbacks.OnPeerClosed == null) connection.Close();
        else Call(&PeerClosed);
    }

    public override void OnLowWater(TlsConnection connection)
    {
        if (_callbacks.OnLowWater != null) Call(&LowWater);
    }

    public override void OnClosed(TlsConnection connection, CloseOutcome outcome) => Finish(outcome);

    /// <summary>The end, once: whoever waits is told, then <c>on_closed</c>, and then there is no handle any more. On the loop's thread, or when there is none any more.</summary>
    public void Finish(CloseOutcome outcome)
    {
        if (Interlocked.Exchange(ref _isFinished, 1) != 0) return;
        AbandonWaiting();
        if (_callbacks.OnClosed != null)
        {
            using var memory = new Arena();
            NativeOutcome told = NativeOutcome.Of(AsAsked(outcome), memory);
            Owner.EnterCallback();
            _callbacks.OnClosed(Handle, &told, User);
            Owner.LeaveCallback();
        }

        HandleTable.TryRemove(Handle);
        Owner.Remove(this);
        ReleaseStart();
        _facts?.Dispose();
        _facts = null;
    }

    /// <summary>C never gets to know it.</summary>
    /// <returns>False when it does already: it was told of the end.</returns>
    public bool Forget()
    {
        if (Interlocked.Exchange(ref _isFinished, 1) != 0)
        {
            // Whoever told of the end may have come before what is to be released.
            ReleaseStart();
            return false;
        }

        HandleTable.TryRemove(Handle);
        Owner.Remove(this);
        ReleaseStart();
        return true;
    }

    /// <summary>Tells C of a connection that a listener has accepted.</summary>
    /// <returns>False when C has refused it.</returns>
    public bool Accepted(nint listener)
    {
        if (_callbacks.OnAccepted != null)
        {
            Owner.EnterCallback();
            User = _callbacks.OnAccepted(listener, Handle, User);
            Owner.LeaveCallback();
        }

        return !IsAbortAsked;
    }

    private static void Opened(NativeConn conn) => conn._callbacks.OnOpened(conn.Handle, conn.User);

    private static void PeerClosed(NativeConn conn) => conn._callbacks.OnPeerClosed(conn.Handle, conn.User);

    private static void LowWater(NativeConn conn) => conn._callbacks.OnLowWater(conn.Handle, conn.User);

    private void Call(delegate*<NativeConn, void> callback)
    {
        Owner.EnterCallback();
        callback(this);
        Owner.LeaveCallback();
    }
}
