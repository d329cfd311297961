using OpenSslNb.OpenSsl;

namespace OpenSslNb;

/// <content>What both sides can derive from an established connection.</content>
public sealed partial class SslMachine
{
    /// <summary>Derives bytes that the peer can derive too, and nobody else (RFC 5705; RFC 8446 §7.5; <c>SSL_export_keying_material(3)</c>).</summary>
    /// <param name="label">1 to 249 characters of ASCII; registered with IANA, or beginning with <c>EXPERIMENTAL</c>.</param>
    /// <param name="length">How many bytes, from 1 to 8,192.</param>
    /// <param name="context">Must be the same on both sides. Null for none, which TLS 1.2 tells from an empty one.</param>
    /// <exception cref="ArgumentException">Label or length cannot be.</exception>
    /// <exception cref="InvalidOperationException">The handshake has not ended, or the connection is lost.</exception>
    public byte[] ExportKeyingMaterial(string label, int length, ReadOnlyMemory<byte>? context = null)
    {
        KeyingMaterial.Require(label, length);
        RequireKeys();
        return KeyingMaterial.Export(_instance.Ssl, label, length, context);
    }

    /// <summary>Gives the bytes that an authentication inside the connection includes to be tied to it (RFC 5929, RFC 9266).</summary>
    /// <exception cref="InvalidOperationException">The handshake has not ended, the connection is lost, or it has no such binding; the message says why.</exception>
    public byte[] GetChannelBinding(TlsChannelBinding kind)
    {
        if (!Enum.IsDefined(kind)) throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such channel binding");
        RequireKeys();
        return KeyingMaterial.Binding(_instance.Ssl, kind);
    }

    private void RequireKeys()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!_machine.IsEstablished || State == ConnectionState.Failed) throw new InvalidOperationException("keys can be derived once the handshake has ended, and while the connection is not lost");
    }
}
