namespace OpenSslNb.Connections;

/// <content>What goes over the socket before TLS: a PROXY header, in or out. It is done with before OpenSSL sees the socket, and its time is the handshake's.</content>
internal sealed partial class ConnectionDriver
{
    // Null once TLS has the socket.
    private Preamble? _preamble;

    private Interest WantedInterest => _preamble?.Interest ?? (_machine.Interest | _transport.Interest);

    /// <summary>Before <see cref="Begin"/>: the peer says first for whom it connects.</summary>
    public void ExpectProxyHeader() => _preamble = new ReceivedProxyHeader();

    /// <summary>Before <see cref="Begin"/>: we say first for whom we connect.</summary>
    public void SendProxyHeader(ProxyHeader header) => _preamble = new SentProxyHeader(header);

    // True when the socket is TLS's from here on. False while there is more to come, and when the connection has ended.
    private bool TryPassPreamble()
    {
        if (_machine.State == ConnectionState.Failed) return false;
        if (!_preamble!.TryFinish(_socket.Fd, _resources.Buffers.Receive, out CloseOutcome? failure))
        {
            // Not a byte of TLS has gone out, and none does. RST: a proxy that speaks otherwise than it should notices at once.
            if (failure is not null) End(failure, reset: true);
            return false;
        }

        if (_preamble is ReceivedProxyHeader received) _connection.SetProxyHeader(received.Header!);
        _preamble = null;
        return true;
    }
}
