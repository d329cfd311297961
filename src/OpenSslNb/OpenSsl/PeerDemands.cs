using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>What is demanded of the peer: whose certificates or keys are good, and whether it must have one (<c>SSL_CTX_set_verify(3)</c>). Each refusal names the option.</summary>
internal static unsafe class PeerDemands
{
    public static void Set(nint context, TlsOptions options)
    {
        // Either may refuse what OpenSSL accepts, and accept what it does not know.
        if (options.VerifyPeer is not null || options.TakesRawKeys) SslCallbacks.JudgePeer(context);
        if (options.LeavesAllToCommands) return;
        switch (options)
        {
            case TlsClientOptions { DangerouslyAcceptAnyPeerCertificate: true, PinnedKeys.Count: > 0 }:
                throw new ArgumentException("PinnedKeys and DangerouslyAcceptAnyPeerCertificate exclude each other: for a key that no authority vouches for, trust its certificate (TlsTrust.WithPartialChains)", nameof(options));
            case TlsClientOptions { DangerouslyAcceptAnyPeerCertificate: true, VerifyPeer: not null }:
                throw new ArgumentException("VerifyPeer and DangerouslyAcceptAnyPeerCertificate exclude each other: VerifyPeer may accept what OpenSSL would not", nameof(options));
            case TlsClientOptions { DangerouslyAcceptAnyPeerCertificate: true } client:
                LoadTrust(context, client);

                // Any key, but no certificate where only keys may be shown.
                LibSsl.SSL_CTX_set_verify(context, client.TakesCertificates ? SslConst.SSL_VERIFY_NONE : SslConst.SSL_VERIFY_PEER, null);
                break;
            case TlsClientOptions client:
                LoadTrust(context, client);
                if (client.PinnedKeys.Count > 0) SslCallbacks.CheckPins(context);
                else LibSsl.SSL_CTX_set_verify(context, SslConst.SSL_VERIFY_PEER, null);
                break;
            case TlsServerOptions { AsksClients: true } server:
                SetOfClients(context, server);
                break;
            case TlsServerOptions { VerifyPeer: not null }:
                throw new ArgumentException("VerifyPeer needs ClientTrust, or raw public keys (PeerCertificateTypes): a server that asks for no certificates has none to judge", nameof(options));
            case TlsServerOptions { ClientCertificateOnRequest: true }:
                throw new ArgumentException("ClientCertificateOnRequest needs ClientTrust: whose certificates are good?", nameof(options));
            case TlsServerOptions { ClientCertificateIsOptional: true }:
                throw new ArgumentException("ClientCertificateIsOptional needs ClientTrust: whose certificates are good?", nameof(options));
        }
    }

    private static void SetOfClients(nint context, TlsServerOptions server)
    {
        if (server.ClientTrust is { } trust)
        {
            TrustStore.Load(context, trust);
            TrustStore.OfferAsClientAuthorities(context, trust);
        }

        LibSsl.SSL_CTX_set_verify(context, SslConst.SSL_VERIFY_PEER | (server.ClientCertificateIsOptional ? 0 : SslConst.SSL_VERIFY_FAIL_IF_NO_PEER_CERT) | (server.ClientCertificateOnRequest ? SslConst.SSL_VERIFY_POST_HANDSHAKE : 0), null);
    }

    private static void LoadTrust(nint context, TlsClientOptions client)
    {
        if (client.TakesCertificates) TrustStore.Load(context, client.Trust ?? TlsTrust.System);
    }
}
