using System.Text;
using System.Text.Json;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>What we read in the first message of others' clients, against the bytes on the wire as a reader of its own in Python takes them apart, and against what the clients were told to say.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class ClientHelloPeerTests(World world) : FeatureFixture(world)
{
    /// <summary>Whose first message it is.</summary>
    public enum Sender
    {
        OpenSsl,
        Gnutls,
        Nss,
        Python,
        Node,
        Curl,
    }

    private TaskCompletionSource<TlsClientHello> _seen = null!;

    [SetUp]
    public void Expect() => _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Test]
    public async Task All_that_a_hello_holds_is_what_another_reader_finds_in_its_bytes([Values] Sender sender)
    {
        using var relay = new RecordingRelay(Serve().Port);
        await using ExternalProcess client = Start(sender, relay.Port);
        TlsClientHello hello = await _seen.Task.WaitAsync(ExternalProcess.Deadline);
        using JsonDocument read = JsonDocument.Parse(await ForeignTools.RunAsync("python3", "python3", Scripts.PathOf("client_hello.py"), Features.Write("hello.bin", relay.FromClient.Bytes)));
        JsonElement other = read.RootElement;
        Assert.Multiple(() =>
        {
            Assert.That(hello.LegacyVersion, Is.EqualTo(other.GetProperty("version").GetInt32()));
            Assert.That(Convert.ToHexStringLower(hello.Random.Span), Is.EqualTo(other.GetProperty("random").GetString()));
            Assert.That(Convert.ToHexStringLower(hello.SessionId.Span), Is.EqualTo(other.GetProperty("session").GetString()));
            Assert.That(hello.CipherSuites, Is.EqualTo(Numbers(other, "suites")).And.Not.Empty);
            Assert.That(hello.Extensions, Is.EqualTo(Numbers(other, "extensions")).And.Not.Empty);
            Assert.That(hello.Groups, Is.EqualTo(Numbers(other, "groups")).And.Not.Empty);
            Assert.That(hello.SignatureAlgorithms, Is.EqualTo(Numbers(other, "algorithms")).And.Not.Empty);
            Assert.That(hello.SupportedVersions, Is.EqualTo(Numbers(other, "versions")));
            Assert.That(hello.ServerName, Is.EqualTo(other.GetProperty("name").GetString()).And.EqualTo("localhost"));
            Assert.That(hello.ApplicationProtocols, Is.EqualTo(other.GetProperty("protocols").EnumerateArray().Select(protocol => protocol.GetString())));
            Assert.That(hello.Ja3Text, Is.EqualTo(other.GetProperty("ja3Text").GetString()));
            Assert.That(hello.Ja3, Is.EqualTo(other.GetProperty("ja3").GetString()));
            Assert.That(hello.Ja4, Is.EqualTo(other.GetProperty("ja4").GetString()));
        });
    }

    // Numbers of the IANA registry: P-521, X25519 and P-256; ECDSA with P-256 and SHA-256, RSA-PSS with SHA-384.
    [Test]
    public async Task S_client_says_what_it_is_told_to()
    {
        await using ExternalProcess client = Peer.OpenSsl.Client(Features, Serve().Port, null, "-groups", "P-521:X25519:P-256", "-sigalgs", "ECDSA+SHA256:rsa_pss_rsae_sha384", "-alpn", "first,second");
        await AssertSaysAsync([25, 29, 23], [0x0403, 0x0805], ["first", "second"]);
    }

    // X25519 and P-384; RSA-PSS with SHA-256, ECDSA with SHA-256.
    [Test]
    public async Task Gnutls_cli_says_what_it_is_told_to()
    {
        const string Groups = ":-GROUP-ALL:+GROUP-X25519:+GROUP-SECP384R1";
        string signatures = ":-SIGN-ALL:+SIGN-RSA-PSS-RSAE-SHA256:" + World.Version("+SIGN-ECDSA-SHA256", "+SIGN-ECDSA-SECP256R1-SHA256");
        await using ExternalProcess client = GnutlsPeers.Client(Features, Serve().Port, GnutlsPeers.Priority(World, Groups + signatures), "--alpn=third", "--alpn=h2");
        await AssertSaysAsync([29, 24], [0x0804, 0x0403], ["third", "h2"]);
    }

    [Test]
    public async Task A_gnutls_cli_that_asks_for_no_name_says_none()
    {
        await using ExternalProcess client = GnutlsPeers.Client(Features, Serve().Port, "--disable-sni");
        TlsClientHello hello = await _seen.Task.WaitAsync(ExternalProcess.Deadline);
        Assert.That(hello.ServerName, Is.Null);
        Assert.That(hello.Ja4, Does.StartWith(World.Version("t12i", "t13i")));
    }

    // Each byte of a real hello is another one once; what is left of it may be good.
    [Test]
    public async Task A_hello_with_a_changed_byte_hurts_nobody_else()
    {
        int asked = 0;
        FeatureServer server = Features.Serve(options => options with
        {
            SelectContext = hello =>
            {
                Interlocked.Increment(ref asked);
                _ = hello.Ja4;
                return new((TlsContext?)null);
            },
        });
        byte[] good = await RawClient.ClientHelloAsync();
        for (int i = 0; i < good.Length; i++)
        {
            byte[] changed = [.. good];
            changed[i] ^= 0xFF;
            using RawClient client = await RawClient.ConnectAsync(server.Port);
            await client.SendAsync(changed);
            client.EndSending();
            _ = await client.ReadToEndAsync();
        }

        Assert.That(asked, Is.Positive.And.LessThan(good.Length), "some could be read, and some not");
        await using ExternalProcess gnutls = GnutlsPeers.Client(Features, server.Port);
        await Peer.Gnutls.AssertTalksAsync(gnutls);
        Assert.That(Features.Bench.Unhandled, Is.Empty);
    }

    private static IEnumerable<int> Numbers(JsonElement hello, string name) => hello.GetProperty(name).EnumerateArray().Select(number => number.GetInt32());

    private async Task AssertSaysAsync(int[] groups, int[] algorithms, string[] protocols)
    {
        TlsClientHello hello = await _seen.Task.WaitAsync(ExternalProcess.Deadline);
        Assert.That(hello.Groups, Is.EqualTo(groups));
        Assert.That(hello.SignatureAlgorithms, Is.EqualTo(algorithms));
        Assert.That(hello.ApplicationProtocols, Is.EqualTo(protocols));
        Assert.That(hello.ServerName, Is.EqualTo("localhost"));
        Assert.That(hello.SupportedVersions.Contains((ushort)0x0304), Is.EqualTo(World.Protocol == TlsProtocol.Tls13));
    }

    private FeatureServer Serve() => Features.Serve(options => options with
    {
        SelectContext = hello =>
        {
            _seen.TrySetResult(hello);
            return new((TlsContext?)null);
        },
    });

    private ExternalProcess Start(Sender sender, int port) => sender switch
    {
        Sender.OpenSsl => Peer.OpenSsl.Client(Features, port),
        Sender.Gnutls => Peer.Gnutls.Client(Features, port),
        Sender.Nss => ExternalProcess.Start("tstclnt", "libnss3-tools", "-D", "-o", "-4", "-h", "localhost", "-p", $"{port}", "-V", World.Version("tls1.2:tls1.2", "tls1.3:tls1.3"), "-Q"),
        Sender.Python => Peer.Python.Client(Features, port),
        Sender.Node => Peer.Node.Client(Features, port),
        _ => ExternalProcess.Start(
            "curl", "curl", "--silent", "--cacert", Features.RootFile, $"--tlsv{World.Version("1.2", "1.3")}", "--tls-max", World.Version("1.2", "1.3"), $"https://localhost:{port}/"),
    };
}
