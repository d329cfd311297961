using System.Text;
using OpenSslNb.OpenSsl;

namespace OpenSslNb.BogoShim;

/// <summary>The protocol messages of a connection as the runner writes them down (<c>SSL_set_msg_callback(3)</c>).</summary>
internal sealed class MessageLog : IMessageObserver
{
    // RFC 8446 §5.1 and §4.
    private const int ChangeCipherSpec = 20;
    private const int Alert = 21;
    private const int Handshake = 22;
    private const byte ClientHello = 1;
    private const byte NewSessionTicket = 4;

    private readonly StringBuilder _text = new();

    public string Text => _text.ToString();

    /// <summary>A second one follows a HelloRetryRequest (RFC 8446 §4.1.4).</summary>
    public int ClientHellos { get; private set; }

    public int Tickets { get; private set; }

    public void OnMessage(bool sent, int version, int contentType, ReadOnlySpan<byte> bytes)
    {
        string what = contentType switch
        {
            ChangeCipherSpec => "ccs",
            Alert => $"alert {bytes[0]} {bytes[1]}",
            Handshake => $"hs {bytes[0]}",
            _ => "",
        };
        if (what.Length == 0) return;
        if (contentType == Handshake && bytes[0] == ClientHello) ClientHellos++;
        if (contentType == Handshake && bytes[0] == NewSessionTicket) Tickets++;
        _text.Append(sent ? "write " : "read ").Append(what).Append('\n');
    }
}
