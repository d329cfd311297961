using System.Text;
using System.Text.Json;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Tracing;

/// <summary>The lines that a trace's writer makes of real connections.</summary>
public sealed class TlsTraceWriterTests
{
    private const long Length = 600_000;

    [TestCaseSource(typeof(World), nameof(World.All))]
    public async Task All_that_two_connections_do_adds_up_on_every_layer(World world)
    {
        List<JsonElement> lines = await TraceAsync(world);
        Assert.That(lines.Select(Connection).Distinct(), Is.EquivalentTo(new[] { 1, 2 }), "numbered as they are seen");
        foreach (IGrouping<long, JsonElement> connection in lines.GroupBy(Connection))
        {
            Assert.That(Sum(connection, "app", "bytes", e => Word(e, "event") == "SendQueued"), Is.EqualTo(Length));
            Assert.That(Sum(connection, "step", "bytes", e => Word(e, "operation") == "Write"), Is.EqualTo(Length));
            Assert.That(Sum(connection, "step", "bytes", e => Word(e, "operation") == "Read"), Is.EqualTo(Length));
            Assert.That(Sum(connection, "app", "bytes", e => Word(e, "event") == "Delivered"), Is.EqualTo(Length));
            Assert.That(Word(connection.First(), "event"), Is.EqualTo("Begun"));
            Assert.That(Word(connection.Last(), "outcome"), Is.EqualTo("CloseNotify"));
            Assert.That(Word(connection.Last(), "alert_received"), Is.EqualTo("close_notify"));
            Assert.That(connection.Last().GetProperty("queued").GetInt64(), Is.Zero);
            Assert.That(connection.Select(e => e.GetProperty("time_ms").GetDouble()), Is.Ordered, "all of it happened on the loop's thread");
        }

        // What one side sent the other received, record by record.
        foreach ((int from, int to) in ((int, int)[])[(1, 2), (2, 1)])
        {
            Assert.That(Sum(lines.Where(e => Connection(e) == from), "transport", "out"), Is.EqualTo(Sum(lines.Where(e => Connection(e) == to), "transport", "in")).And.GreaterThan(Length));
            Assert.That(Names(lines, from, "sent", "Record"), Is.EqualTo(Names(lines, to, "received", "Record")));
            Assert.That(Names(lines, from, "sent", "Handshake"), Is.EqualTo(Names(lines, to, "received", "Handshake")).And.Contain("Finished"));
            Assert.That(Names(lines, from, "sent", "Alert"), Is.EqualTo(new[] { "close_notify" }));
        }
    }

    [TestCase(TlsProtocol.Tls12, "TLS 1.2", "ServerKeyExchange", "ServerHelloDone", "ClientKeyExchange")]
    [TestCase(TlsProtocol.Tls13, "TLS 1.3", "EncryptedExtensions", "CertificateVerify", "NewSessionTicket")]
    public async Task The_handshake_is_told_message_by_message_and_what_it_agreed_on(TlsProtocol protocol, string version, params string[] messages)
    {
        List<JsonElement> lines = await TraceAsync(new World(TransportKind.Buffered, PollerKind.Epoll, protocol));
        string[] all = [.. lines.Where(e => Word(e, "kind") == "message").Select(e => Word(e, "name"))];
        foreach (string message in (string[])["ClientHello", "ServerHello", "Certificate", "Finished", .. messages]) Assert.That(all, Does.Contain(message));
        foreach (JsonElement opened in lines.Where(e => Word(e, "kind") == "app" && Word(e, "event") == "Opened"))
        {
            Assert.That(Word(opened, "protocol"), Is.EqualTo(version));
            Assert.That(Word(opened, "cipher"), Is.Not.Empty);
        }

        Assert.That(lines.Where(e => Word(e, "kind") == "app" && Word(e, "event") == "Begun").Select(e => Word(e, "role")), Is.EquivalentTo(new[] { "server", "client" }));
    }

