namespace OpenSslNb;

/// <summary>One attempt of one operation on one connection.</summary>
/// <param name="Time">When it ended.</param>
/// <param name="Operation">What was attempted.</param>
/// <param name="Step">How it ended.</param>
/// <param name="QueuedBytes">Plaintext bytes after it that OpenSSL has not taken yet.</param>
/// <param name="Before">The state before it.</param>
/// <param name="After">The state after it.</param>
/// <param name="Duration">How long it took.</param>
public readonly record struct TlsTraceStep(TimeSpan Time, SslOperation Operation, SslStep Step, long QueuedBytes, ConnectionState Before, ConnectionState After, TimeSpan Duration);

/// <summary>A record or a protocol message that OpenSSL has sent or received. It has sent it when it gave it to the transport; see <see cref="TlsTraceTransport"/> for what the kernel took.</summary>
/// <param name="Time">When OpenSSL told it.</param>
/// <param name="IsSent">True when this side sent it.</param>
/// <param name="Content">What it is.</param>
/// <param name="Name">Its name in the RFCs: <c>ClientHello</c>, <c>close_notify</c>, <c>application_data</c>.</param>
/// <param name="Detail">An alert's level, what a KeyUpdate asks for; null when there is nothing to add.</param>
/// <param name="Version">The protocol version that it is in or, of a record, the one that its header claims: 0x0303 is TLS 1.2, 0x0304 is TLS 1.3.</param>
/// <param name="Length">Bytes: of a record what follows its header, of a message all of it.</param>
public readonly record struct TlsTraceMessage(TimeSpan Time, bool IsSent, TlsTraceContent Content, string Name, string? Detail, int Version, int Length);

/// <summary>What a turn of a connection did below TLS.</summary>
/// <param name="Time">The end of the turn.</param>
/// <param name="Ready">What the poller reported; <see cref="Interest.None"/> when the turn had another cause.</param>
/// <param name="BytesIn">Ciphertext bytes that OpenSSL took.</param>
/// <param name="BytesOut">Ciphertext bytes that the kernel took.</param>
/// <param name="UnsentBytes">Ciphertext bytes that the kernel has not taken yet.</param>
/// <param name="Interest">What the poller waits for from now on.</param>
public readonly record struct TlsTraceTransport(TimeSpan Time, Interest Ready, long BytesIn, long BytesOut, long UnsentBytes, Interest Interest);

/// <summary>What the application asked for or was told.</summary>
public enum TlsTraceEvent : byte
{
    /// <summary>The connection is on its loop; its handshake begins.</summary>
    Begun = 0,

    /// <summary>Bytes were queued.</summary>
    SendQueued,

    /// <summary>A send was refused: the queue was full, or the direction closed.</summary>
    SendRefused,

    /// <summary>A <see cref="TlsConnection.SendAsync"/> found no room and waits.</summary>
    SendWaits,

    /// <summary><see cref="TlsConnection.PauseReading"/> was called.</summary>
    ReadingPaused,

    /// <summary><see cref="TlsConnection.ResumeReading"/> was called.</summary>
    ReadingResumed,

    /// <summary><see cref="TlsConnection.UpdateKeys"/> was called.</summary>
    KeyUpdateAsked,

    /// <summary><see cref="TlsConnection.Renegotiate"/> was called.</summary>
    RenegotiationAsked,

    /// <summary><see cref="TlsConnection.CloseWrite"/> was called.</summary>
    CloseWriteAsked,

    /// <summary><see cref="TlsConnection.Close"/> was called.</summary>
    CloseAsked,

    /// <summary><see cref="TlsConnection.Abort"/> was called.</summary>
    AbortAsked,

    /// <summary><see cref="TlsConnection.Dispose"/> was called.</summary>
    DisposeAsked,

    /// <summary>The handler is told that the handshake has ended; <see cref="TlsConnection.Info"/> says how.</summary>
    Opened,

    /// <summary>The handler is given bytes.</summary>
    Delivered,

    /// <summary>The handler is told that it may send again.</summary>
    LowWater,

    /// <summary>The handler is told of the peer's close_notify.</summary>
    PeerClosed,

    /// <summary>The handler is told of the end. The last of a connection.</summary>
    Closed,
}

/// <summary>What the application asked for or was told.</summary>
/// <param name="Time">When.</param>
/// <param name="Event">What it was.</param>
/// <param name="Bytes">Plaintext bytes that it is about; 0 when it is about none.</param>
/// <param name="QueuedBytes">Plaintext bytes after it that OpenSSL has not taken yet.</param>
/// <param name="Outcome">How the connection ended; null unless it is <see cref="TlsTraceEvent.Closed"/>.</param>
public readonly record struct TlsTraceApplication(TimeSpan Time, TlsTraceEvent Event, long Bytes, long QueuedBytes, CloseOutcome? Outcome);
