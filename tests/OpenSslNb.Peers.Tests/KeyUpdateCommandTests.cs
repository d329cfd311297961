using System.Text;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>s_client and s_server change keys in the middle of data (KeyUpdate, RFC 8446 §4.6.3).</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithProgramsTls13))]
public sealed class KeyUpdateCommandTests(World world)
{
    [TestCase("k", TestName = "{m}_of_the_clients_keys_alone")]
    [TestCase("K", TestName = "{m}_of_both_sides_keys")]
    public async Task No_byte_is_lost_over_a_key_update_in_the_middle_of_data(string command)
    {
        var handler = new PushHandler(Payload.Bytes(11, Payload.Megabyte));
        using var server = new ServerUnderTest(world, handler: () => handler, connection: new TlsConnectionOptions { OutboundLimit = 64 * 1024 });
        await using ExternalProcess client = SClient.Start(server);
        byte[] sent = Payload.Lines(12, Payload.Megabyte);
        int half = sent.Length / 2;
        await client.Output.WaitForBytesAsync(1);
        await client.WriteAsync(sent.AsMemory(0, half));

        // A command is seen only as the first byte that s_client reads: what was before must be away.
        await Eventually.BecomesTrue(() => handler.ReceivedLength == half, "the first half arrives");
        await client.WriteAsync(Encoding.ASCII.GetBytes(command + "\n"));
        await client.Error.WaitForTextAsync("KEYUPDATE");
        await client.WriteAsync(sent.AsMemory(half));
        await Eventually.BecomesTrue(() => handler.ReceivedLength >= sent.Length, "the second half arrives");
        byte[] pushed = await handler.StopAsync();
        Payload.AssertSame(handler.Received, sent);
        Payload.AssertSame(await client.Output.WaitForBytesAsync(pushed.Length), pushed);
        client.CloseInput();
        await client.ExitWellAsync();
        CloseOutcome outcome = await server.OutcomeAsync(0);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CloseNotify), outcome.ToString());
    }

    [Test]
    public async Task A_hundred_key_updates_between_lines_keep_the_echo_intact()
    {
        using var server = new ServerUnderTest(world);
        await using ExternalProcess client = SClient.Start(server);
        byte[] sent = Payload.Lines(13, 100 * 1024);
        for (int done = 0; done < sent.Length; done += 1024)
        {
            await client.WriteAsync(sent.AsMemory(done, 1024));
            await client.Output.WaitForBytesAsync(done + 1024);
            await client.WriteAsync("K\n"u8.ToArray());
            await client.Error.WaitForTextAsync("KEYUPDATE", times: (done / 1024) + 1);
        }

        Payload.AssertSame(client.Output.ToArray(), sent);
        client.CloseInput();
        await client.ExitWellAsync();
    }

    [Test]
    public async Task S_server_follows_our_key_updates_and_we_follow_its_own()
    {
        using var bench = new Bench(world);
        using var files = new PemFiles(bench);
        await using ServerProgram server = await SServer.StartAsync(world, files);
        await using TlsStream client = await server.ConnectAsync(bench);
        for (int round = 0; round < 10; round++)
        {
            await SServer.AssertRelaysAsync(server, client, Payload.Lines(100 + round, 64 * 1024), Payload.Lines(200 + round, 64 * 1024), marker: $"round {round}\n");
            client.Connection.UpdateKeys(requestPeer: round % 2 == 0);
            await server.Process.WriteAsync(round % 3 == 0 ? "K\n"u8.ToArray() : "k\n"u8.ToArray());

            // Seen only as the first byte that s_server reads: the next data must not come together with it.
            await server.Process.Output.WaitForTextAsync("SSL_do_handshake -> 1\n", times: round + 1);
        }
    }
}
