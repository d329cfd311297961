namespace OpenSslNb;

/// <summary>What a <see cref="TlsTraceMessage"/> is.</summary>
public enum TlsTraceContent : byte
{
    /// <summary>The header of a record (RFC 8446 §5.1). On TLS 1.3 it says <c>application_data</c> of everything that is encrypted; see <see cref="InnerType"/>.</summary>
    Record = 0,

    /// <summary>What the encrypted TLS 1.3 record just before it really holds (RFC 8446 §5.2).</summary>
    InnerType,

    /// <summary>A handshake message (RFC 8446 §4), whole, whatever records it came in.</summary>
    Handshake,

    /// <summary>An alert (RFC 8446 §6).</summary>
    Alert,

    /// <summary>change_cipher_spec (RFC 5246 §7.1).</summary>
    ChangeCipherSpec,
}
