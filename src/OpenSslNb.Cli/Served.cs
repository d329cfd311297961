using System.Text.Json;

namespace OpenSslNb.Cli;

/// <summary>What <c>serve</c> does for a connection whatever protocol it speaks: the log, and the certificate that is asked for later. Until that is there the protocol hears nothing. The loop's thread's.</summary>
internal sealed class Served(ServePlan plan, EventLoop loop, Protocols.ProtocolHandler protocol, Action ended) : TlsConnectionHandler
{
    // More than a client has to say before it has answered.
    private const int MostBeforeAnswer = 64 * 1024;

    // Made for those who send before they have answered.
    private MemoryStream? _before;
    private Action<Utf8JsonWriter>? _derived;
    private string? _refusal;
    private bool _isLetIn;
    private bool _hasPeerClosed;
    private bool _isOver;

    public override void OnOpened(TlsConnection connection)
    {
        if (plan.Derive is { } derive) _ = DeriveAsync(derive, connection);
        if (plan.AsksLater && connection.Info!.Protocol == TlsProtocol.Tls13) _ = AskAsync(connection);
        else LetIn(connection);
    }

    public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
    {
        if (_isLetIn) protocol.OnReceived(connection, data);
        else if ((_before ??= new MemoryStream()).Length + data.Length > MostBeforeAnswer) Refuse(connection, "it has sent too much before its certificate");
        else _before.Write(data);
    }

    public override void OnLowWater(TlsConnection connection)
    {
        if (_isLetIn) protocol.OnLowWater(connection);
    }

    public override void OnPeerClosed(TlsConnection connection)
    {
        _hasPeerClosed = true;
        if (_isLetIn) protocol.OnPeerClosed(connection);
    }

    public override void OnClosed(TlsConnection connection, CloseOutcome outcome)
    {
        _isOver = true;
        ended();
        plan.Files.Log?.Write(connection, outcome, _derived, _refusal);
        protocol.OnClosed(connection, outcome);
    }

    private void LetIn(TlsConnection connection)
    {
        _isLetIn = true;
        protocol.OnOpened(connection);
        if (_before is { } early) protocol.OnReceived(connection, early.GetBuffer().AsSpan(0, (int)early.Length));
        _before = null;
        if (_hasPeerClosed) protocol.OnPeerClosed(connection);
    }

    private void Refuse(TlsConnection connection, string why)
    {
        _refusal ??= why;
        connection.Abort();
    }

    // On the loop's thread all of it is there at once.
    private async Task DeriveAsync(Func<TlsConnection, Task<Action<Utf8JsonWriter>>> derive, TlsConnection connection)
    {
        try
        {
            _derived = await derive(connection);
        }
        catch (Exception e) when (e is OpenSslException or TlsClosedException or InvalidOperationException or ArgumentException)
        {
            await Console.Error.WriteLineAsync($"opensslnb: {connection.RemoteEndPoint}: {e.Message}");
        }
    }

    // A certificate that is no good ends the connection by itself, and so does none where one is demanded. The answer has as long as a handshake.
    private async Task AskAsync(TlsConnection connection)
    {
        string? refusal = null;
        try
        {
            _ = await connection.RequestCertificateAsync().WaitAsync(plan.Listener.Connection.HandshakeTimeout);
        }
        catch (TlsClosedException)
        {
            return;
        }
        catch (TimeoutException)
        {
            refusal = "its certificate did not come in time";
        }
        catch (InvalidOperationException e)
        {
            await Console.Error.WriteLineAsync($"opensslnb: {connection.RemoteEndPoint} cannot be asked for a certificate: {e.Message}");
            if (!plan.IsCertificateOptional) refusal = $"it cannot be asked for a certificate: {e.Message}";
        }

        _ = loop.Post(() =>
        {
            if (_isOver) return;
            if (refusal is null) LetIn(connection);
            else Refuse(connection, refusal);
        });
    }
}
