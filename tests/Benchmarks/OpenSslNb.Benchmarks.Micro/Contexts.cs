namespace OpenSslNb.Benchmarks.Micro;

/// <summary>A server's and a client's context of one configuration, with a certificate of their own.</summary>
internal sealed class Contexts : IDisposable
{
    public Contexts()
    {
        Certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));
        Server = TlsContext.CreateServer(new TlsServerOptions { Certificate = Certificate });
        Client = TlsContext.CreateClient(new TlsClientOptions { DangerouslyAcceptAnyPeerCertificate = true });
    }

    public TlsCertificate Certificate { get; }

    public TlsContext Server { get; }

    public TlsContext Client { get; }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
        Certificate.Dispose();
    }
}
