using System.Text;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>
/// In which contexts a session may be resumed: those with the same certificates and the same demands on the peer, in this process or another (<c>SSL_CTX_set_session_id_context(3)</c>), for nobody is verified again when a session is
/// resumed. Without it a client that was let in without a certificate could resume where one is demanded, or after it was revoked.
/// </summary>
internal static class SessionScope
{
    public const int Length = Digests.Sha256Length;

    public static byte[] Of(TlsOptions options)
    {
        using var text = new MemoryStream();
        Add(text, "opensslnb");
        if (options.Certificate is { } own) text.Write(own.Fingerprint());
        foreach (TlsCertificate certificate in options.AdditionalCertificates) text.Write(certificate.Fingerprint());

        if (options is TlsServerOptions { FindPreSharedKey: not null }) Add(text, "pre-shared keys");
        AddTypes(text, options);
        if (options is TlsServerOptions { AsksClients: true } server)
        {
            Add(text, server.ClientCertificateIsOptional ? "optional" : "demanded");
            Add(text, server.VerifyPeer is null ? "" : "judged");
            if (server.ClientTrust is { } trust) Add(text, trust);
        }

        if (options is TlsClientOptions client) Add(text, client);
        return Digests.Sha256(text.GetBuffer().AsSpan(0, (int)text.Length));
    }

    // Nothing where certificates are all there is.
    private static void AddTypes(MemoryStream scope, TlsOptions options)
    {
        if (options.OwnCertificateTypes.Contains(TlsCertificateType.RawPublicKey)) Add(scope, $"shows {string.Join(' ', options.OwnCertificateTypes)}");
        if (!options.TakesRawKeys) return;
        Add(scope, $"takes {string.Join(' ', options.PeerCertificateTypes)}");
        foreach (TlsPublicKey key in options.TrustedPeerKeys) Add(scope, key.Pin);
    }

    private static void Add(MemoryStream scope, TlsClientOptions client)
    {
        Add(scope, client.DangerouslyAcceptAnyPeerCertificate ? "anybody" : "verified");
        Add(scope, client.VerifyPeer is null ? "" : "judged");
        Add(scope, client.Stapling.ToString());
        foreach (string pin in client.PinnedKeys) Add(scope, pin);
        if (client.Trust is { } trust) Add(scope, trust);
    }

    private static void Add(MemoryStream scope, TlsTrust trust)
    {
        if (trust.AllowsPartialChains) Add(scope, "partial chains");
        if (trust.Revocation is { } revocation)
        {
            Add(scope, revocation.WholeChain ? "no chain with what these revoke" : "no peer that these revoke");
            foreach ((byte[] pem, _) in revocation.Texts) scope.Write(Digests.Sha256(pem));
        }

        foreach (TrustSource source in trust.Sources)
        {
            if (source.Text is { } pem) scope.Write(Digests.Sha256(pem));
            else Add(scope, source.Origin);
        }
    }

    // With its end, so that no two lists are alike.
    private static void Add(MemoryStream scope, string text) => scope.Write(Encoding.UTF8.GetBytes(text + '\0'));
}
