using NUnit.Framework;
using OpenSslNb.Simulation.Differential;

namespace OpenSslNb.Simulation.Tests.Differential;

/// <summary>A step of which nothing goes out was not done, and says so; and steps that neither peer could be given are named.</summary>
public sealed class ImpossibleStepTests
{
    private static readonly byte[] s_alert = [21, 3, 3, 0, 2, 2, 40];

    [TestCase("""{"do":"handshake","wait":false}, "fin", {"do":"send","text":"x"} """, "our direction of the connection has ended")]
    [TestCase(""" "connect", "fin", {"do":"raw","text":"x"} """, "our direction of the connection has ended")]
    [TestCase(""" "connect", "fin", {"do":"record","type":22,"size":5} """, "our direction of the connection has ended")]
    [TestCase(""" "connect", "fin", {"do":"alert","description":"internal_error"} """, "our direction of the connection has ended")]
    [TestCase(""" "connect", "fin", "fin" """, "our direction of the connection has ended")]
    [TestCase("""{"do":"handshake"}, "wait", {"do":"send","text":"x"} """, "the connection is over: fatal handshake_failure")]
    [TestCase("""{"do":"handshake"}, "wait", "close-notify" """, "the connection is over: fatal handshake_failure")]
    public async Task What_cannot_be_sent_any_more_is_not_possible(string steps, string why)
    {
        using var peer = new SocketPeer(async socket =>
        {
            await socket.SendAsync(s_alert);
            socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            await SocketPeer.ReadToEndAsync(socket);
        });
        Transcript transcript = await peer.RunAsync(steps);
        Assert.That(transcript.Outcomes[^1], Is.EqualTo($"not possible: {why}"));
        Assert.That(transcript.Outcomes.SkipLast(1), Has.None.StartWith("not possible"));
        Assert.That(Comparison.Of(SocketPeer.Case(steps), transcript, transcript, strict: false).NotPossible, Is.EqualTo(new[] { 3 }));
    }

    [Test]
    public async Task Nothing_is_sent_behind_a_reset_that_was_seen()
    {
        using var peer = new SocketPeer(async socket =>
        {
            await socket.ReceiveAsync(new byte[1]);
            SocketPeer.ResetOnClose(socket);
        });
        Transcript transcript = await peer.RunAsync("""{"do":"raw","text":"x"}, "wait", {"do":"raw","text":"x"} """);
        Assert.That(transcript.Outcomes, Is.EqualTo(new[] { "done", "reset", "not possible: the peer has reset the connection" }));
    }

    [Test]
    public async Task That_a_peer_takes_nothing_is_an_outcome_and_no_fault_of_the_script()
    {
        using var stop = new CancellationTokenSource();
        using var peer = new SocketPeer(_ => Task.Delay(Timeout.Infinite, stop.Token));
        ScriptCase script = SocketPeer.Case(string.Join(", ", Enumerable.Repeat("""{"do":"raw","size":1048576}""", 12)));
        Transcript transcript = await new ScriptRunner(peer.Target with { Timeout = TimeSpan.FromSeconds(1) }).RunAsync(script, CancellationToken.None);
        await stop.CancelAsync();
        Assert.That(transcript.Outcomes[^1], Is.EqualTo("the peer did not take it before the deadline"));
        Assert.That(Comparison.Of(script, transcript, transcript, strict: false).NotPossible, Is.Empty);
    }

    [Test]
    public void A_step_that_one_of_them_was_given_is_a_difference_and_not_named()
    {
        ScriptCase script = SocketPeer.Case(""" "connect", "wait" """);
        Comparison comparison = Comparison.Of(script, new Transcript(["done", "not possible: x"], []), new Transcript(["done", "FIN"], []), strict: false);
        Assert.That(comparison.NotPossible, Is.Empty);
        Assert.That(comparison.Differences.Single(), Is.EqualTo(new Difference(2, "outcome", comparison.Differences[0].Details, "not possible: x", "FIN")));
    }
}
