using System.Text;

namespace OpenSslNb.BogoShim;

/// <summary>Makes a <see cref="TlsContext"/> of the runner's options. BoringSSL's own defaults are wider than ours, and so are these: everything from TLS 1.0 on, at security level 0.</summary>
internal static class Contexts
{
    // What BoringSSL takes at most (SSL_CTX_set_max_early_data(3) for ours).
    private const int MostEarlyData = 14_336;
    private const int Tls10 = 0x0301;
    private const int Tls12 = 0x0303;
    private const byte CertificateUnknown = 46;
    private const byte HandshakeFailure = 40;
    private const byte InternalError = 80;
    private const int Sessions = 64;

    /// <param name="options">Of the connections to come.</param>
    /// <param name="before">The context of those before; its tickets stay good.</param>
    public static TlsContext Make(ShimOptions options, TlsContext? before)
    {
        try
        {
            TlsContext context = options.Server ? MakeServer(options, before) : MakeClient(options);
            NativeSwitches.Set(context, options);
            return context;
        }
        catch (Exception e) when (e is OpenSslException or ArgumentException && s_lacking.Any(words => e.Message.Contains(words, StringComparison.Ordinal)))
        {
            throw new NotImplementedFlagException(e.Message);
        }
    }

    // What OpenSSL says, or the library for it, of what this version does not have, or no version: everything that has a name here is in one of them.
    private static readonly string[] s_lacking =
    [
        "refused the groups", "refused the signature algorithms", "'ClientSignatureAlgorithms' does not take", "needs OpenSSL 3.2",
        "keys of the same type", "DECODER routines: unsupported", "unsupported private key algorithm", "a private key without a certificate is of use for raw public keys alone",
    ];

    private static TlsContext MakeServer(ShimOptions options, TlsContext? before)
    {
        TlsServerOptions server = new()
        {
            ApplicationProtocols = options.RejectAlpn ? ["nothing that is offered"] : options.SelectAlpn is { Length: > 0 } name && !options.DeclineAlpn ? [name] : [],
            ApplicationProtocolMismatch = options.RejectAlpn ? ApplicationProtocolMismatch.Refuse : ApplicationProtocolMismatch.Ignore,
            ClientTrust = options.Judges ? TlsTrust.FromPem(s_nobody) : null,
            ClientCertificateIsOptional = options.Judges && !options.RequireAnyClientCertificate,
            SessionCacheSize = FindsSessionsLater(options) ? 0 : Sessions,
            SessionStore = FindsSessionsLater(options) ? s_sessions : null,

            // As many as BoringSSL sends.
            SessionTicketCount = options.NoTicket ? 0 : 2,
            MaximumEarlyData = options.EnableEarlyData ? MostEarlyData : 0,

            // BoringSSL leaves that to its applications.
            DangerouslyAllowEarlyDataReplay = options.EnableEarlyData,
            TicketKeysOf = options.UseTicketCallback || FindsSessionsLater(options) ? null : before,
            TicketKeys = options.UseTicketCallback ? s_keys : null,

            // A name is acknowledged where something depends on it.
            NamedCertificates = options is { ExpectServerName: { } expected, NoServerNameAck: false } && CertificateOf(options) is { } certificate ? new Dictionary<string, TlsCertificate> { [expected] = certificate } : new Dictionary<string, TlsCertificate>(),

            // The name is asked for in resumed connections too, where OpenSSL does not tell it.
            KeepClientHello = true,
            SelectContext = options.UseEarlyCallback || options.FailCertCallback ? _ => Choose(options, chosen: null) : null,
            FindPreSharedKey = options.Psk is { } key ? identity => identity == options.PskIdentity ? KeyOf(options, key) : null : null,
        };
        TlsServerOptions whole = (TlsServerOptions)WithCommon(server, options);
        return TlsContext.CreateServer(options.Async ? Later(whole, options) : whole);
    }