    [Test]
    public async Task A_stream_that_fails_ends_the_trace_and_not_the_connections()
    {
        using var stream = new FullStream(room: 4096);
        using var writer = new TlsTraceWriter(stream);
        using var bench = new Bench(new World(TransportKind.Buffered, PollerKind.Epoll, TlsProtocol.Tls13), connection: new TlsConnectionOptions { Trace = writer });
        using DuplexPair pair = await DuplexPair.StartAsync(bench, Length);
        Assert.That(await pair.EndAsync(), Is.Empty);
        writer.Dispose();
        Assert.That(writer.Fault, Is.InstanceOf<IOException>());
    }

    [Test]
    public async Task A_writer_that_is_disposed_drops_what_comes_after()
    {
        using var stream = new MemoryStream();
        using var writer = new TlsTraceWriter(stream, leaveOpen: true);
        using var bench = new Bench(new World(TransportKind.Buffered, PollerKind.Epoll, TlsProtocol.Tls13), connection: new TlsConnectionOptions { Trace = writer });
        using DuplexPair pair = await DuplexPair.StartAsync(bench, Length);
        writer.Dispose();
        long length = stream.Length;
        Assert.That(await pair.EndAsync(), Is.Empty);
        Assert.That(stream.Length, Is.EqualTo(length));
        Assert.That(writer.Fault, Is.Null);
    }

    [Test]
    public async Task An_observer_that_throws_inside_a_call_of_OpenSSL_ends_its_own_connection_with_that_exception()
    {
        using var bench = new Bench(new World(TransportKind.Buffered, PollerKind.Epoll, TlsProtocol.Tls13));
        using TlsListener listener = bench.Listen(_ => new RecordingHandler());
        var fault = new InvalidOperationException("the trace is broken");
        var options = new TlsConnectOptions { Connection = bench.Connection with { Trace = new ThrowingTrace(fault) } };
        TlsConnectException refused = (await Assert.ThrowsAsync<TlsConnectException>(() => TlsConnector.ConnectAsync(bench.Loop, "127.0.0.1", listener.EndPoint.Port, bench.Client, new RecordingHandler(), options).WaitAsync(Bench.Deadline)))!;
        Assert.That(refused.Message, Does.Contain(nameof(CloseReason.CallbackFailed)));
        Assert.That(refused.InnerException, Is.SameAs(fault));
        TlsConnection other = await bench.ConnectAsync(listener, new RecordingHandler());
        Assert.That(other.State, Is.EqualTo(ConnectionState.Open));
    }

    private static async Task<List<JsonElement>> TraceAsync(World world)
    {
        using var stream = new MemoryStream();
        using (var writer = new TlsTraceWriter(stream, leaveOpen: true))
        {
            using var bench = new Bench(world, connection: new TlsConnectionOptions { Trace = writer });
            using DuplexPair pair = await DuplexPair.StartAsync(bench, Length);
            Assert.That(await pair.EndAsync(), Is.Empty);
        }

        return [.. Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
    }

    private static string Word(JsonElement line, string name) => line.TryGetProperty(name, out JsonElement value) ? value.GetString()! : "";

    private static long Connection(JsonElement line) => line.GetProperty("connection").GetInt64();

    private static long Sum(IEnumerable<JsonElement> lines, string kind, string member, Func<JsonElement, bool>? where = null) =>
        lines.Where(e => Word(e, "kind") == kind && (where?.Invoke(e) ?? true)).Sum(e => e.GetProperty(member).GetInt64());

    private static string[] Names(IEnumerable<JsonElement> lines, int connection, string direction, string content) =>
        [.. lines.Where(e => Connection(e) == connection && Word(e, "direction") == direction && Word(e, "content") == content).Select(e => Word(e, "name"))];

    /// <summary>Takes so many bytes and no more, as a full disk does.</summary>
    private sealed class FullStream(long room) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Length + buffer.Length > room) throw new IOException("no space left on device");
            base.Write(buffer);
        }
    }

    private sealed class ThrowingTrace(Exception fault) : ITlsTrace
    {
        public void OnStep(TlsConnection connection, in TlsTraceStep step)
        {
            // Only what OpenSSL's callback brings is of interest here.
        }

        public void OnMessage(TlsConnection connection, in TlsTraceMessage message) => throw fault;
    }
}
