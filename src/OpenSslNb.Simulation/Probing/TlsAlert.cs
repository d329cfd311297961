namespace OpenSslNb.Simulation.Probing;

/// <summary>AlertDescription (RFC 8446 §6, RFC 5246 §7.2), those that probes expect by name.</summary>
public enum TlsAlert : byte
{
    /// <summary>The sender sends nothing more (RFC 8446 §6.1).</summary>
    CloseNotify = 0,

    /// <summary>A message that has no place here.</summary>
    UnexpectedMessage = 10,

    /// <summary>A record that cannot be deprotected.</summary>
    BadRecordMac = 20,

    /// <summary>A record that is longer than the protocol allows.</summary>
    RecordOverflow = 22,

    /// <summary>No acceptable set of parameters.</summary>
    HandshakeFailure = 40,

    /// <summary>A field with a value that it must not have.</summary>
    IllegalParameter = 47,

    /// <summary>A message that cannot be parsed.</summary>
    DecodeError = 50,

    /// <summary>A handshake's cryptography that does not come out right.</summary>
    DecryptError = 51,

    /// <summary>A version that is not supported.</summary>
    ProtocolVersion = 70,

    /// <summary>Parameters that are less than the server demands.</summary>
    InsufficientSecurity = 71,

    /// <summary>A fault that has nothing to do with the peer.</summary>
    InternalError = 80,

    /// <summary>A client that comes back with less than it can (RFC 7507).</summary>
    InappropriateFallback = 86,

    /// <summary>A renegotiation that is not wanted; a warning (RFC 5246 §7.2.2).</summary>
    NoRenegotiation = 100,

    /// <summary>An extension that is mandatory is not there.</summary>
    MissingExtension = 109,

    /// <summary>A name that the server does not know (RFC 6066 §3).</summary>
    UnrecognizedName = 112,

    /// <summary>No application protocol in common (RFC 7301 §3.2).</summary>
    NoApplicationProtocol = 120,
}
