using OpenSslNb.Interop;

namespace OpenSslNb.Simulation;

/// <summary>The application at one end of a simulated connection: does what the plan says, and checks every byte and every callback.</summary>
internal sealed class WorldPeer(int connection, Side side, Action<string> violation) : TlsConnectionHandler
{
    private const int SendPart = 64 * 1024;

    private int _unsent;
    private ActionKind? _closing;
    private bool _disposeInCallback;
    private bool _peerClosed;

    public int Number { get; } = connection;

    public Side Side { get; } = side;

    /// <summary>The connection, as soon as there is one.</summary>
    public TlsConnection? Connection { get; set; }

    /// <summary>Bytes that the engine has accepted.</summary>
    public long Accepted { get; private set; }

    /// <summary>Bytes that came, every one of them checked.</summary>
    public long Received { get; private set; }

    /// <summary>How it ended; null while it lives.</summary>
    public CloseOutcome? Outcome { get; private set; }

    public bool HasOpened { get; private set; }

    /// <summary>The application has closed before the handshake had ended.</summary>
    public bool HasClosedEarly { get; private set; }

    /// <summary>The application has asked for a renegotiation.</summary>
    public bool HasRenegotiated { get; private set; }

    /// <summary>The application has aborted or disposed the connection.</summary>
    public ActionKind? Broken { get; private set; }

    /// <summary>Callbacks so far.</summary>
    public int CallbackCount { get; private set; }

    /// <summary>The session when the peer had sent everything.</summary>
    public SafeSslSessionHandle? Session { get; private set; }

    /// <summary>The handshake has resumed a session.</summary>
    public bool WasResumed { get; private set; }

    /// <summary>Hands the session over to the caller.</summary>
    public SafeSslSessionHandle? ReleaseSession()
    {
        SafeSslSessionHandle? session = Session;
        Session = null;
        return session;
    }

    public override void OnOpened(TlsConnection connection)
    {
        WasResumed = connection.Info!.IsResumed;
        Connection = connection;
        if (HasOpened) violation($"{this}: opened twice");
        HasOpened = true;
        AfterCallback(connection);
    }

    public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) violation($"{this}: an empty delivery");
        if (_peerClosed) violation($"{this}: data behind the peer's close_notify");
        while (!data.IsEmpty)
        {
            ReadOnlySpan<byte> expected = Pattern.At(Number, 1 - Side, Received, data.Length);
            int good = expected.CommonPrefixLength(data);
            Received += good;
            if (good < expected.Length)
            {
                violation($"{this}: byte {Received} is not what was sent");
                return;
            }

            data = data[good..];
        }

        AfterCallback(connection);
    }

    public override void OnPeerClosed(TlsConnection connection)
    {
        if (_peerClosed) violation($"{this}: close_notify told twice");
        _peerClosed = true;
        Session ??= connection.Driver.TakeSession();
        AfterCallback(connection);
    }

    public override void OnLowWater(TlsConnection connection)
    {
        AfterCallback(connection);
        Pump();
    }

    public override void OnClosed(TlsConnection connection, CloseOutcome outcome)
    {
        CallbackCount++;
        if (Outcome is not null) violation($"{this}: ended twice, as {Outcome} and as {outcome}");
        Outcome = outcome;
    }

    /// <summary>Does what the plan says.</summary>
    public void Perform(WorldAction action)
    {
        if (Connection is not { } connection) return;
        switch (action.Kind)
        {
            case ActionKind.Send:
                _unsent += action.Size;
                if (action.Size == 0) _ = connection.TrySend([]);
                Pump();
                break;
            case ActionKind.SendAsync:
                SendAsync(connection, action.Size);
                break;
            case ActionKind.Pause:
                connection.PauseReading();
                break;
            case ActionKind.Resume:
                connection.ResumeReading();
                break;
            case ActionKind.Close or ActionKind.CloseWrite:
                HasClosedEarly |= !HasOpened;
                _closing = _closing == ActionKind.Close ? _closing : action.Kind;
                Pump();
                break;
            case ActionKind.Abort:
                Broken ??= action.Kind;
                connection.Abort();
                break;
            case ActionKind.Dispose:
                Broken ??= action.Kind;
                connection.Dispose();
                break;
            case ActionKind.KeyUpdate:
                if (connection.Info?.Protocol == TlsProtocol.Tls13) connection.UpdateKeys(requestPeer: true);
                break;
            case ActionKind.Renegotiate:
                if (connection.Info?.Protocol != TlsProtocol.Tls12) break;
                HasRenegotiated = true;
                connection.Renegotiate();
                break;
            case ActionKind.DisposeInCallback:
                _disposeInCallback = true;
                break;
        }
    }

    public override string ToString() => $"connection {Number}, {Side.ToString().ToLowerInvariant()}";

    private void AfterCallback(TlsConnection connection)
    {
        CallbackCount++;
        if (Outcome is not null) violation($"{this}: a callback after the last one");
        if (!_disposeInCallback) return;
        _disposeInCallback = false;
        Broken ??= ActionKind.DisposeInCallback;
        connection.Dispose();
    }

    private void Pump()
    {
        TlsConnection connection = Connection!;
        while (_unsent > 0)
        {
            ReadOnlySpan<byte> part = Pattern.At(Number, Side, Accepted, Math.Min(_unsent, Math.Min(SendPart, LargestSend)));
            SendResult result = connection.TrySend(part);
            if (result == SendResult.Closed) _unsent = 0;
            if (result != SendResult.Queued) return;
            Accepted += part.Length;
            _unsent -= part.Length;
        }

        if (_closing == ActionKind.Close) connection.Close();
        else if (_closing == ActionKind.CloseWrite) connection.CloseWrite();
    }

    /// <summary>The connection's outbound limit: no single send is longer.</summary>
    public int LargestSend { get; init; } = SendPart;

    // Behind a send that waits for the low-water mark nothing may overtake it: then this one waits there too.
    private void SendAsync(TlsConnection connection, int size)
    {
        if (_unsent > 0)
        {
            _unsent += size;
            return;
        }

        if (connection.State is ConnectionState.Failed || Outcome is not null) return;
        ValueTask sent = connection.SendAsync(Pattern.Copy(Number, Side, Accepted, size));
        if (!sent.IsFaulted) Accepted += size;
    }
}
