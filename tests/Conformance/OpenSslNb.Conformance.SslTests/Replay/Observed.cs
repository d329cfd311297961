namespace OpenSslNb.Conformance.SslTests.Replay;

/// <summary>Who could not go on, in the words of <c>ExpectedResult</c>.</summary>
internal enum ReplayResult
{
    Success,
    ServerFail,
    ClientFail,
    FirstHandshakeFailed,

    /// <summary>Nobody failed, and nothing moved any more.</summary>
    InternalError,
}

/// <summary>What a connection came to, as both sides see it.</summary>
internal sealed record Observed
{
    public required ReplayResult Result { get; init; }

    /// <summary>Why a side could not go on; empty when both could.</summary>
    public required string Fault { get; init; }

    public required SideObserved Server { get; init; }

    public required SideObserved Client { get; init; }

    /// <summary>Which server the name has led to; null when there was no choice.</summary>
    public string? ChosenServer { get; init; }

    public bool UsedForbiddenTicketKeys { get; init; }

    public bool HasTicket { get; init; }

    public bool HasSessionId { get; init; }

    public string TicketData { get; init; } = "";

    public int TemporaryKey { get; init; }
}

/// <summary>What one side sees; what is of the peer is so named.</summary>
internal sealed record SideObserved
{
    public required int? AlertSent { get; init; }

    public required int LastAlertsSent { get; init; }

    public required int Protocol { get; init; }

    public required string Cipher { get; init; }

    public required bool IsResumed { get; init; }

    public string? ApplicationProtocol { get; init; }

    public int PeerSignatureHash { get; init; }

    public int PeerSignatureType { get; init; }

    public int PeerCertificateKey { get; init; }

    public IReadOnlyList<string> PeerAuthorities { get; init; } = [];
}
