using System.Security.Cryptography;
using System.Text;

namespace OpenSslNb.OpenSsl;

/// <summary>
/// In which contexts a session may be resumed: those with the same certificates and the same demands on the peer, in this process or another (<c>SSL_CTX_set_session_id_context(3)</c>), for nobody is verified again when a session is
/// resumed. Without it a client that was let in without a certificate could resume where one is demanded, or after it was revoked.
/// </summary>
internal static class SessionScope
{
    public const int Length = SHA256.HashSizeInBytes;

    public static byte[] Of(TlsOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, "opensslnb");
        if (options.Certificate is { } own) hash.AppendData(own.Fingerprint());
        foreach (TlsCertificate certificate in options.AdditionalCertificates) hash.AppendData(certificate.Fingerprint());

        if (options is TlsServerOptions { FindPreSharedKey: not null }) Add(hash, "pre-shared keys");
        if (options is TlsServerOptions { ClientTrust: { } trust } server)
        {
            Add(hash, server.ClientCertificateIsOptional ? "optional" : "demanded");
            Add(hash, server.VerifyPeer is null ? "" : "judged");
            Add(hash, trust);
        }

        if (options is TlsClientOptions client) Add(hash, client);
        return hash.GetHashAndReset();
    }

    private static void Add(IncrementalHash hash, TlsClientOptions client)
    {
        Add(hash, client.DangerouslyAcceptAnyPeerCertificate ? "anybody" : "verified");
        Add(hash, client.VerifyPeer is null ? "" : "judged");
        Add(hash, client.Stapling.ToString());
        foreach (string pin in client.PinnedKeys) Add(hash, pin);
        if (client.Trust is { } trust) Add(hash, trust);
    }

    private static void Add(IncrementalHash hash, TlsTrust trust)
    {
        if (trust.AllowsPartialChains) Add(hash, "partial chains");
        if (trust.Revocation is { } revocation)
        {
            Add(hash, revocation.WholeChain ? "no chain with what these revoke" : "no peer that these revoke");
            foreach ((byte[] pem, _) in revocation.Texts) hash.AppendData(SHA256.HashData(pem));
        }

        foreach (TrustSource source in trust.Sources)
        {
            if (source.Text is { } text) hash.AppendData(SHA256.HashData(text));
            else Add(hash, source.Origin);
        }
    }

    // With its end, so that no two lists are alike.
    private static void Add(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + '\0'));
}
