using OpenSslNb.OpenSsl;

namespace OpenSslNb.Simulation.Probing;

/// <summary>What a peer may do: a set of reactions, with words for it. Two make one with <c>|</c>.</summary>
public sealed class Outcome
{
    private readonly Func<Reaction, bool> _isMet;

    private Outcome(string words, Func<Reaction, bool> isMet)
    {
        Words = words;
        _isMet = isMet;
    }

    /// <summary>For reports: "fatal decode_error and the end".</summary>
    public string Words { get; }

    /// <summary>Any alert that says that something is wrong, and the end of the stream, which has to follow it (RFC 8446 §6.2).</summary>
    public static Outcome AnyAlert { get; } = new("a fatal alert and the end", r => r.Error is not null && r.HasEnded);

    /// <summary>The end of the stream, or a reset, without an alert that says why. A peer that answers first, in TLS or without, or says close_notify as if all were well, has not refused anything.</summary>
    public static Outcome Closed { get; } = new("the end without an alert", r => r.HasEnded && IsWordless(r));

    /// <summary>A reset without an alert. One that was sent may have been lost with it: whoever closes a socket with unread data throws away what is under way.</summary>
    public static Outcome Reset { get; } = new("a reset, which may have cost an alert", r => r.End == StreamEnd.Reset && IsWordless(r));

    /// <summary>The end of the stream, or a reset, whatever came before.</summary>
    public static Outcome Ended { get; } = new("the end", r => r.HasEnded);

    /// <summary>The peer's close_notify, and nothing wrong before it (RFC 8446 §6.1).</summary>
    public static Outcome CloseNotify { get; } = new("close_notify", r => r.HasCloseNotify && r.Error is null);

    /// <summary>A ServerHello to a <see cref="RawClientHello"/>.</summary>
    public static Outcome ServerHello { get; } = new("ServerHello", r => r.ServerHello is { IsRetryRequest: false });

    /// <summary>A HelloRetryRequest to a <see cref="RawClientHello"/> (RFC 8446 §4.1.4).</summary>
    public static Outcome HelloRetryRequest { get; } = new("HelloRetryRequest", r => r.ServerHello is { IsRetryRequest: true });

    /// <summary>The handshake has ended on our side. A server of TLS 1.3 may still refuse us after it.</summary>
    public static Outcome Handshake { get; } = new("the end of the handshake", r => r.Info is not null);

    /// <summary>At least one byte of application data.</summary>
    public static Outcome ApplicationData { get; } = new("application data", r => r.ApplicationBytes > 0);

    /// <summary>A sound connection: an answer, close_notify, or at least an end without an alert.</summary>
    public static Outcome Service { get; } = new("an answer or an end without an alert", r => r.Info is not null && r.Error is null && r.Refusal is null && (r.ApplicationBytes > 0 || r.HasCloseNotify || r.End == StreamEnd.EndOfStream));

    /// <summary>The same where an end has to be told from service: an answer, or close_notify.</summary>
    internal static Outcome Answer { get; } = new("an answer or close_notify", r => Service.IsMet(r) && (r.ApplicationBytes > 0 || r.HasCloseNotify));

    /// <summary>Something that is no TLS, such as a page in plain text.</summary>
    public static Outcome PlainText { get; } = new("an answer without TLS", r => r.NoRecords is not null && r.HasEnded);

    /// <summary>Nothing until the deadline. Makes a probe last as long as that.</summary>
    public static Outcome Silence { get; } = new("silence", r => r.End == StreamEnd.Silent && r.Error is null);

    /// <summary>The first alert that says that something is wrong is one of these, and the end of the stream follows.</summary>
    public static Outcome Alert(params TlsAlert[] alerts) => new($"{string.Join(" or ", alerts.Select(a => MessageNames.Alert((int)a)))}", r => r.Error is { } error && alerts.Contains((TlsAlert)error.Description) && r.HasEnded);

    /// <summary>A warning, after which the connection may go on.</summary>
    public static Outcome Warning(TlsAlert alert) => new($"warning {MessageNames.Alert((int)alert)}", r => r.Alerts.Any(a => !a.IsFatal && a.Description == (byte)alert));

    /// <summary>So many handshake messages of this name, such as <c>KeyUpdate</c>.</summary>
    public static Outcome Message(string name, int count = 1) => new(count == 1 ? name : $"{count} times {name}", r => r.Messages.Count(m => m == name) >= count);

    /// <summary>Anything else.</summary>
    /// <param name="words">For reports.</param>
    /// <param name="isMet">Looked at whenever something new has come, and at the end.</param>
    public static Outcome When(string words, Func<Reaction, bool> isMet)
    {
        ArgumentNullException.ThrowIfNull(isMet);
        return new Outcome(words, isMet);
    }

    /// <summary>True when the reaction is one of those.</summary>
    public bool IsMet(Reaction reaction)
    {
        ArgumentNullException.ThrowIfNull(reaction);
        return _isMet(reaction);
    }

    /// <inheritdoc cref="Or"/>
    public static Outcome operator |(Outcome left, Outcome right)
    {
        ArgumentNullException.ThrowIfNull(left);
        return left.Or(right);
    }

    /// <summary>Either.</summary>
    public Outcome Or(Outcome other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new Outcome($"{Words}, or {other.Words}", r => IsMet(r) || other.IsMet(r));
    }

    /// <inheritdoc/>
    public override string ToString() => Words;

    private static bool IsWordless(Reaction reaction) => reaction is { Error: null, HasCloseNotify: false, NoRecords: null, NewApplicationBytes: 0 };
}
