namespace OpenSslNb.BogoShim;

/// <summary>What the runner wants of one connection. Filled in by <see cref="Flags"/>; named like the flags.</summary>
internal sealed class ShimOptions
{
    private readonly ShimCredential _first;

    public ShimOptions() => _first = Credential;

    // The connection.
    public int Port { get; set; }
    public ulong? ShimId { get; set; }
    public bool Ipv6 { get; set; }
    public bool Server { get; set; }
    public bool Async { get; set; }
    public int ResumeCount { get; set; }

    // Identity and trust.
    public ShimCredential Credential { get; private set; } = new();
    public List<ShimCredential> Credentials { get; } = [];
    public List<TlsCertificateType> AvailableClientCertTypes { get; } = [];
    public List<TlsCertificateType> AcceptedPeerCertTypes { get; } = [];
    public bool VerifyPeer { get; set; }
    public bool VerifyFail { get; set; }
    public bool UseCustomVerifyCallback { get; set; }
    public bool ReverifyOnResume { get; set; }
    public bool RequireAnyClientCertificate { get; set; }
    public bool UseOldClientCertCallback { get; set; }
    public bool FailCertCallback { get; set; }
    public int MaxCertList { get; set; }
    public string? HostName { get; set; }
    public bool DeclineOcsp { get; set; }
    public bool FailOcsp { get; set; }
    public bool EnableOcspStapling { get; set; }

    // What may be negotiated.
    public int MinVersion { get; set; }
    public int MaxVersion { get; set; }
    public ulong DisabledVersions { get; set; }
    public string? Cipher { get; set; }
    public bool NoLegacyServerConnect { get; set; }
    public bool NoServerNameAck { get; set; }
    public bool ServerPreference { get; set; }
    public bool FallbackScsv { get; set; }
    public List<int> Curves { get; } = [];
    public List<int> VerifyPrefs { get; } = [];
    public string? AdvertiseAlpn { get; set; }
    public string? SelectAlpn { get; set; }
    public bool DeclineAlpn { get; set; }
    public bool RejectAlpn { get; set; }
    public string? Psk { get; set; }
    public string PskIdentity { get; set; } = "";
    public bool NoTicket { get; set; }
    public bool UseTicketCallback { get; set; }
    public CompliancePolicy? Policy { get; set; }
    public bool EnableEarlyData { get; set; }
    public bool Renegotiate { get; set; }
    public bool UseEarlyCallback { get; set; }
    public bool FailEarlyCallback { get; set; }
    public bool FailDdosCallback { get; set; }

    // What is done.
    public bool ImplicitHandshake { get; set; }
    public bool HandshakeTwice { get; set; }
    public bool ShimWritesFirst { get; set; }
    public bool ShimShutsDown { get; set; }
    public bool CheckCloseNotify { get; set; }
    public bool ReadWithUnfinishedWrite { get; set; }
    public bool WriteDifferentRecordSizes { get; set; }
    public int ReadSize { get; set; } = 512;
    public int MaxSendFragment { get; set; }
    public bool KeyUpdate { get; set; }
    public int ExportKeyingMaterial { get; set; }
    public string ExportLabel { get; set; } = "";
    public string ExportContext { get; set; } = "";
    public bool UseExportContext { get; set; }
    public bool UseExporterBetweenReads { get; set; }
    public bool TlsUnique { get; set; }

    // What must come of it.
    public int ExpectVersion { get; set; }
    public string? ExpectServerName { get; set; }
    public string? ExpectAlpn { get; set; }
    public int ExpectCurve { get; set; }
    public int ExpectPeerSignature { get; set; }
    public byte[]? ExpectOcspResponse { get; set; }
    public int? ExpectPeerCertificateType { get; set; }
    public byte[]? ExpectPeerRawKeyHash { get; set; }
    public int? ExpectSelectedCredential { get; set; }
    public string? ExpectPeerCertFile { get; set; }
    public bool ExpectSessionMiss { get; set; }
    public bool ExpectTicketRenewal { get; set; }
    public bool ExpectNoSession { get; set; }
    public bool ExpectSessionId { get; set; }
    public bool ExpectNoSessionId { get; set; }
    public bool ExpectTicketSupportsEarlyData { get; set; }
    public bool ExpectAcceptEarlyData { get; set; }
    public bool ExpectRejectEarlyData { get; set; }
    public bool ExpectNoOfferEarlyData { get; set; }
    public string? ExpectEarlyDataReason { get; set; }
    public bool ExpectExtendedMasterSecret { get; set; }
    public bool ExpectSecureRenegotiation { get; set; }
    public bool ExpectNoSecureRenegotiation { get; set; }
    public bool? ExpectHelloRetryRequest { get; set; }
    public string? ExpectMessages { get; set; }
    public int ExpectTotalRenegotiations { get; set; }
    public bool HandshakeNeverDone { get; set; }

    /// <summary>All of them: to BoringSSL the first is the last resort.</summary>
    public IEnumerable<ShimCredential> OwnCredentials => _first.CertificateFile is null ? Credentials : Credentials.Append(_first);

    /// <summary>What <c>-expect-selected-credential</c> names: -1 is the one before any that was begun, or none, which nobody can ask OpenSSL for.</summary>
    public ShimCredential? CredentialAt(int index) => index >= 0 ? Credentials[index] : _first.CertificateFile is null ? null : _first;

    /// <summary>The flags from here on are about another one.</summary>
    public void BeginCredential(bool isRawKey) => Credentials.Add(Credential = new ShimCredential { IsRawKey = isRawKey });

    /// <summary>True when the peer's certificate is looked at. A client of BoringSSL's shim judges raw keys always.</summary>
    public bool Judges => VerifyPeer || RequireAnyClientCertificate || (!Server && VerifyFail && AcceptedPeerCertTypes.Contains(TlsCertificateType.RawPublicKey));

    /// <summary>The flags that say what the context is, as they were given: two connections with the same share it.</summary>
    public List<string> ContextFlags { get; } = [];
}
