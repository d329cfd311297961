using System.Net.Security;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Loop;

/// <summary>A connection that works waits for few of those that begin, however many there are.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class FairnessTests(World world)
{
    private const int Crowd = 24;
    private const int Budget = 2;

    [Test]
    public async Task A_quiet_connection_waits_for_two_new_ones_at_most_when_a_crowd_connects_at_the_same_moment()
    {
        JsonElement[] before = await LinesBeforeTheAnswerAsync(isAcceptedBefore: false);
        Assert.That(before.Count(line => IsOfCrowd(line) && Word(line, "event") == "Begun"), Is.LessThanOrEqualTo(Budget));
        Assert.That(before.Count(IsHandshakeStep), Is.LessThanOrEqualTo(Budget));
    }

    [Test]
    public async Task A_quiet_connection_waits_for_two_handshake_steps_at_most_when_a_crowd_says_hello_at_the_same_moment()
    {
        // Each has had a step already, which found nothing.
        JsonElement[] before = await LinesBeforeTheAnswerAsync(isAcceptedBefore: true);
        Assert.That(before.Count(line => IsOfCrowd(line) && Word(line, "event") == "Begun"), Is.EqualTo(Crowd));
        Assert.That(before.Count(IsHandshakeStep), Is.LessThanOrEqualTo(Crowd + Budget));
    }

    // The trace of all up to where the quiet connection's second byte is delivered.
    private async Task<JsonElement[]> LinesBeforeTheAnswerAsync(bool isAcceptedBefore)
    {
        using var stream = new MemoryStream();
        using (var trace = new TlsTraceWriter(stream, leaveOpen: true))
        {
            using var bench = new Bench(world, connection: new TlsConnectionOptions { Trace = trace }, loop: new EventLoopOptions { HandshakesPerTurn = Budget });
            await MeetAsync(bench, isAcceptedBefore);
        }

        JsonElement[] lines = [.. Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.That(lines.Count(line => Word(line, "event") == "Delivered"), Is.EqualTo(2));
        Assert.That(lines.Count(line => Word(line, "event") == "Begun"), Is.EqualTo(1 + Crowd));
        return lines[..Array.FindLastIndex(lines, line => Word(line, "event") == "Delivered")];
    }

    // While the loop stands still, a crowd comes, or says hello, and then a byte comes on the quiet connection.
    private static async Task MeetAsync(Bench bench, bool isAcceptedBefore)
    {
        using TlsListener listener = bench.Listen(_ => new EchoHandler());
        using RawPeer quiet = await RawPeer.ConnectAsync(listener.EndPoint);
        using SslStream tls = await quiet.SecureAsync();
        await EchoAsync(tls);
        RawPeer[] crowd = isAcceptedBefore ? await ConnectCrowdAsync(listener) : [];
        await Eventually.BecomesTrue(() => listener.AcceptedCount == 1 + crowd.Length, "the loop has taken all there are");
        using var held = new ManualResetEventSlim();
        await HoldAsync(bench.Loop, held);
        if (!isAcceptedBefore) crowd = await ConnectCrowdAsync(listener);
        Task<SslStream>[] handshakes = [.. crowd.Select(peer => peer.SecureAsync())];
        Task echo = EchoAsync(tls);
        held.Set();
        await echo;
        await Task.WhenAll(handshakes).WaitAsync(Bench.Deadline);
        foreach (RawPeer peer in crowd) peer.Dispose();
    }

    private static Task<RawPeer[]> ConnectCrowdAsync(TlsListener listener) => Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => RawPeer.ConnectAsync(listener.EndPoint)));

    private static async Task HoldAsync(EventLoop loop, ManualResetEventSlim held)
    {
        var stands = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() =>
        {
            stands.SetResult();
            held.Wait();
        });
        await stands.Task.WaitAsync(Bench.Deadline);
    }

    // The byte is sent before the first await.
    private static async Task EchoAsync(SslStream tls)
    {
        await tls.WriteAsync(new byte[1]);
        await tls.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Bench.Deadline);
    }

    // Number 1 is the quiet one.
    private static bool IsOfCrowd(JsonElement line) => line.GetProperty("connection").GetInt64() != 1;

    private static bool IsHandshakeStep(JsonElement line) => IsOfCrowd(line) && Word(line, "operation") == "Handshake";

    private static string? Word(JsonElement line, string name) => line.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
