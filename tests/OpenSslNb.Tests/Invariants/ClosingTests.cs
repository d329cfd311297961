using System.Net.Security;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Invariants;

/// <summary>Each way to end has its own name, and no other.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class ClosingTests(World world)
{
    private const int UnknownCa = 48;
    private const int ProtocolVersion = 70;

    [Test]
    public async Task FIN_without_close_notify_is_a_truncation()
    {
        using var bench = new Bench(world);
        using var server = new ClosingServer(bench);
        using RawPeer raw = await RawPeer.ConnectAsync(server.EndPoint);
        SslStream tls = await raw.SecureAsync();
        await tls.WriteAsync("half of a message"u8.ToArray());
        raw.Fin();
        CloseOutcome outcome = await server.EndAsync();
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.Truncated), outcome.ToString());
        Assert.That(outcome.AlertSent, Is.Null, "there is nobody to tell, and the session is good for another time");
        Assert.That(server.Handler.Received, Is.EqualTo("half of a message"u8.ToArray()), "what came before the cut");
    }

    [Test]
    public async Task RST_is_a_reset()
    {
        using var bench = new Bench(world);
        using var server = new ClosingServer(bench);
        RawPeer raw = await RawPeer.ConnectAsync(server.EndPoint);
        _ = await raw.SecureAsync();
        raw.Reset();
        CloseOutcome outcome = await server.EndAsync();
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.Reset), outcome.ToString());
    }

    [Test]
    public async Task What_came_before_a_reset_is_the_applications_also_when_it_has_paused_and_our_own_data_finds_nobody([Values] bool paused)
    {
        // Less in a turn than is there.
        using var bench = new Bench(world, loop: new EventLoopOptions { BytesPerTurn = 16 * 1024 });
        var opened = new TaskCompletionSource<TlsConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = new RecordingHandler
        {
            Opened = connection =>
            {
                if (paused) connection.PauseReading();
                opened.SetResult(connection);
            },
        };
        using var server = new ClosingServer(bench, handler);
        RawPeer raw = await RawPeer.ConnectAsync(server.EndPoint);
        SslStream tls = await raw.SecureAsync();
        TlsConnection connection = await opened.Task.WaitAsync(Bench.Deadline);
        byte[] sent = [.. Enumerable.Range(0, 50_000).Select(i => (byte)(i >> 3))];
        await tls.WriteAsync(sent);
        await Eventually.BecomesTrue(() => raw.Outstanding == (0u, 0u), "the server's kernel has all of it");
        Assert.That(handler.ReceivedLength, paused ? Is.Zero : Is.LessThanOrEqualTo(sent.Length));
        raw.Reset();
        await Eventually.BecomesTrue(() => connection.TrySend("anybody?"u8) == SendResult.Closed || connection.Closed.IsCompleted, "a send finds nobody");
        CloseOutcome outcome = await server.EndAsync();
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.Reset), outcome.ToString());

        // OpenSSL's own transport gives nothing any more once a write has failed (SSL_get_error(3), SSL_ERROR_SYSCALL).
        bool isLost = paused && world.Transport == TransportKind.SocketFd;
        Assert.That(handler.Received.AsSpan().SequenceEqual(isLost ? [] : sent), Is.True, $"{handler.ReceivedLength} bytes");
    }

    [Test]
    public async Task FIN_before_the_handshake_has_ended_is_a_truncation_too()
    {
        using var bench = new Bench(world);
        using var server = new ClosingServer(bench);
        using RawPeer raw = await RawPeer.ConnectAsync(server.EndPoint);
        raw.Fin();
        CloseOutcome outcome = await server.EndAsync();
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.Truncated), outcome.ToString());
    }

    [Test]
    public async Task A_damaged_record_is_a_protocol_error_and_the_alert_that_we_sent_is_told()
    {
        using var bench = new Bench(world);
        using var server = new ClosingServer(bench);
        using RawPeer raw = await RawPeer.ConnectAsync(server.EndPoint);
        _ = await raw.SecureAsync();

        // Application data of 32 bytes that nobody has encrypted.
        await raw.SendAsync((byte[])[23, 3, 3, 0, 32, .. new byte[32]]);
        raw.Fin();
        CloseOutcome outcome = await server.EndAsync();
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.ProtocolError), outcome.ToString());
        Assert.That(outcome.AlertSent, Is.EqualTo(20), "bad_record_mac");
    }

    [Test]
    public async Task A_client_that_does_not_trust_the_server_fails_verification_and_the_server_learns_the_alert()
    {
        using var bench = new Bench(world);
        using var server = new ClosingServer(bench);
        using TlsContext stranger = TlsContext.CreateClient(new TlsClientOptions { MaximumProtocol = world.Protocol });
        TlsConnectException? fault = await Assert.ThrowsAsync<TlsConnectException>(() => TlsConnector.ConnectAsync(
            bench.Loop, "127.0.0.1", server.EndPoint.Port, stranger, new RecordingHandler(), new TlsConnectOptions { Connection = bench.Connection }));
        Assert.That(fault!.Outcome.Reason, Is.EqualTo(CloseReason.VerificationFailed));
        Assert.That(fault.Outcome.AlertSent, Is.EqualTo(UnknownCa));
        CloseOutcome outcome = await server.EndAsync();
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.ProtocolError), outcome.ToString());
        Assert.That(outcome.AlertReceived, Is.EqualTo(UnknownCa));
    }

    [Test]
    public async Task Without_a_common_version_both_sides_name_the_alert()
    {
        using var bench = new Bench(world);
        using var server = new ClosingServer(bench);
        TlsProtocol other = world.Protocol == TlsProtocol.Tls12 ? TlsProtocol.Tls13 : TlsProtocol.Tls12;
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { MinimumProtocol = other, MaximumProtocol = other });
        TlsConnectException? fault = await Assert.ThrowsAsync<TlsConnectException>(() => TlsConnector.ConnectAsync(
            bench.Loop, "127.0.0.1", server.EndPoint.Port, client, new RecordingHandler(), new TlsConnectOptions { Connection = bench.Connection }));
        Assert.That(fault!.Outcome.Reason, Is.EqualTo(CloseReason.ProtocolError));
        CloseOutcome outcome = await server.EndAsync();
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.ProtocolError), outcome.ToString());
        Assert.That(outcome.AlertSent, Is.EqualTo(ProtocolVersion));
        Assert.That(fault.Outcome.AlertReceived, Is.EqualTo(ProtocolVersion));
    }

    [Test]
    public async Task After_our_close_notify_the_peers_data_still_comes_in()
    {
        byte[] late = new byte[2 << 20];
        new Random(5).NextBytes(late);
        using var bench = new Bench(world);
        using var server = new ClosingServer(bench);
        using RawPeer raw = await RawPeer.ConnectAsync(server.EndPoint);
        SslStream tls = await raw.SecureAsync();
        TlsConnection connection = await server.AcceptedAsync();
        connection.CloseWrite();
        Assert.That(await tls.ReadAsync(new byte[16]).AsTask().WaitAsync(Bench.Deadline), Is.Zero, "our close_notify");
        await tls.WriteAsync(late);
        await tls.ShutdownAsync();
        raw.Fin();
        CloseOutcome outcome = await server.EndAsync();
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.CloseNotify), outcome.ToString());
        Assert.That(server.Handler.Received.AsSpan().SequenceEqual(late), Is.True);
    }

    [Test]
    public async Task What_was_sent_during_the_handshake_goes_out_although_Close_followed_it_at_once()
    {
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(connection =>
        {
            connection.Send("greeting"u8);
            connection.Close();
            return new RecordingHandler();
        });
        var client = new RecordingHandler();
        TlsConnection connection = await bench.ConnectAsync(listener, client);
        Assert.That((await connection.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.CloseNotify));
        Assert.That(client.Received, Is.EqualTo("greeting"u8.ToArray()));
    }

    [Test]
    public async Task Close_during_the_handshake_with_nothing_sent_ends_it_at_once()
    {
        using var bench = new Bench(world);
        using var server = new ClosingServer(bench);
        using RawPeer raw = await RawPeer.ConnectAsync(server.EndPoint);
        TlsConnection connection = await server.AcceptedAsync();
        connection.Close();
        Assert.That((await connection.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.Disposed));
    }

    [Test]
    public async Task A_loop_that_stops_disposes_its_connections()
    {
        var bench = new Bench(world);
        using var server = new ClosingServer(bench);
        TlsConnection client = await bench.ConnectAsync(server.Listener, new RecordingHandler());
        bench.Dispose();
        Assert.That((await client.Closed.WaitAsync(Bench.Deadline)).Reason, Is.EqualTo(CloseReason.Disposed));
        Assert.That((await server.EndAsync()).Reason, Is.EqualTo(CloseReason.Disposed));
        Assert.That(client.TrySend("x"u8), Is.EqualTo(SendResult.Closed));
        client.Close();
        client.Abort();
        client.Dispose();
    }

    [Test]
    public async Task After_a_fatal_error_no_further_operation_is_attempted()
    {
        var trace = new RecordingTrace();
        using var bench = new Bench(world, connection: new TlsConnectionOptions { Trace = trace });
        using var server = new ClosingServer(bench);
        using RawPeer raw = await RawPeer.ConnectAsync(server.EndPoint);
        _ = await raw.SecureAsync();
        TlsConnection connection = await server.AcceptedAsync();
        await raw.SendAsync((byte[])[23, 3, 3, 0, 32, .. new byte[32]]);
        await Eventually.BecomesTrue(() => connection.State == ConnectionState.Failed, "the failure");
        _ = connection.TrySend("more"u8);
        connection.CloseWrite();
        connection.Close();
        raw.Fin();
        await server.EndAsync();
        Assert.That(trace.Of(connection).Count(s => s.Step.Kind == SslStepKind.Failed), Is.EqualTo(1));
        Assert.That(trace.Of(connection)[^1].Step.Kind, Is.EqualTo(SslStepKind.Failed), "the last attempt");
    }
}
