using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Invariants;

/// <summary>A peer that is asked for new keys after it has closed its side would answer behind its close_notify. Nothing is lost by it: we do not answer, and wait for those who do.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class KeyUpdateCloseTests(World world)
{
    private const int Messages = 20;
    private const int Length = 50_000;

    [SetUp]
    public void Only_where_there_is_a_KeyUpdate()
    {
        if (world.Protocol != TlsProtocol.Tls13) Assert.Ignore("TLS 1.2 has no KeyUpdate");
    }

    [Test]
    public async Task A_client_that_has_closed_its_side_gets_all_though_it_is_asked_for_new_keys()
    {
        using var bench = new Bench(world);
        var answered = new TaskCompletionSource();
        using TlsListener listener = bench.Listen(accepted => new RecordingHandler { PeerClosed = connection => _ = AnswerAsync(connection, answered) });
        await using TlsStream stream = await bench.ConnectStreamAsync(listener);
        await stream.WriteAsync("question"u8.ToArray());
        stream.CloseWrite();

        // Its reading is paused for want of room when the server has said its last: the requests are met afterwards.
        await answered.Task.WaitAsync(Bench.Deadline);
        byte[] buffer = new byte[4096];
        long received = 0;
        while (await stream.ReadAsync(buffer).AsTask().WaitAsync(Bench.Deadline) is > 0 and var count) received += count;
        Assert.That(received, Is.EqualTo(Messages * Length));
        Assert.That(bench.Unhandled, Is.Empty);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_machine_answers_requests_for_keys_unless_it_has_said_its_last(bool closes)
    {
        using var bench = new Bench(world);
        using var pair = new MachinePair(bench.Server, bench.Client);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        if (closes) Assert.That(pair.Client.Shutdown().IsDone, Is.True);
        MachinePair.Carry(pair.Client, pair.Server);
        _ = MachinePair.ReadAll(pair.Server);

        // OpenSSL answers with what it writes next, or when the next request comes.
        for (int i = 0; i < 2; i++)
        {
            Assert.That(pair.Server.UpdateKeys(requestPeer: true).IsDone, Is.True);
            Assert.That(MachinePair.Carry(pair.Server, pair.Client), Is.GreaterThan(0));
            Assert.That(MachinePair.ReadAll(pair.Client).Last, Is.EqualTo(SslStep.Blocked(SslWant.Read)));
        }

        Assert.That(pair.Client.Output.Length, closes ? Is.Zero : Is.GreaterThan(0));
    }

    private static async Task AnswerAsync(TlsConnection connection, TaskCompletionSource answered)
    {
        for (int i = 0; i < Messages; i++)
        {
            await connection.SendAsync(new byte[Length]);

            // Requests that are made before one is sent are one.
            await Eventually.BecomesTrue(() => connection.QueuedBytes == 0, "sent");
            connection.UpdateKeys(requestPeer: true);
        }

        connection.Close();
        answered.SetResult();
    }
}
