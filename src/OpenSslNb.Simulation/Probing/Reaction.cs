using OpenSslNb.OpenSsl;

namespace OpenSslNb.Simulation.Probing;

/// <summary>How far the peer's stream has come.</summary>
public enum StreamEnd
{
    /// <summary>It is open, as far as anybody knows.</summary>
    Open = 0,

    /// <summary>The peer has ended it (FIN).</summary>
    EndOfStream,

    /// <summary>The peer has reset it.</summary>
    Reset,

    /// <summary>It is open, and nothing that was waited for came before the deadline.</summary>
    Silent,
}

/// <summary>An alert of the peer.</summary>
/// <param name="IsFatal">Its level; with TLS 1.3 every alert but close_notify and user_canceled is fatal whatever it says (RFC 8446 §6).</param>
/// <param name="Description">AlertDescription.</param>
public readonly record struct ReceivedAlert(bool IsFatal, byte Description)
{
    private const byte UserCanceled = 90;

    /// <summary>True of all that says that something is wrong.</summary>
    public bool IsError => Description is not ((byte)TlsAlert.CloseNotify or UserCanceled);

    /// <inheritdoc/>
    public override string ToString() => $"{(IsFatal ? "fatal" : "warning")} {MessageNames.Alert(Description)}";
}

/// <summary>What a peer has done on one connection so far. Immutable.</summary>
public sealed record Reaction
{
    private const int ShownMessages = 12;

    /// <summary>How far its stream has come.</summary>
    public StreamEnd End { get; init; }

    /// <summary>Its alerts in order, encrypted ones too where the probe has made the handshake.</summary>
    public IReadOnlyList<ReceivedAlert> Alerts { get; init; } = [];

    /// <summary>Its handshake messages in order, by name, as far as they can be read.</summary>
    public IReadOnlyList<string> Messages { get; init; } = [];

    /// <summary>The records that it sent: type and length of the payload.</summary>
    public IReadOnlyList<(byte Type, int Length)> Records { get; init; } = [];

    /// <summary>Its answer to a <see cref="RawClientHello"/>.</summary>
    public ServerHelloFacts? ServerHello { get; init; }

    /// <summary>What the handshake has agreed on; null before its end.</summary>
    public TlsConnectionInfo? Info { get; init; }

    /// <summary>Bytes of application data that it sent.</summary>
    public long ApplicationBytes { get; init; }

    /// <summary>How many of these had come before the step that is judged, and so before what it answers: a greeting behind the handshake.</summary>
    public long EarlierApplicationBytes { get; init; }

    /// <summary>Bytes of application data that have come since.</summary>
    public long NewApplicationBytes => ApplicationBytes - EarlierApplicationBytes;

    /// <summary>The first of what it sent that is no record; null when all was records.</summary>
    public string? NoRecords { get; init; }

    /// <summary>What our side could not accept of it.</summary>
    public string? Refusal { get; init; }

    /// <summary>The peer has sent close_notify.</summary>
    public bool HasCloseNotify => Alerts.Any(alert => alert.Description == (byte)TlsAlert.CloseNotify);

    /// <summary>Its first alert that says that something is wrong.</summary>
    public ReceivedAlert? Error => Alerts.Where(alert => alert.IsError).Select(alert => (ReceivedAlert?)alert).FirstOrDefault();

    /// <summary>The stream is over.</summary>
    public bool HasEnded => End is StreamEnd.EndOfStream or StreamEnd.Reset;

    /// <summary>In words: "ServerHello, Certificate; fatal decode_error; end of stream".</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        if (Messages.Count > 0) parts.Add(string.Join(", ", Messages.Take(ShownMessages)) + (Messages.Count > ShownMessages ? ", ..." : ""));
        if (Info is { } info) parts.Add($"{info.Protocol} {info.CipherSuite}{(info.IsResumed ? ", resumed" : "")}");
        if (ApplicationBytes > 0) parts.Add($"{ApplicationBytes} bytes of application data");
        if (NoRecords is { } text) parts.Add($"no TLS but {text}");
        parts.AddRange(Alerts.Select(alert => alert.ToString()));
        if (Refusal is { } refusal) parts.Add($"refused by us: {refusal}");
        if (End != StreamEnd.Open || parts.Count == 0) parts.Add(End switch { StreamEnd.EndOfStream => "end of stream", StreamEnd.Reset => "reset", StreamEnd.Silent => "then silence until the deadline", _ => "nothing" });
        return string.Join("; ", parts);
    }
}
