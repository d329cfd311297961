using System.Net;
using NUnit.Framework;
using OpenSslNb.Simulation.Probing;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests.Probing;

/// <summary>A certificate, a client that trusts it, and batteries against whoever has it.</summary>
internal sealed class ProbeBench : IDisposable
{
    /// <summary>Long enough that only a server that says nothing takes it.</summary>
    public static readonly TimeSpan Patient = TimeSpan.FromSeconds(20);

    /// <summary>For servers that are known to say nothing.</summary>
    public static readonly TimeSpan Impatient = TimeSpan.FromMilliseconds(1500);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("opensslnb-probe-");
    private readonly TlsTrust _trust;

    public ProbeBench()
    {
        Certificate = TlsCertificate.CreateSelfSigned(["localhost", "127.0.0.1"], TimeSpan.FromHours(1));
        _trust = TlsTrust.FromPem(Certificate.ExportCertificatePem());
        File.WriteAllBytes(CertificateFile, Certificate.ExportCertificatePem());
        File.WriteAllBytes(KeyFile, Certificate.ExportPrivateKeyPem());
    }

    public TlsCertificate Certificate { get; }

    public string CertificateFile => PathOf("certificate.pem");

    public string KeyFile => PathOf("key.pem");

    public string Folder => _folder.FullName;

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public ProbeTarget Target(int port, TimeSpan timeout) => new() { Host = "127.0.0.1", Port = port, ServerName = "localhost", Timeout = timeout, Client = new TlsClientOptions { Trust = _trust } };

    /// <summary>A probe of the battery.</summary>
    public static Probe Find(string name) => ProbeBattery.All.Single(probe => probe.Name == name);

    /// <summary>Asks all that are given, one after the other.</summary>
    /// <param name="target">Whom.</param>
    /// <param name="which">Null for all.</param>
    /// <param name="silent">Those at which the server is known to say nothing, for which nobody waits long.</param>
    public static async Task<IReadOnlyList<ProbeResult>> RunAsync(ProbeTarget target, Func<Probe, bool>? which = null, params string[] silent)
    {
        PeerFeatures features = await ProbeBattery.DiscoverAsync(target);
        var results = new List<ProbeResult>();
        foreach (Probe probe in ProbeBattery.All.Where(which ?? (_ => true))) results.Add(await probe.RunAsync(silent.Contains(probe.Name) ? target with { Timeout = Impatient } : target, features));
        return results;
    }

    /// <summary>Fails unless exactly these have failed, and most was really asked and answered.</summary>
    /// <param name="results">Of a whole battery, or nearly.</param>
    /// <param name="certain">Findings of this version of the peer.</param>
    /// <param name="varying">Findings that are there in one run and not in another; who names one says why.</param>
    public static void AssertFindings(IReadOnlyList<ProbeResult> results, IEnumerable<string> certain, params string[] varying)
    {
        IEnumerable<string> Sentences(params ProbeVerdict[] verdicts) => results.Where(r => verdicts.Contains(r.Verdict)).Select(r => $"{r.Probe.Name}: {r.Evidence}");
        IEnumerable<string> failed = results.Where(r => r.Verdict == ProbeVerdict.Failed).Select(r => r.Probe.Name).Except(varying);
        Assert.That(failed, Is.EquivalentTo(certain), string.Join('\n', Sentences(ProbeVerdict.Failed)));
        Assert.That(results.Count(r => r.Verdict == ProbeVerdict.Passed), Is.GreaterThan(results.Count * 3 / 4), string.Join('\n', Sentences(ProbeVerdict.NotApplicable, ProbeVerdict.Tolerated)));
        Assert.That(results.Count(r => r.Verdict == ProbeVerdict.NotApplicable), Is.LessThan(12));
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _folder.Delete(recursive: true);
    }
}

/// <summary>Our server, an echo.</summary>
internal sealed class OurServer : IDisposable
{
    private readonly EventLoop _loop = new();
    private readonly TlsContext _context;
    private readonly TlsListener _listener;

    public OurServer(ProbeBench bench, TransportKind transport = TransportKind.Buffered, Func<TlsServerOptions, TlsServerOptions>? change = null)
    {
        var options = new TlsServerOptions { Certificate = bench.Certificate, ApplicationProtocols = ["h2", "http/1.1"] };
        _context = TlsContext.CreateServer(change is null ? options : change(options));
        _listener = TlsListener.Start(_loop, new IPEndPoint(IPAddress.Loopback, 0), _context, _ => new EchoHandler(), new TlsListenerOptions { Connection = new TlsConnectionOptions { Transport = transport } });
    }

    public int Port => _listener.EndPoint.Port;

    public void Dispose()
    {
        _listener.Dispose();
        _loop.Dispose();
        _context.Dispose();
    }
}
