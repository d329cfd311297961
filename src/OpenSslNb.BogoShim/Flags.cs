using System.Globalization;
using System.Text;

namespace OpenSslNb.BogoShim;

/// <summary>The runner's command line (<c>ssl/test/test_config.cc</c> of BoringSSL lists all flags there are). A flag that is missing here is one that is not implemented.</summary>
internal static class Flags
{
    private static readonly Dictionary<string, Action<ShimOptions>> s_switches = new()
    {
        ["-server"] = o => o.Server = true,
        ["-async"] = o => o.Async = true,
        ["-ipv6"] = o => o.Ipv6 = true,
        ["-verify-peer"] = o => o.VerifyPeer = true,
        ["-verify-fail"] = o => o.VerifyFail = true,
        ["-use-custom-verify-callback"] = o => o.UseCustomVerifyCallback = true,
        ["-require-any-client-certificate"] = o => o.RequireAnyClientCertificate = true,
        ["-use-old-client-cert-callback"] = o => o.UseOldClientCertCallback = true,
        ["-fail-cert-callback"] = o => o.FailCertCallback = true,
        ["-enable-ocsp-stapling"] = o => o.EnableOcspStapling = true,
        ["-use-ocsp-callback"] = _ => { },
        ["-set-ocsp-in-callback"] = _ => { },
        ["-decline-ocsp-callback"] = o => o.DeclineOcsp = true,
        ["-fail-ocsp-callback"] = o => o.FailOcsp = true,
        ["-reverify-on-resume"] = o => o.ReverifyOnResume = true,
        ["-server-preference"] = o => o.ServerPreference = true,
        ["-fallback-scsv"] = o => o.FallbackScsv = true,
        ["-no-tls1"] = o => o.DisabledVersions |= NativeSwitches.NoTls10,
        ["-no-tls11"] = o => o.DisabledVersions |= NativeSwitches.NoTls11,
        ["-no-tls12"] = o => o.DisabledVersions |= NativeSwitches.NoTls12,
        ["-no-tls13"] = o => o.DisabledVersions |= NativeSwitches.NoTls13,
        ["-fips-202205"] = o => o.Policy = CompliancePolicy.Fips202205,
        ["-wpa-202304"] = o => o.Policy = CompliancePolicy.Wpa202304,
        ["-cnsa1-202603"] = o => o.Policy = CompliancePolicy.Cnsa1,
        ["-cnsa2-202603"] = o => o.Policy = CompliancePolicy.Cnsa2,
        ["-new-x509-credential"] = o => o.BeginCredential(isRawKey: false),
        ["-new-rpk-credential"] = o => o.BeginCredential(isRawKey: true),
        ["-no-server-name-ack"] = o => o.NoServerNameAck = true,
        ["-no-legacy-server-connect"] = o => o.NoLegacyServerConnect = true,
        ["-use-ticket-callback"] = o => o.UseTicketCallback = true,
        ["-decline-alpn"] = o => o.DeclineAlpn = true,
        ["-reject-alpn"] = o => o.RejectAlpn = true,
        ["-no-ticket"] = o => o.NoTicket = true,
        ["-enable-early-data"] = o => o.EnableEarlyData = true,
        ["-renegotiate-freely"] = o => o.Renegotiate = true,
        ["-use-early-callback"] = o => o.UseEarlyCallback = true,
        ["-install-ddos-callback"] = o => o.UseEarlyCallback = true,
        ["-fail-early-callback"] = o => o.UseEarlyCallback = o.FailEarlyCallback = true,
        ["-fail-ddos-callback"] = o => o.UseEarlyCallback = o.FailDdosCallback = true,
        ["-implicit-handshake"] = o => o.ImplicitHandshake = true,
        ["-handshake-twice"] = o => o.HandshakeTwice = true,
        ["-no-op-extra-handshake"] = o => o.HandshakeTwice = true,
        ["-shim-writes-first"] = o => o.ShimWritesFirst = true,
        ["-shim-shuts-down"] = o => o.ShimShutsDown = true,
        ["-check-close-notify"] = o => o.CheckCloseNotify = true,
        ["-read-with-unfinished-write"] = o => o.ReadWithUnfinishedWrite = true,
        ["-write-different-record-sizes"] = o => o.WriteDifferentRecordSizes = true,
        ["-key-update"] = o => o.KeyUpdate = true,
        ["-use-export-context"] = o => o.UseExportContext = true,
        ["-use-exporter-between-reads"] = o => o.UseExporterBetweenReads = true,
        ["-tls-unique"] = o => o.TlsUnique = true,
        ["-expect-session-miss"] = o => o.ExpectSessionMiss = true,
        ["-expect-ticket-renewal"] = o => o.ExpectTicketRenewal = true,
        ["-expect-no-session"] = o => o.ExpectNoSession = true,
        ["-expect-session-id"] = o => o.ExpectSessionId = true,
        ["-expect-no-session-id"] = o => o.ExpectNoSessionId = true,
        ["-expect-ticket-supports-early-data"] = o => o.ExpectTicketSupportsEarlyData = true,
        ["-expect-accept-early-data"] = o => o.ExpectAcceptEarlyData = true,
        ["-expect-reject-early-data"] = o => o.ExpectRejectEarlyData = true,
        ["-expect-no-offer-early-data"] = o => o.ExpectNoOfferEarlyData = true,
        ["-expect-extended-master-secret"] = o => o.ExpectExtendedMasterSecret = true,
        ["-expect-secure-renegotiation"] = o => o.ExpectSecureRenegotiation = true,
        ["-expect-no-secure-renegotiation"] = o => o.ExpectNoSecureRenegotiation = true,

        // That the handshake has come to its end, or not, is the application's verdict; OpenSSL's own is kept beside it.
        ["-expect-verify-result"] = _ => { },
        ["-expect-hrr"] = o => o.ExpectHelloRetryRequest = true,
        ["-expect-no-hrr"] = o => o.ExpectHelloRetryRequest = false,
        ["-handshake-never-done"] = o => o.HandshakeNeverDone = true,

        // About BoringSSL's handshakes in two processes, which are not asked for here.
        ["-allow-hint-mismatch"] = _ => { },
    };

