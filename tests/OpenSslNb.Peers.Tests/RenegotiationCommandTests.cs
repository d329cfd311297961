using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>s_client renegotiates (RFC 5246 §7.4.1.1), where it may and where it may not.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithProgramsTls12))]
public sealed class RenegotiationCommandTests(World world)
{
    private static readonly byte[] s_command = "R\n"u8.ToArray();

    [Test]
    public async Task No_byte_is_lost_over_a_renegotiation_that_is_allowed()
    {
        using var server = new ServerUnderTest(world, allowRenegotiation: true);
        await using ExternalProcess client = SClient.Start(server);
        byte[] sent = Payload.Lines(21, Payload.Megabyte);
        int half = sent.Length / 2;
        await client.WriteAsync(sent.AsMemory(0, half));
        await client.Output.WaitForBytesAsync(half);
        await client.WriteAsync(s_command);
        await client.Error.WaitForTextAsync("RENEGOTIATING");
        await client.WriteAsync(sent.AsMemory(half));
        Payload.AssertSame(await client.Output.WaitForBytesAsync(sent.Length), sent);
        client.CloseInput();
        await client.ExitWellAsync();
        CloseOutcome outcome = await server.OutcomeAsync(0);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CloseNotify), outcome.ToString());
    }

    [Test]
    public async Task Twenty_renegotiations_between_lines_keep_the_echo_intact()
    {
        using var server = new ServerUnderTest(world, allowRenegotiation: true, connection: new TlsConnectionOptions { RenegotiationsPerMinute = 20 });
        await using ExternalProcess client = SClient.Start(server);
        byte[] sent = Payload.Lines(22, 20 * 1024);
        for (int done = 0; done < sent.Length; done += 1024)
        {
            await client.WriteAsync(sent.AsMemory(done, 1024));
            await client.Output.WaitForBytesAsync(done + 1024);
            await client.WriteAsync(s_command);
            await client.Error.WaitForTextAsync("RENEGOTIATING", times: (done / 1024) + 1);
        }

        Payload.AssertSame(client.Output.ToArray(), sent);
        client.CloseInput();
        await client.ExitWellAsync();
    }

    [Test]
    public async Task A_renegotiation_that_is_not_allowed_is_refused_and_the_server_goes_on()
    {
        using var server = new ServerUnderTest(world);
        await using ExternalProcess client = SClient.Start(server);
        byte[] sent = Payload.Lines(24, 1024);
        await client.WriteAsync(sent);
        await client.Output.WaitForBytesAsync(sent.Length);
        await client.WriteAsync(s_command);

        // s_client does not live without what it asked for: it gives up with handshake_failure (40).
        await client.Error.WaitForTextAsync("no renegotiation");
        Assert.That(await client.ExitAsync(), Is.Not.Zero);
        CloseOutcome outcome = await server.OutcomeAsync(0);
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.ProtocolError), outcome.ToString());
        Assert.That(outcome.AlertReceived, Is.EqualTo(40), outcome.ToString());
        await using ExternalProcess next = SClient.Start(server);
        await next.WriteAsync(sent);
        Payload.AssertSame(await next.Output.WaitForBytesAsync(sent.Length), sent);
    }
}