    // What the server shows and which protocol it speaks is settled when the hello has come, and not at once.
    private static TlsServerOptions Later(TlsServerOptions whole, ShimOptions options)
    {
        TlsContext chosen = TlsContext.CreateServer(whole);
        NativeSwitches.Set(chosen, options);
        return whole with
        {
            Certificate = TlsCertificate.CreateSelfSigned(["nobody has chosen yet"], TimeSpan.FromHours(1)),
            AdditionalCertificates = [],
            NamedCertificates = new Dictionary<string, TlsCertificate>(),
            ApplicationProtocols = [],
            SelectContext = _ => Choose(options, chosen),
        };
    }

    private static TlsContext MakeClient(ShimOptions options)
    {
        TlsClientOptions client = new()
        {
            ApplicationProtocols = ProtocolsOf(options.AdvertiseAlpn),
            SessionCacheSize = options.Psk is null ? Sessions : options.ResumeCount == 0 ? 0 : throw new NotImplementedFlagException("a client of this library offers a pre-shared key or a session, not both"),
            DangerouslyAcceptAnyPeerCertificate = !options.Judges,
            SelectCertificate = ChoosesLate(options) ? _ => ChooseCertificate(options) : null,
            PreSharedKey = options.Psk is { } key ? KeyOf(options, key) : null,
        };
        return TlsContext.CreateClient((TlsClientOptions)WithCommon(client, options));
    }

    private static TlsOptions WithCommon(TlsOptions options, ShimOptions shim) => options with
    {
        MinimumProtocol = (TlsProtocol)(shim.MinVersion != 0 ? shim.MinVersion : shim.Policy?.LeastVersion ?? Tls10),

        // What BoringSSL has of pre-shared keys ends with TLS 1.2.
        MaximumProtocol = (TlsProtocol)(shim.MaxVersion == 0 && shim.Psk is not null ? Tls12 : shim.MaxVersion),
        SecurityLevel = 0,
        CipherList = CiphersOf(shim),
        CipherSuites = shim.Policy?.Suites,
        Groups = Names.Groups(Or(shim.Curves, shim.Policy?.Groups)),

        // A server signs with what these say, and a client verifies by it; the other way round it is the authentication of clients.
        SignatureAlgorithms = Names.Signatures(shim.Server ? SigningOf(shim) : VerifyingOf(shim)),
        OpenSslCommands = Names.Signatures(shim.Server ? VerifyingOf(shim) : SigningOf(shim)) is { } clients ? [new("ClientSignatureAlgorithms", clients)] : [],
        Certificate = options is TlsServerOptions || !ChoosesLate(shim) ? CertificateOf(shim) : null,
        AdditionalCertificates = [.. shim.OwnCredentials.Skip(1).Select(credential => credential.Read(staples: !shim.DeclineOcsp))],
        OwnCertificateTypes = OwnTypesOf(shim),
        PeerCertificateTypes = shim.AcceptedPeerCertTypes is { Count: > 0 } types ? types : [TlsCertificateType.X509],
        VerifyPeer = shim.Judges ? subject => Judge(shim, subject) : null,
        AllowRenegotiation = shim.Renegotiate,
        HandshakeWorkers = SignsLater(shim) ? new TlsWorkers(1) : null,
    };

    // On another thread, as slow keys are used. Early data is taken on the first one alone.
    private static bool SignsLater(ShimOptions options) => options is { Async: true, EnableEarlyData: false } && (options.Server || options.OwnCredentials.Any());

    // Not where the test is of tickets, which OpenSSL reads at once.
    private static bool FindsSessionsLater(ShimOptions options) => options is { Async: true, UseTicketCallback: false, ExpectNoSessionId: false, EnableEarlyData: false };

    private static IReadOnlyList<int> SigningOf(ShimOptions options) => Or(PrefsOf(options), options.Policy?.Signatures);

    private static IReadOnlyList<int> VerifyingOf(ShimOptions options) => Or(options.VerifyPrefs, options.Policy?.Signatures);

    private static IReadOnlyList<int> Or(IReadOnlyList<int> own, IReadOnlyList<int>? policy) => own.Count > 0 ? own : policy ?? [];

    private static bool ChoosesLate(ShimOptions options) => !options.Server && !options.OwnCredentials.Skip(1).Any() && (options.Async || options.UseOldClientCertCallback || options.FailCertCallback);