    private static readonly Dictionary<string, Action<ShimOptions, string>> s_values = new()
    {
        ["-port"] = (o, v) => o.Port = Number(v),
        ["-shim-id"] = (o, v) => o.ShimId = ulong.Parse(v, CultureInfo.InvariantCulture),
        ["-resume-count"] = (o, v) => o.ResumeCount = Number(v),
        ["-cert-file"] = (o, v) => o.Credential.CertificateFile = v,
        ["-key-file"] = (o, v) => o.Credential.KeyFile = v,

        // What would be trusted is not looked at: every test says what its verification must come to.
        ["-trust-cert"] = (_, _) => { },
        ["-max-cert-list"] = (o, v) => o.MaxCertList = Number(v),
        ["-host-name"] = (o, v) => o.HostName = v,
        ["-ocsp-response"] = (o, v) => o.Credential.OcspResponse = Convert.FromBase64String(v),
        // QUIC is not spoken here; the others have it as a flag too many.
        ["-quic-use-legacy-codepoint"] = (_, _) => { },
        ["-min-version"] = (o, v) => o.MinVersion = Number(v),
        ["-max-version"] = (o, v) => o.MaxVersion = Number(v),
        ["-cipher"] = (o, v) => o.Cipher = v,
        ["-curves"] = (o, v) => o.Curves.Add(Number(v)),
        ["-signing-prefs"] = (o, v) => o.Credential.SigningPrefs.Add(Number(v)),
        ["-verify-prefs"] = (o, v) => o.VerifyPrefs.Add(Number(v)),
        ["-advertise-alpn"] = (o, v) => o.AdvertiseAlpn = v,
        ["-select-alpn"] = (o, v) => o.SelectAlpn = v,

        // The tests that have it look at what comes of it, too.
        ["-expect-advertised-alpn"] = (_, _) => { },
        ["-psk"] = (o, v) => o.Psk = v,
        ["-psk-identity"] = (o, v) => o.PskIdentity = v,
        ["-available-client-cert-types"] = (o, v) => o.AvailableClientCertTypes.Add((TlsCertificateType)Number(v)),
        ["-accepted-peer-cert-types"] = (o, v) => o.AcceptedPeerCertTypes.Add((TlsCertificateType)Number(v)),
        ["-expect-peer-certificate-type"] = (o, v) => o.ExpectPeerCertificateType = Number(v),
        ["-expect-peer-rpk-sha256"] = (o, v) => o.ExpectPeerRawKeyHash = Convert.FromBase64String(v),
        ["-expect-selected-credential"] = (o, v) => o.ExpectSelectedCredential = Number(v),
        ["-read-size"] = (o, v) => o.ReadSize = Number(v),
        ["-max-send-fragment"] = (o, v) => o.MaxSendFragment = Number(v),
        ["-export-keying-material"] = (o, v) => o.ExportKeyingMaterial = Number(v),
        ["-export-label"] = (o, v) => o.ExportLabel = v,
        ["-export-context"] = (o, v) => o.ExportContext = v,
        ["-expect-version"] = (o, v) => o.ExpectVersion = Number(v),
        ["-expect-server-name"] = (o, v) => o.ExpectServerName = v,
        ["-expect-alpn"] = (o, v) => o.ExpectAlpn = v,
        ["-expect-curve-id"] = (o, v) => o.ExpectCurve = Number(v),
        ["-expect-peer-signature-algorithm"] = (o, v) => o.ExpectPeerSignature = Number(v),
        ["-expect-ocsp-response"] = (o, v) => o.ExpectOcspResponse = Convert.FromBase64String(v),
        ["-expect-peer-cert-file"] = (o, v) => o.ExpectPeerCertFile = v,
        ["-expect-msg-callback"] = (o, v) => o.ExpectMessages = v,
        ["-expect-early-data-reason"] = (o, v) => o.ExpectEarlyDataReason = v,
        ["-expect-total-renegotiations"] = (o, v) => o.ExpectTotalRenegotiations = Number(v),
    };

