using System.Net.Sockets;
using NUnit.Framework;
using OpenSslNb.Simulation.Differential;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Simulation.Tests.Differential;

/// <summary>A reset is a reset, whoever of connect, send and receive has been told of it, and FIN is FIN. Each many times: it was a matter of luck.</summary>
public sealed class StreamEndTests
{
    private const int Times = 30;
    private static readonly byte[] s_alert = [21, 3, 3, 0, 2, 2, 40];

    [TestCase("""{"do":"hello","deliver":"byte"}, "wait" """)]
    [TestCase("""{"do":"hello"}, "wait" """)]
    [TestCase("""{"do":"hello","wait":false}, {"do":"raw","size":5}, {"do":"raw","size":5}, "wait" """)]
    [TestCase("""{"do":"handshake","deliver":"byte"}, "wait" """)]
    public async Task A_peer_that_resets_behind_the_first_byte_has_reset_whatever_is_sent(string steps)
    {
        using var peer = new SocketPeer(async socket =>
        {
            await socket.ReceiveAsync(new byte[1]);
            SocketPeer.ResetOnClose(socket);
        });
        await AssertEndsAsync(peer, steps, "reset", "end: by reset");
    }

    [Test]
    public async Task A_peer_that_resets_behind_accept_was_there()
    {
        using var peer = new SocketPeer(socket =>
        {
            SocketPeer.ResetOnClose(socket);
            return Task.CompletedTask;
        });
        await AssertEndsAsync(peer, """ "connect", "wait" """, "reset", "end: by reset");
        await AssertEndsAsync(peer, """{"do":"hello"}, "wait" """, "reset", "end: by reset");
    }

    [Test]
    public async Task What_came_before_a_reset_is_seen_before_it()
    {
        using var peer = new SocketPeer(async socket =>
        {
            await socket.SendAsync(s_alert);
            SocketPeer.ResetOnClose(socket);
        });
        await AssertEndsAsync(peer, """{"do":"raw","size":1}, {"do":"raw","size":1}, {"do":"raw","size":1}, "wait" """, "reset", "record alert: version 0x0303, size ordinary", "alert: level fatal, description handshake_failure", "end: by reset");
    }

    [Test]
    public async Task FIN_is_FIN_whatever_is_sent_into_the_reset_behind_it()
    {
        using var peer = new SocketPeer(async socket =>
        {
            await socket.SendAsync(s_alert);
            socket.Shutdown(SocketShutdown.Send);
            SocketPeer.ResetOnClose(socket);
        });
        await AssertEndsAsync(peer, """{"do":"hello","wait":false}, {"do":"raw","size":5}, {"do":"raw","size":5}, "wait" """, "FIN", "record alert: version 0x0303, size ordinary", "alert: level fatal, description handshake_failure", "end: by FIN");
    }

    [Test]
    public async Task A_probe_sees_the_reset_too()
    {
        using var peer = new SocketPeer(async socket =>
        {
            await socket.ReceiveAsync(new byte[1]);
            SocketPeer.ResetOnClose(socket);
        });
        Probe probe = Probe.Named("own", "RFC 8446 §1", "a reset").Deliver(Delivery.InPieces(1)).SendHello().Expect(Outcome.Reset);
        for (int i = 0; i < Times; i++)
        {
            ProbeResult result = await probe.RunAsync(peer.Target, default);
            Assert.That((result.Verdict, result.Evidence), Is.EqualTo((ProbeVerdict.Passed, "reset")));
        }
    }

    private static async Task AssertEndsAsync(SocketPeer peer, string steps, string outcome, params string[] events)
    {
        for (int i = 0; i < Times; i++)
        {
            Transcript transcript = await peer.RunAsync(steps);
            Assert.That(transcript.Outcomes[^1], Is.EqualTo(outcome));
            Assert.That(transcript.Events.Select(one => one.Words), Is.EqualTo(events));
        }
    }
}
