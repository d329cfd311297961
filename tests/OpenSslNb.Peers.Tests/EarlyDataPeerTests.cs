using System.Text;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Early data (0-RTT, RFC 8446 §2.3) between us and GnuTLS.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithProgramsTls13))]
public sealed class EarlyDataPeerTests(World world) : FeatureFixture(world)
{
    [Test]
    public async Task We_take_what_gnutls_cli_sends_early_and_answer_it()
    {
        var handler = new EarlyEcho();
        FeatureServer server = Features.Serve(options => options with { MaximumEarlyData = 4096 }, () => handler);
        await using ExternalProcess client = ResumeEarly(server);
        await client.Output.WaitForTextAsync("This is a resumed session");
        await client.Output.WaitForTextAsync("\nearly bird\n");
        Assert.That(handler.Early, Is.EqualTo("early bird\n"));
        await client.WriteAsync("late\n"u8.ToArray());
        await client.Output.WaitForTextAsync("\nlate\n");
        TlsConnectionInfo info = (await server.OpenedAsync(1)).Info!;
        Assert.That((info.IsResumed, info.EarlyData), Is.EqualTo((true, TlsEarlyData.Accepted)));
    }

    [Test]
    public async Task Gnutls_cli_gets_on_where_its_early_data_is_not_wanted()
    {
        var handler = new EarlyEcho();
        FeatureServer server = Features.Serve(handler: () => handler);
        await using ExternalProcess client = ResumeEarly(server);
        await client.Output.WaitForTextAsync("This is a resumed session");
        await client.WriteAsync("late\n"u8.ToArray());
        await client.Output.WaitForTextAsync("\nlate\n");
        Assert.That(handler.Early, Is.Empty);
        Assert.That((await server.OpenedAsync(1)).Info!.EarlyData, Is.Not.EqualTo(TlsEarlyData.Accepted));
    }

    [Test]
    public async Task Gnutls_serv_takes_what_we_send_early()
    {
        await using ServerProgram server = await GnutlsPeers.ServerAsync(Features, "--earlydata", "--maxearlydata=4096");
        TlsEarlyData[] outcomes = await ConnectTwiceAsync(server, 11);
        Assert.That(outcomes, Is.EqualTo(new[] { TlsEarlyData.None, TlsEarlyData.Accepted }));
        await server.Process.Output.WaitForTextAsync("This is a resumed session");
    }

    [TestCase(100, true)]
    [TestCase(101, false)]
    public async Task We_send_no_more_early_than_gnutls_serv_allows(int length, bool allowed)
    {
        // What does not fit is kept back altogether.
        int allowance = allowed ? length : length - 1;
        await using ServerProgram server = await GnutlsPeers.ServerAsync(Features, "--earlydata", $"--maxearlydata={allowance}");
        TlsEarlyData[] outcomes = await ConnectTwiceAsync(server, length);
        Assert.That(outcomes, Is.EqualTo(new[] { TlsEarlyData.None, allowed ? TlsEarlyData.Accepted : TlsEarlyData.None }));
    }

    // The first connection leaves the ticket that the second one needs.
    private async Task<TlsEarlyData[]> ConnectTwiceAsync(ServerProgram server, int length)
    {
        TlsContext client = Features.Client(options => options with { SessionCacheSize = 10 });
        var outcomes = new TlsEarlyData[2];
        for (int i = 0; i < outcomes.Length; i++)
        {
            await using TlsStream stream = await Features.ConnectAsync(server, client, early: i == 0 ? null : Payload.Lines(51, length));
            await FeatureBench.AssertEchoesAsync(stream, $"connection {i}");
            outcomes[i] = stream.Connection.Info!.EarlyData;
            Assert.That(stream.Connection.Info.IsResumed, Is.EqualTo(i == 1));
            await Eventually.BecomesTrue(() => client.SessionCount > 0, "the ticket comes");
        }

        return outcomes;
    }

    private ExternalProcess ResumeEarly(FeatureServer server) =>
        GnutlsPeers.Client(Features, server.Port, "--resume", "--waitresumption", $"--earlydata={Features.Write("early.txt", "early bird\n")}");

    private sealed class EarlyEcho : TlsConnectionHandler
    {
        private readonly Lock _gate = new();
        private readonly MemoryStream _early = new();

        public string Early
        {
            get { lock (_gate) return Encoding.ASCII.GetString(_early.ToArray()); }
        }

        public override bool OnEarlyData(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            lock (_gate) _early.Write(data);
            connection.Send(data);
            return true;
        }

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data) => connection.Send(data);
    }
}