    private static string CiphersOf(ShimOptions options)
    {
        if ((options.Cipher ?? options.Policy?.Ciphers) is not { } list) return options.Psk is null ? "DEFAULT:@SECLEVEL=0" : "PSK:DEFAULT:@SECLEVEL=0";
        if (list.Contains('[', StringComparison.Ordinal)) throw new NotImplementedFlagException("OpenSSL's cipher lists know no groups of equal preference");
        return $"{string.Join(':', list.Split(':').Select(NativeSwitches.CipherName))}:@SECLEVEL=0";
    }

    // OpenSSL chooses among certificates by the kinds of their keys, and has one for each.
    private static IReadOnlyList<int> PrefsOf(ShimOptions options) => options.OwnCredentials.ToArray() switch
    {
        [] => options.Credential.SigningPrefs,
        [var only] => only.SigningPrefs,
        var several => several.Any(credential => credential.SigningPrefs.Count > 0) ? throw new NotImplementedFlagException("OpenSSL's certificates have no signature algorithms of their own") : [],
    };

    private static IReadOnlyList<TlsCertificateType> OwnTypesOf(ShimOptions options)
    {
        int raw = options.OwnCredentials.Count(credential => credential.IsRawKey);
        if (raw > 0 && raw < options.OwnCredentials.Count()) throw new NotImplementedFlagException("the keys of its certificates are what OpenSSL shows raw");
        if (options.AvailableClientCertTypes is { Count: > 0 } types) return types;
        return [raw > 0 ? TlsCertificateType.RawPublicKey : TlsCertificateType.X509];
    }

    private static TlsCertificate? CertificateOf(ShimOptions options)
    {
        if (options.OwnCredentials.FirstOrDefault() is { } credential) return credential.Read(staples: !options.DeclineOcsp);
        return options.Server && options.Psk is null ? TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1)) : null;
    }

    // Every answer is given later when the test is asynchronous, and from another thread.
    private static async ValueTask<bool> Judge(ShimOptions options, TlsPeerVerification subject)
    {
        if (options.Async) await Task.Yield();

        // The library asks a server's application again where a session is resumed; BoringSSL does only where it is told to.
        if (!options.VerifyFail || (subject.IsResumed && !options.ReverifyOnResume)) return true;
        return options.UseCustomVerifyCallback ? throw new TlsAlertException(CertificateUnknown, "the test wants the verification to fail") : false;
    }

    private static async ValueTask<TlsCertificate?> ChooseCertificate(ShimOptions options)
    {
        if (options.Async) await Task.Yield();
        return options.FailCertCallback ? throw Refusal(options) : CertificateOf(options);
    }

    private static async ValueTask<TlsContext?> Choose(ShimOptions options, TlsContext? chosen)
    {
        if (options.Async) await Task.Yield();
        return options.FailEarlyCallback || options.FailDdosCallback || options.FailCertCallback ? throw Refusal(options) : chosen;
    }

    private static TlsAlertException Refusal(ShimOptions options) => new(options.FailEarlyCallback ? HandshakeFailure : InternalError, "the test wants this callback to fail");

    private static TlsPreSharedKey KeyOf(ShimOptions options, string key) => TlsPreSharedKey.Unchecked(options.PskIdentity, Flags.Bytes(key));

    private static List<string> ProtocolsOf(string? wire)
    {
        var protocols = new List<string>();
        byte[] bytes = wire is null ? [] : Flags.Bytes(wire);
        for (int at = 0; at < bytes.Length; at += 1 + bytes[at])
        {
            if (bytes[at] == 0 || at + 1 + bytes[at] > bytes.Length) throw new NotImplementedFlagException("-advertise-alpn with a list that is none");
            protocols.Add(Encoding.ASCII.GetString(bytes, at + 1, bytes[at]));
        }

        return protocols;
    }

    private static readonly LaterSessions s_sessions = new(Sessions);
    private static readonly RandomTicketKeys s_keys = new();

    // Somebody has to be trusted by a server that asks for certificates; what the test wants is decided by its verdict alone.
    private static readonly byte[] s_nobody = TlsCertificate.CreateSelfSigned(["nobody"], TimeSpan.FromHours(1)).ExportCertificatePem();
}
