using System.Text;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>How large records may be (RFC 6066 §4), and other keys in the middle of data (RFC 8446 §4.6.3), between us and GnuTLS.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class RecordPeerTests(World world) : FeatureFixture(world)
{
    private const int Fragment = 1024;

    // GnuTLS takes no more than eight in a second (KEY_UPDATES_PER_WINDOW).
    private const int KeyUpdates = 7;

    [Test]
    public async Task We_send_gnutls_cli_no_larger_record_than_it_asks_for()
    {
        // Not an echo: it drops what it cannot send in one record.
        byte[] sent = Payload.Lines(61, 64 * 1024);
        FeatureServer server = Features.Serve(handler: () => new RecordingHandler { Opened = connection => connection.Send(sent) });
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port, $"--recordsize={Fragment}");
        await client.Output.WaitForTextAsync(Encoding.ASCII.GetString(sent));
        TlsConnection connection = await server.OpenedAsync();
        Assert.That(connection.Info!.MaximumFragmentLength, Is.EqualTo(Fragment));
        Assert.That(connection.GetStatistics().RecordsSent, Is.GreaterThanOrEqualTo(sent.Length / Fragment));
    }

    [Test]
    public async Task Gnutls_serv_sends_us_no_larger_record_than_we_ask_for()
    {
        if (World.Protocol == TlsProtocol.Tls12) Assert.Ignore("GnuTLS 3.7 agrees with clients of TLS 1.2 and sends them larger records all the same");
        await using ServerProgram server = await GnutlsPeers.ServerAsync(Features);
        await using TlsStream stream = await Features.ConnectAsync(server, Features.Client(options => options with { MaximumFragmentLength = Fragment }));
        byte[] sent = Payload.Lines(62, 64 * 1024);
        Task writing = stream.WriteAsync(sent).AsTask();
        byte[] received = new byte[sent.Length];
        await stream.ReadExactlyAsync(received).AsTask().WaitAsync(ExternalProcess.Deadline);
        await writing;
        Payload.AssertSame(received, sent);
        Assert.That(stream.Connection.Info!.MaximumFragmentLength, Is.EqualTo(Fragment));
        Assert.That(stream.Connection.GetStatistics().RecordsReceived, Is.GreaterThanOrEqualTo(sent.Length / Fragment));
    }

    [TestCase("^rekey1^", TestName = "{m}_of_its_own")]
    [TestCase("^rekey^", TestName = "{m}_of_both_sides")]
    public async Task No_line_is_lost_while_gnutls_cli_changes_keys(string command)
    {
        IgnoreUnlessThereIsKeyUpdate();
        FeatureServer server = Features.Serve();
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port, "--inline-commands");
        for (int round = 0; round < KeyUpdates; round++)
        {
            await client.WriteAsync(Encoding.ASCII.GetBytes($"line {round}\n"));
            await client.Output.WaitForTextAsync($"\nline {round}\n");
            await client.WriteAsync(Encoding.ASCII.GetBytes(command + "\n"));
            await client.Output.WaitForTextAsync("Rekey was completed", times: round + 1);
        }

        client.CloseInput();
        await client.ExitWellAsync();
        CloseOutcome outcome = await server.OutcomeAsync();
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CloseNotify), outcome.ToString());
    }

    [Test]
    public async Task Gnutls_cli_follows_our_key_updates([Values] bool requestPeer)
    {
        IgnoreUnlessThereIsKeyUpdate();
        FeatureServer server = Features.Serve();
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port);
        for (int round = 0; round < KeyUpdates; round++)
        {
            await client.WriteAsync(Encoding.ASCII.GetBytes($"line {round}\n"));
            await client.Output.WaitForTextAsync($"\nline {round}\n");
            (await server.OpenedAsync()).UpdateKeys(requestPeer);
        }

        client.CloseInput();
        await client.ExitWellAsync();
    }

    [Test]
    public async Task Gnutls_serv_follows_our_key_updates([Values] bool requestPeer)
    {
        IgnoreUnlessThereIsKeyUpdate();
        await using ServerProgram server = await GnutlsPeers.ServerAsync(Features);
        await using TlsStream stream = await Features.ConnectAsync(server, Features.Client());
        for (int round = 0; round < KeyUpdates; round++)
        {
            await FeatureBench.AssertEchoesAsync(stream, $"line {round}");
            stream.Connection.UpdateKeys(requestPeer);
        }

        await FeatureBench.AssertEchoesAsync(stream, "the last line");
    }

    private void IgnoreUnlessThereIsKeyUpdate()
    {
        if (World.Protocol == TlsProtocol.Tls12) Assert.Ignore("TLS 1.2 has no KeyUpdate");
    }
}
