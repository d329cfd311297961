using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace OpenSslNb.BogoShim.Tests;

/// <summary>Stands in for the runner: a TCP server, whichever side of TLS it is, with .NET's own TLS.</summary>
internal sealed class RunnerPeer : IDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;

    public RunnerPeer()
    {
        _listener.Start();
        using TlsCertificate own = TlsCertificate.CreateSelfSigned(["runner"], TimeSpan.FromHours(1));
        CertificateFile = Path.GetTempFileName();
        KeyFile = Path.GetTempFileName();
        File.WriteAllBytes(CertificateFile, own.ExportCertificatePem());
        File.WriteAllBytes(KeyFile, own.ExportPrivateKeyPem());
        _certificate = X509Certificate2.CreateFromPemFile(CertificateFile, KeyFile);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string CertificateFile { get; }

    public string KeyFile { get; }

    public async Task<NetworkStream> AcceptAsync()
    {
        Socket socket = await _listener.AcceptSocketAsync().WaitAsync(Deadline);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public async Task<SslStream> AcceptServerAsync(SslProtocols protocol, string[]? protocols = null)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificate = _certificate,
            EnabledSslProtocols = protocol,
            ApplicationProtocols = protocols?.Select(name => new SslApplicationProtocol(name)).ToList(),
        };
        return await AuthenticateAsync(stream => stream.AuthenticateAsServerAsync(options));
    }

    public async Task<SslStream> AcceptClientAsync(SslProtocols protocol, string name = "runner")
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = name,
            EnabledSslProtocols = protocol,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        };
        return await AuthenticateAsync(stream => stream.AuthenticateAsClientAsync(options));
    }

    // The shim waits for its peer to close: one that nobody gets must be closed here.
    private async Task<SslStream> AuthenticateAsync(Func<SslStream, Task> authenticate)
    {
        var stream = new SslStream(await AcceptAsync());
        try
        {
            await authenticate(stream).WaitAsync(Deadline);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _certificate.Dispose();
        File.Delete(CertificateFile);
        File.Delete(KeyFile);
    }
}
