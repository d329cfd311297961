using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>A world with an authority that programs know from a file, and our side of the connections with them.</summary>
internal sealed class FeatureBench : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("opensslnb-features-");
    private readonly Stack<IDisposable> _kept = new();

    public FeatureBench(World world)
    {
        Bench = Keep(new Bench(world));
        Root = Keep(new TestAuthority());
        Issued = Root.Issue(["localhost", "127.0.0.1"]);
        RootFile = Write("root.pem", Root.Pem);
    }

    public Bench Bench { get; }

    public World World => Bench.World;

    public TestAuthority Root { get; }

    public string RootFile { get; }

    /// <summary>A server's certificate of that authority.</summary>
    public IssuedCertificate Issued { get; }

    /// <summary>Disposed together with this.</summary>
    public T Keep<T>(T what)
        where T : IDisposable
    {
        _kept.Push(what);
        return what;
    }

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public string Write(string name, ReadOnlySpan<byte> content)
    {
        File.WriteAllBytes(PathOf(name), content);
        return PathOf(name);
    }

    public string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    /// <summary>Certificate and key where programs find them.</summary>
    public (string Certificate, string Key) WritePair(string name, IssuedCertificate pair) => (Write($"{name}.pem", pair.CertificatePem), Write($"{name}.key", pair.KeyPem));

    /// <summary>A certificate for this machine that bears its own signature, and that nobody knows.</summary>
    public static IssuedCertificate SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=stranger", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        return new IssuedCertificate(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"), Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
    }

    /// <summary>How connections work from here on, on both sides.</summary>
    public Func<TlsConnectionOptions, TlsConnectionOptions> Connection { private get; set; } = options => options;

    /// <summary>Our server, an echo unless told otherwise.</summary>
    public FeatureServer Serve(Func<TlsServerOptions, TlsServerOptions>? change = null, Func<TlsConnectionHandler>? handler = null)
    {
        var options = (TlsServerOptions)Bench.Server.Options with { Certificate = Keep(Issued.Load()) };
        return Keep(new FeatureServer(Bench, change is null ? options : change(options), handler, Connection(Bench.Connection)));
    }

    /// <summary>A client's context that trusts the authority.</summary>
    public TlsContext Client(Func<TlsClientOptions, TlsClientOptions>? change = null)
    {
        var options = (TlsClientOptions)Bench.Client.Options with { Trust = Root.Trust };
        return Keep(TlsContext.CreateClient(change is null ? options : change(options)));
    }

    /// <summary>Our client, connected to a program.</summary>
    public Task<TlsStream> ConnectAsync(ServerProgram server, TlsContext context, string? name = null, byte[]? early = null) => ConnectAsync(server.Port, context, name, early);

    /// <summary>Our client, connected to whoever listens there.</summary>
    public Task<TlsStream> ConnectAsync(int port, TlsContext context, string? name = null, byte[]? early = null) =>
        TlsStream.ConnectAsync(Bench.Loop, "127.0.0.1", port, context, new TlsConnectOptions { Connection = Connection(Bench.Connection), ServerName = name ?? "localhost", EarlyData = early }).WaitAsync(ExternalProcess.Deadline);

    /// <summary>Connects to a program that refuses us, or that we refuse: how that ends. With TLS 1.3 a server refuses a client whose handshake has ended already.</summary>
    public async Task<CloseOutcome> RefusalAsync(ServerProgram server, TlsContext context)
    {
        try
        {
            await using TlsStream stream = await ConnectAsync(server, context);
            int count = await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(ExternalProcess.Deadline);
            throw new InvalidDataException($"nobody was refused: {count} bytes came");
        }
        catch (TlsConnectException e)
        {
            return e.Outcome;
        }
        catch (TlsClosedException e)
        {
            return e.Outcome!;
        }
    }

    /// <summary>What an echo makes of a line.</summary>
    public static async Task AssertEchoesAsync(TlsStream stream, string line)
    {
        byte[] sent = Encoding.UTF8.GetBytes(line + "\n");
        await stream.WriteAsync(sent);
        byte[] received = new byte[sent.Length];
        await stream.ReadExactlyAsync(received).AsTask().WaitAsync(ExternalProcess.Deadline);
        Payload.AssertSame(received, sent);
    }

    /// <summary>Ends our client in good order.</summary>
    public static async Task<CloseOutcome> CloseAsync(TlsStream stream)
    {
        await stream.DisposeAsync();
        return await stream.Connection.Closed.WaitAsync(ExternalProcess.Deadline);
    }

    public void Dispose()
    {
        while (_kept.TryPop(out IDisposable? what)) what.Dispose();
        _folder.Delete(recursive: true);
    }
}
