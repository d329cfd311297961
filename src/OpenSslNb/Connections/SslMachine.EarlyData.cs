using OpenSslNb.OpenSsl;

namespace OpenSslNb;

/// <content>Early data (RFC 8446 §2.3; <c>SSL_read_early_data(3)</c>).</content>
public sealed partial class SslMachine
{
    /// <summary>A client sends this with its first flight, if a session is offered that allows so much. Before the first step.</summary>
    /// <param name="data">Copied. The server may see it more than once, from whoever has recorded it.</param>
    /// <returns>False when it will not be sent early, and is not sent at all. Otherwise <see cref="TlsConnectionInfo.EarlyData"/> says what came of it: what was not accepted is not sent again.</returns>
    /// <exception cref="InvalidOperationException">A server's machine, or one whose handshake has begun.</exception>
    public bool OfferEarlyData(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_instance.Context.IsServer || _transport.BytesGiven > 0 || State != ConnectionState.Handshaking) throw new InvalidOperationException("early data is a client's, offered before its first step");
        return _instance.TrySendEarly(data);
    }

    /// <summary>Moves out what a server's client has sent early, and lets the answer go before the handshake has ended: <see cref="Write"/>. After each step of the handshake.</summary>
    /// <param name="destination">At least one byte.</param>
    /// <returns>How many bytes; 0 when there are no more now. Nobody knows yet that the client is there: see <see cref="TlsConnectionHandler.OnEarlyData"/>.</returns>
    public int TakeEarlyData(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        int count = _instance.TakeEarlyInput(destination);
        if (count > 0) _machine.LetWritesGoEarly();
        return count;
    }
}
