namespace OpenSslNb;

/// <summary>The named ways in which a connection can end. Each connection ends in exactly one of them.</summary>
public enum CloseReason : byte
{
    /// <summary>Not closed; never reported to a handler.</summary>
    None = 0,

    /// <summary>close_notify was received and sent: both directions ended where the sender meant them to end (RFC 8446 §6.1).</summary>
    CloseNotify,

    /// <summary>The peer ended the TCP stream without close_notify: what was received may be cut short, by an attacker too.</summary>
    Truncated,

    /// <summary>The TCP connection was reset or broken (<c>ECONNRESET</c>, <c>EPIPE</c>, <c>ETIMEDOUT</c> and their like).</summary>
    Reset,

    /// <summary>The peer broke the protocol or refused ours; <see cref="CloseOutcome.AlertSent"/> or <see cref="CloseOutcome.AlertReceived"/> names the alert if there was one.</summary>
    ProtocolError,

    /// <summary>The peer's certificate or its name was not acceptable to us.</summary>
    VerificationFailed,

    /// <summary>The handshake did not end before its deadline.</summary>
    HandshakeTimeout,

    /// <summary>Nothing moved in either direction for the idle period.</summary>
    IdleTimeout,

    /// <summary>Queued data could not be moved for the write timeout: the peer does not read.</summary>
    WriteTimeout,

    /// <summary>We had closed, and the peer did not follow before the shutdown timeout.</summary>
    ShutdownTimeout,

    /// <summary>This side called <c>Abort</c>: the connection was reset, queued data is lost.</summary>
    Aborted,

    /// <summary>This side disposed the connection or its loop while it was open.</summary>
    Disposed,

    /// <summary>A callback of the application threw; <see cref="CloseOutcome.Exception"/> is what it threw.</summary>
    CallbackFailed,

    /// <summary>No TCP connection could be made.</summary>
    ConnectFailed,

    /// <summary>The name could not be resolved, a descriptor or memory could not be had, or another local fault.</summary>
    LocalError,
}

/// <summary>Why a connection ended, with what is known about it.</summary>
/// <remarks>Immutable; may be read from any thread.</remarks>
public sealed class CloseOutcome
{
    /// <summary>The outcome of a <see cref="SslStep"/> that nobody filled in: a defect of the engine.</summary>
    internal static readonly CloseOutcome Unset = new(CloseReason.LocalError, new InvalidOperationException("an attempt ended without a result"));

    /// <summary>Makes an outcome.</summary>
    /// <param name="reason">The named way in which the connection ended.</param>
    /// <param name="exception">The fault, with OpenSSL's error queue if it came from there; null for an orderly end.</param>
    /// <param name="alertSent">The alert that we sent (RFC 8446 §6.2), if any.</param>
    /// <param name="alertReceived">The alert that the peer sent, if any.</param>
    public CloseOutcome(CloseReason reason, Exception? exception = null, int? alertSent = null, int? alertReceived = null)
    {
        Reason = reason;
        Exception = exception;
        AlertSent = alertSent;
        AlertReceived = alertReceived;
    }

    /// <summary>The named way in which the connection ended.</summary>
    public CloseReason Reason { get; }

    /// <summary>The fault behind it; null for an orderly end.</summary>
    public Exception? Exception { get; }

    /// <summary>AlertDescription that we sent (RFC 8446 §6), or null.</summary>
    public int? AlertSent { get; }

    /// <summary>AlertDescription that the peer sent (RFC 8446 §6), or null.</summary>
    public int? AlertReceived { get; }

    /// <summary>True when both directions ended by close_notify: nothing was cut short.</summary>
    public bool IsOrderly => Reason == CloseReason.CloseNotify;

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        string text = Reason.ToString();
        if (AlertSent is { } sent) text += $", sent alert {sent}";
        if (AlertReceived is { } received) text += $", received alert {received}";
        return Exception is null ? text : $"{text}: {Exception.Message}";
    }
}
