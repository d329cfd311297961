namespace OpenSslNb.Fuzz;

/// <summary>The contexts that all runs share: one fixed certificate, one suite per version, so that a record can be forged from the key log.</summary>
internal sealed class FuzzContexts
{
    private static readonly Lazy<TlsCertificate> s_certificate = new(() => TlsCertificate.FromPem(Resource("certificate.pem"), Resource("key.pem")));
    private static readonly Lazy<FuzzContexts> s_tls12 = new(() => new FuzzContexts(TlsProtocol.Tls12));
    private static readonly Lazy<FuzzContexts> s_tls13 = new(() => new FuzzContexts(TlsProtocol.Tls13));

    private FuzzContexts(TlsProtocol protocol)
    {
        TlsCertificate certificate = s_certificate.Value;
        Server = TlsContext.CreateServer(new TlsServerOptions
        {
            MinimumProtocol = protocol,
            MaximumProtocol = protocol,
            CipherList = Forger.Tls12Cipher,
            CipherSuites = Forger.Tls13Suite,
            Certificate = certificate,
            AllowRenegotiation = true,
            KeyLog = KeyLog.Add,
            ApplicationProtocols = ["fuzz"],
        });
        Client = TlsContext.CreateClient(new TlsClientOptions
        {
            MinimumProtocol = protocol,
            MaximumProtocol = protocol,
            CipherList = Forger.Tls12Cipher,
            CipherSuites = Forger.Tls13Suite,
            Trust = TlsTrust.FromPem(certificate.ExportCertificatePem()),
            AllowRenegotiation = true,
            ApplicationProtocols = ["fuzz"],
        });
    }

    public TlsContext Server { get; }

    public TlsContext Client { get; }

    /// <summary>Made at first use: instrumented code must not run before the fuzzer is there.</summary>
    public static FuzzContexts For(bool isTls13) => (isTls13 ? s_tls13 : s_tls12).Value;

    private static byte[] Resource(string name)
    {
        using Stream stream = typeof(FuzzContexts).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not embedded");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
