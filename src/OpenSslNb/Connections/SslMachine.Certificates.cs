namespace OpenSslNb;

/// <content>A client's certificate that the server asks for after the handshake (RFC 8446 §4.6.2).</content>
public sealed partial class SslMachine
{
    /// <summary>True from <see cref="RequestCertificate"/> until the client has answered, with a certificate or without: then <see cref="Info"/> has <see cref="TlsConnectionInfo.PeerCertificates"/>.</summary>
    public bool AwaitsCertificate { get; private set; }

    /// <summary>
    /// A server asks the client for its certificate (<c>SSL_verify_client_post_handshake(3)</c>), which <see cref="TlsServerOptions.ClientTrust"/> judges. <see cref="Read"/> takes the answer, between data; a client
    /// whose certificate is not acceptable loses the connection there.
    /// </summary>
    /// <returns><c>Done</c> when the request is in <see cref="Output"/>.</returns>
    /// <exception cref="InvalidOperationException">Not TLS 1.3, not a server, not established, closed for sending, in the middle of a record or another request, or the client does not allow it (<see cref="TlsClientOptions.AllowPostHandshakeAuthentication"/>).</exception>
    public SslStep RequestCertificate()
    {
        if (AwaitsCertificate) throw new InvalidOperationException("the client's certificate has been asked for already, and the answer has not come");
        if (!_instance.Context.IsServer || !MayRekey(TlsProtocol.Tls13)) throw new InvalidOperationException("a certificate is asked for by a server, on an established TLS 1.3 connection between two records");
        _instance.BeginCertificateRequest();
        AwaitsCertificate = true;
        _machine.AskHandshake();
        return Flush();
    }

    // The answer is all there when its last message has come and OpenSSL is done with it.
    private void SettleCertificateRequest()
    {
        if (!_instance.CertificateCame || State == ConnectionState.Failed) return;
        AwaitsCertificate = false;
        _instance.EndCertificateRequest();
        _info = null;
    }
}
