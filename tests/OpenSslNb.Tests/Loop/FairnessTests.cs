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
    public async Task A_quiet_connection_waits_for_two_handshake_steps_at_most_when_a_crowd_comes_at_the_same_moment()
    {
        using var stream = new MemoryStream();
        using (var trace = new TlsTraceWriter(stream))
        {
            using var bench = new Bench(world, connection: new TlsConnectionOptions { Trace = trace }, loop: new EventLoopOptions { HandshakesPerTurn = Budget });
            await MeetAsync(bench);
        }

        // Number 1 is the quiet one. What the crowd's handshakes did before its second byte was delivered is what that one waited for.
        JsonElement[] lines = [.. Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        int delivered = Array.FindLastIndex(lines, line => Word(line, "event") == "Delivered");
        int steps = lines.Take(delivered).Count(line => line.GetProperty("connection").GetInt64() != 1 && Word(line, "operation") == "Handshake");
        Assert.That(steps, Is.LessThanOrEqualTo(Budget));
        Assert.That(lines.Count(line => Word(line, "event") == "Delivered"), Is.EqualTo(2));
        Assert.That(lines.Take(delivered).Count(line => Word(line, "event") == "Begun"), Is.EqualTo(1 + Crowd), "all of the crowd were there");
    }

    private static string? Word(JsonElement line, string name) => line.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    // While the loop stands still, a byte comes on the quiet connection, and the hellos of a crowd.
    private static async Task MeetAsync(Bench bench)
    {
        using TlsListener listener = bench.Listen(_ => new EchoHandler());
        using RawPeer quiet = await RawPeer.ConnectAsync(listener.EndPoint);
        using SslStream tls = await quiet.SecureAsync();
        await EchoAsync(tls);
        var stands = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var held = new ManualResetEventSlim();
        bench.Loop.Post(() =>
        {
            stands.SetResult();
            held.Wait();
        });
        await stands.Task.WaitAsync(Bench.Deadline);
        RawPeer[] crowd = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => RawPeer.ConnectAsync(listener.EndPoint)));
        Task<SslStream>[] handshakes = [.. crowd.Select(peer => peer.SecureAsync())];
        Task echo = EchoAsync(tls);
        held.Set();
        await echo;
        await Task.WhenAll(handshakes).WaitAsync(Bench.Deadline);
        foreach (RawPeer peer in crowd) peer.Dispose();
    }

    // The byte is sent before the first await.
    private static async Task EchoAsync(SslStream tls)
    {
        await tls.WriteAsync(new byte[1]);
        await tls.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Bench.Deadline);
    }
}
