using System.Collections.Concurrent;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>The secrets of a connection that we log are those that the other program logs, line by line (NSS key log format).</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class KeyLogPeerTests(World world) : FeatureFixture(world)
{
    private readonly ConcurrentQueue<string> _ours = new();

    private string[] Labels => World.Protocol == TlsProtocol.Tls12
        ? ["CLIENT_RANDOM"]
        : ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "EXPORTER_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"];

    private string TheirFile => Features.PathOf("theirs.log");

    [SetUp]
    public void Forget() => _ours.Clear();

    [Test]
    public async Task A_client_logs_what_our_server_logs([Values] Peer peer, [Values(1, 2)] int connections)
    {
        FeatureServer server = Features.Serve(options => options with { KeyLog = _ours.Enqueue });
        for (int i = 0; i < connections; i++)
        {
            await using ExternalProcess client = Client(peer, server.Port);
            await peer.AssertTalksAsync(client);
            client.CloseInput();
            await client.ExitWellAsync();
        }

        AssertSame(connections);
    }

    [Test]
    public async Task A_server_logs_what_our_client_logs([Values] Peer peer)
    {
        TlsContext client = Features.Client(options => options with { KeyLog = _ours.Enqueue });
        await using ServerProgram server = await ServerAsync(peer);
        await using TlsStream stream = await Features.ConnectAsync(server, client);
        await peer.AssertTalksAsync(server, stream);

        // What a server writes to its file it may keep in a buffer while it runs; s_server empties it at each line.
        await Eventually.BecomesTrue(() => Theirs().Length == Labels.Length, "all lines are in the file");
        AssertSame(1);
    }

    [Test]
    public async Task A_handshake_that_fails_leaves_no_secrets_of_data()
    {
        FeatureServer server = Features.Serve(options => options with { KeyLog = _ours.Enqueue, Certificate = Features.Keep(FeatureBench.SelfSigned().Load()) });
        await using ExternalProcess client = Client(Peer.Python, server.Port);
        Assert.That(await client.ExitAsync(), Is.EqualTo(1));
        _ = await server.OutcomeAsync();
        Assert.That(Theirs().Select(Label), Is.SubsetOf(Labels.Where(label => label.Contains("HANDSHAKE", StringComparison.Ordinal))));
        Assert.That(Theirs(), Is.SubsetOf(Ours()));
    }

    private static string Label(string line) => line.Split(' ')[0];

    // Whether the digits are in lower case is everybody's own affair.
    private static string[] Sorted(IEnumerable<string> lines) => [.. lines.Where(line => line.Length > 0 && line[0] != '#').Select(line => $"{Label(line)} {line[(Label(line).Length + 1)..].ToLowerInvariant()}").Order(StringComparer.Ordinal)];

    private string[] Ours() => Sorted(_ours);

    private string[] Theirs() => File.Exists(TheirFile) ? Sorted(File.ReadAllLines(TheirFile)) : [];

    private void AssertSame(int connections)
    {
        string[] ours = Ours();
        Assert.That(ours, Is.EqualTo(Theirs()));
        Assert.That(ours, Is.Unique);
        Assert.That(ours.Select(Label), Is.EqualTo(Labels.SelectMany(label => Enumerable.Repeat(label, connections))));
        Assert.That(ours.Select(line => line.Split(' ')[1]).Distinct().Count(), Is.EqualTo(connections), "client randoms");
    }

    private ExternalProcess Client(Peer peer, int port) => peer switch
    {
        Peer.OpenSsl => Peer.OpenSsl.Client(Features, port, null, "-keylogfile", TheirFile),
        Peer.Gnutls => ExternalProcess.Start("env", "coreutils", $"SSLKEYLOGFILE={TheirFile}", "stdbuf", "-oL", "gnutls-cli", $"--x509cafile={Features.RootFile}", GnutlsPeers.Priority(World), $"--port={port}", "localhost"),
        _ => ScriptPeers.Client(peer == Peer.Python ? Script.Python : Script.Node, Features, port, new ScriptSettings { KeyLog = TheirFile }),
    };

    private Task<ServerProgram> ServerAsync(Peer peer)
    {
        (string certificate, string key) = Features.WritePair("server", Features.Issued);
        return peer switch
        {
            Peer.OpenSsl => Peer.OpenSsl.ServerAsync(Features, Features.Issued, "-keylogfile", TheirFile),
            Peer.Gnutls => ServerProgram.StartAsync(
                port => ExternalProcess.Start("env", "coreutils", $"SSLKEYLOGFILE={TheirFile}", "gnutls-serv", "--echo", $"--port={port}", $"--x509certfile={certificate}", $"--x509keyfile={key}", GnutlsPeers.Priority(World)), "...done\n"),
            _ => ScriptPeers.ServerAsync(peer == Peer.Python ? Script.Python : Script.Node, Features, new ScriptSettings { Certificate = certificate, Key = key, KeyLog = TheirFile }),
        };
    }
}
