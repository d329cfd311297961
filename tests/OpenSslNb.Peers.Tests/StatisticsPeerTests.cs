using System.Text;
using System.Text.Json;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>What we count of a connection with somebody else's program is what a relay between the two has seen.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class StatisticsPeerTests(World world) : FeatureFixture(world)
{
    private const int Amount = 100_000;
    private static readonly byte[] s_first = "hello\n"u8.ToArray();

    [Test]
    public async Task Our_client_counts_what_passes([Values(Peer.Gnutls, Peer.Python, Peer.Node)] Peer peer)
    {
        await using ServerProgram server = await peer.ServerAsync(Features);
        using var relay = new RecordingRelay(server.Port);
        await using TlsStream stream = await Features.ConnectAsync(relay.Port, Features.Client());
        await EchoAsync(stream, s_first);
        Figures before = Figures.Of(stream.Connection, sent: relay.FromClient, received: relay.FromServer);
        await EchoAsync(stream, Payload.Lines(71, Amount));
        AssertSame(before, Figures.Of(stream.Connection, sent: relay.FromClient, received: relay.FromServer));
    }

    [Test]
    public async Task Our_server_counts_what_passes([Values(Peer.OpenSsl, Peer.Gnutls)] Peer peer)
    {
        FeatureServer server = Features.Serve();
        using var relay = new RecordingRelay(server.Port);
        await using ExternalProcess client = peer.Client(Features, relay.Port);
        await peer.AssertTalksAsync(client);
        TlsConnection connection = await server.OpenedAsync();
        Figures before = Figures.Of(connection, sent: relay.FromServer, received: relay.FromClient);
        byte[] sent = Payload.Lines(72, Amount);
        Task writing = client.WriteAsync(sent);
        await client.Output.WaitForTextAsync(Encoding.ASCII.GetString(sent));
        await writing;
        AssertSame(before, Figures.Of(connection, sent: relay.FromServer, received: relay.FromClient));
    }

    // Nothing else is sent before the handshake has ended, and what a server sends behind its handshake is no flight.
    [Test]
    public async Task The_flights_of_a_handshake_are_the_bytes_on_the_wire([Values] Peer peer)
    {
        Features.Connection = options => options with { TimeHandshake = true };
        await using ServerProgram server = await peer.ServerAsync(Features);
        using var relay = new RecordingRelay(server.Port);
        await using TlsStream stream = await Features.ConnectAsync(relay.Port, Features.Client());
        await Eventually.BecomesTrue(() => relay.FromClient.Bytes.Length == Sum(stream.Connection, isSent: true), "what the handshake sent has passed");
        Assert.That(relay.FromServer.Bytes, Has.Length.GreaterThanOrEqualTo(Sum(stream.Connection, isSent: false)));
        if (World.Protocol == TlsProtocol.Tls12) Assert.That(relay.FromServer.Bytes, Has.Length.EqualTo(Sum(stream.Connection, isSent: false)));
        TlsFlight first = stream.Connection.GetStatistics().Flights[0];
        Assert.That((first.IsSent, first.Bytes), Is.EqualTo((true, (long)relay.FromClient.Records[0].WholeLength)));
    }

    // The command closes then: the last record of each side is close_notify, which it does not count any more.
    [Test]
    public async Task Connect_with_json_counts_what_passes([Values(Peer.Gnutls, Peer.Python)] Peer peer)
    {
        await using ServerProgram server = await peer.ServerAsync(Features);
        using var relay = new RecordingRelay(server.Port);
        await using ExternalProcess command = ExternalProcess.Start(
            BuiltProgram("OpenSslNb.Cli"), "none: it is built here", "connect", $"127.0.0.1:{relay.Port}", "--server-name", "localhost", "--ca", Features.RootFile, "--json",
            "--min-protocol", World.Version("tls1.2", "tls1.3"), "--max-protocol", World.Version("tls1.2", "tls1.3"), "--transport", World.Transport == TransportKind.Buffered ? "buffered" : "fd");
        await command.ExitWellAsync();
        await relay.EndAsync();
        using JsonDocument json = JsonDocument.Parse(command.Output.ToArray());
        IReadOnlyList<WireRecord> sent = relay.FromClient.Records;
        Assert.That(json.RootElement.GetProperty("ciphertext_sent").GetInt64(), Is.EqualTo(sent.SkipLast(1).Sum(record => record.WholeLength)));
        int[] upTo = [.. relay.FromServer.Records.Select((_, i) => relay.FromServer.Records.Take(i + 1).Sum(record => record.WholeLength))];
        Assert.That(json.RootElement.GetProperty("ciphertext_received").GetInt64(), Is.AnyOf(upTo.Cast<object>().ToArray()), "whole records");
        long flights = json.RootElement.GetProperty("handshake_flights").EnumerateArray().Where(flight => flight.GetProperty("direction").GetString() == "sent").Sum(flight => flight.GetProperty("bytes").GetInt64());
        Assert.That(flights, Is.EqualTo(json.RootElement.GetProperty("ciphertext_sent").GetInt64()));
    }

    private static string BuiltProgram(string project)
    {
        DirectoryInfo here = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(here.Parent!.Parent!.FullName, project, here.Name, project);
    }

    private static long Sum(TlsConnection connection, bool isSent) => connection.GetStatistics().Flights.Where(flight => flight.IsSent == isSent).Sum(flight => flight.Bytes);

    private static async Task EchoAsync(TlsStream stream, byte[] sent)
    {
        Task writing = stream.WriteAsync(sent).AsTask();
        byte[] received = new byte[sent.Length];
        await stream.ReadExactlyAsync(received).AsTask().WaitAsync(ExternalProcess.Deadline);
        await writing;
        Payload.AssertSame(received, sent);
    }

    // All of it has been there and back, so nothing is under way. Of records the relay cannot say which belong to a handshake of TLS 1.3; none of the last ones does.
    private void AssertSame(Figures before, Figures after)
    {
        Assert.That((after.Ours.BytesSent, after.Ours.BytesReceived), Is.EqualTo(((long)(Amount + s_first.Length), (long)(Amount + s_first.Length))));
        Assert.That((after.Ours.CiphertextSent, after.Ours.CiphertextReceived), Is.EqualTo((after.BytesSent, after.BytesReceived)));
        Assert.That(after.Ours.RecordsSent - before.Ours.RecordsSent, Is.EqualTo(after.RecordsSent - before.RecordsSent).And.AtLeast(Amount / 16384));
        Assert.That(after.Ours.RecordsReceived - before.Ours.RecordsReceived, Is.EqualTo(after.RecordsReceived - before.RecordsReceived).And.AtLeast(Amount / 16384));
        if (World.Protocol == TlsProtocol.Tls12) Assert.That((after.Ours.RecordsSent, after.Ours.RecordsReceived), Is.EqualTo((after.RecordsSent, after.RecordsReceived)));
    }

    /// <summary>What we count, and what the relay has seen.</summary>
    private sealed record Figures(TlsConnectionStatistics Ours, long BytesSent, long BytesReceived, long RecordsSent, long RecordsReceived)
    {
        public static Figures Of(TlsConnection connection, RecordingRelay.Direction sent, RecordingRelay.Direction received) =>
            new(connection.GetStatistics(), sent.Bytes.Length, received.Bytes.Length, DataOf(sent), DataOf(received));

        private static long DataOf(RecordingRelay.Direction direction) => direction.Records.Count(record => record.Type == WireRecord.ApplicationData);
    }
}