    /// <summary>Reads a command line.</summary>
    /// <returns>What holds for the first connection, for those after it, and for one that is begun again without its early data.</returns>
    /// <exception cref="NotImplementedFlagException">A flag is not known here.</exception>
    /// <exception cref="FormatException">A value is none.</exception>
    public static (ShimOptions Initial, ShimOptions Resume, ShimOptions Retry) Parse(IReadOnlyList<string> arguments)
    {
        ShimOptions initial = new(), resume = new(), retry = new();
        for (int i = 0; i < arguments.Count; i++)
        {
            string name = WithoutPrefix(arguments[i], "-on-shim-");
            bool isForHandshaker = name.StartsWith("-on-handshaker-", StringComparison.Ordinal);
            name = WithoutPrefix(name, "-on-handshaker-");
            (string flag, ShimOptions[] affected) =
                name.StartsWith("-on-initial-", StringComparison.Ordinal) ? (WithoutPrefix(name, "-on-initial-"), [initial])
                : name.StartsWith("-on-resume-", StringComparison.Ordinal) ? (WithoutPrefix(name, "-on-resume-"), [resume])
                : name.StartsWith("-on-retry-", StringComparison.Ordinal) ? (WithoutPrefix(name, "-on-retry-"), new[] { retry })
                : (name, [initial, resume, retry]);
            string? value = null;
            if (s_values.TryGetValue(flag, out Action<ShimOptions, string>? set))
            {
                if (++i == arguments.Count) throw new FormatException($"{flag} needs a value");
                value = arguments[i];
            }
            else if (!s_switches.ContainsKey(flag))
            {
                throw new NotImplementedFlagException($"{flag} is not implemented");
            }

            if (isForHandshaker) continue;
            foreach (ShimOptions options in affected) Apply(options, flag, value, set);
        }

        return (initial, resume, retry);
    }

    private static void Apply(ShimOptions options, string flag, string? value, Action<ShimOptions, string>? set)
    {
        if (set is not null) set(options, value!);
        else s_switches[flag](options);
        if (!flag.StartsWith("-expect", StringComparison.Ordinal)) options.ContextFlags.Add($"{flag} {value}");
    }

    private static string WithoutPrefix(string name, string prefix) => name.StartsWith(prefix, StringComparison.Ordinal) ? string.Concat("-", name.AsSpan(prefix.Length)) : name;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>The bytes of an argument, which need not be text in any encoding.</summary>
    public static byte[] Bytes(string argument) => Encoding.UTF8.GetBytes(argument);
}
