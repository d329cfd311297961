using NUnit.Framework;
using OpenSslNb.Loop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Loop;

/// <summary>Looking for events without sleeping: only while it pays.</summary>
public sealed class AdaptiveSpinTests
{
    [Test]
    public void Without_a_time_there_is_no_spin()
    {
        var spin = new AdaptiveSpin(TimeSpan.Zero);
        Assert.That(spin.TryBegin(), Is.False);
    }

    [Test]
    public void Each_failure_in_a_row_is_followed_by_a_rest_twice_as_long()
    {
        var spin = new AdaptiveSpin(TimeSpan.FromTicks(1));
        foreach (int rest in new[] { 2, 4, 8, 16 })
        {
            Fail(spin);
            for (int wait = 1; wait < rest; wait++) Assert.That(spin.TryBegin(), Is.False, $"wait {wait} of {rest}");
        }
    }

    [Test]
    public void A_success_ends_the_rests()
    {
        var spin = new AdaptiveSpin(TimeSpan.FromTicks(1));
        Fail(spin);
        Assert.That(spin.TryBegin(), Is.False);
        Assert.That(spin.TryBegin());
        spin.Succeed();
        Assert.That(spin.TryBegin(), "the next wait spins at once");
    }

    [TestCase(PollerKind.Epoll)]
    [TestCase(PollerKind.Poll)]
    public async Task A_loop_that_spins_serves_posts_timers_and_connections(PollerKind poller)
    {
        using var bench = new Bench(new World(TransportKind.Buffered, poller, TlsProtocol.Tls13), loop: new EventLoopOptions { SpinTime = TimeSpan.FromMilliseconds(1) });
        using TlsListener listener = bench.Listen(_ => new EchoHandler());
        var handler = new RecordingHandler();
        TlsConnection client = await bench.ConnectAsync(listener, handler);
        for (int i = 1; i <= 100; i++)
        {
            client.Send("to and fro"u8);
            await Eventually.BecomesTrue(() => handler.ReceivedLength == i * 10, "the echo");
            Assert.That(await bench.Loop.AskAsync(() => true));
        }
    }

    private static void Fail(AdaptiveSpin spin)
    {
        Assert.That(spin.TryBegin());
        while (spin.GoesOn())
        {
            // Nothing comes.
        }
    }
}
