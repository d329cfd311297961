using System.Buffers.Binary;
using System.Net.Security;
using System.Security.Authentication;
using NUnit.Framework;

namespace OpenSslNb.BogoShim.Tests;

/// <summary>The shim in front of a peer that is not ours: what the runner's protocol asks of it, as it comes and byte by byte.</summary>
[TestFixture(SslProtocols.Tls12, false)]
[TestFixture(SslProtocols.Tls13, false)]
[TestFixture(SslProtocols.Tls12, true)]
[TestFixture(SslProtocols.Tls13, true)]
public sealed class ShimTests(SslProtocols protocol, bool isAsynchronous)
{
    private RunnerPeer _peer = null!;

    [SetUp]
    public void Listen() => _peer = new RunnerPeer();

    [TearDown]
    public void Close() => _peer.Dispose();

    [Test]
    public async Task A_client_answers_with_every_bit_turned()
    {
        Task shim = Start();
        await using SslStream peer = await _peer.AcceptServerAsync(protocol);
        await AssertEchoesAsync(peer, 100_000);
        await peer.ShutdownAsync();
        peer.Close();
        await shim.WaitAsync(RunnerPeer.Deadline);
    }

    [Test]
    public async Task A_server_answers_with_every_bit_turned()
    {
        Task shim = Start("-server", "-cert-file", _peer.CertificateFile, "-key-file", _peer.KeyFile);
        await using SslStream peer = await _peer.AcceptClientAsync(protocol);
        await AssertEchoesAsync(peer, 100_000);
        peer.Close();
        await shim.WaitAsync(RunnerPeer.Deadline);
    }

    [Test]
    public async Task Its_id_comes_first_in_little_endian()
    {
        Task shim = Start("-shim-id", "72623859790382856");
        await using System.Net.Sockets.NetworkStream raw = await _peer.AcceptAsync();
        byte[] id = new byte[8];
        await raw.ReadExactlyAsync(id).AsTask().WaitAsync(RunnerPeer.Deadline);
        Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(id), Is.EqualTo(0x0102030405060708));
        raw.Close();
        await Assert.ThrowsAsync<TestFailure>(() => shim.WaitAsync(RunnerPeer.Deadline), "there was no handshake");
    }

    [Test]
    public async Task One_that_writes_first_says_hello()
    {
        Task shim = Start("-shim-writes-first");
        await using SslStream peer = await _peer.AcceptServerAsync(protocol);
        byte[] hello = new byte[5];
        await peer.ReadExactlyAsync(hello).AsTask().WaitAsync(RunnerPeer.Deadline);
        Assert.That(hello, Is.EqualTo("hello"u8.ToArray()));
        peer.Close();
        await shim.WaitAsync(RunnerPeer.Deadline);
    }

    [Test]
    public async Task One_that_looks_at_close_notify_fails_without_it()
    {
        Task shim = Start("-check-close-notify");
        await using SslStream peer = await _peer.AcceptServerAsync(protocol);
        await AssertEchoesAsync(peer, 10);
        peer.Close();
        TestFailure? failure = await Assert.ThrowsAsync<TestFailure>(() => shim.WaitAsync(RunnerPeer.Deadline));
        Assert.That(failure!.Message, Does.Contain("Truncated"));
    }

    [Test]
    public async Task An_application_protocol_that_is_not_the_expected_one_fails()
    {
        Task shim = Start("-advertise-alpn", "\u0003foo\u0003bar", "-expect-alpn", "foo");
        await using SslStream peer = await _peer.AcceptServerAsync(protocol, ["bar"]);

        // The shim waits for its peer to close, so that an alert is not lost.
        peer.Close();
        TestFailure? failure = await Assert.ThrowsAsync<TestFailure>(() => shim.WaitAsync(RunnerPeer.Deadline));
        Assert.That(failure!.Message, Does.Contain("application protocol: got bar, wanted foo"));
    }

    [Test]
    public async Task Further_connections_resume_the_one_before()
    {
        Task shim = Start("-server", "-cert-file", _peer.CertificateFile, "-key-file", _peer.KeyFile, "-resume-count", "1", "-on-resume-expect-session-miss");
        for (int i = 0; i < 2; i++)
        {
            // Another name, so that the client offers nothing: a full handshake, as the flag says.
            await using SslStream peer = await _peer.AcceptClientAsync(protocol, $"name{i}");
            await AssertEchoesAsync(peer, 10);
        }

        await shim.WaitAsync(RunnerPeer.Deadline);
    }

    [Test]
    public async Task A_session_that_should_be_resumed_and_is_not_fails()
    {
        Task shim = Start("-server", "-cert-file", _peer.CertificateFile, "-key-file", _peer.KeyFile, "-resume-count", "1");
        await using (SslStream first = await _peer.AcceptClientAsync(protocol, "name0")) await AssertEchoesAsync(first, 10);
        await using SslStream second = await _peer.AcceptClientAsync(protocol, "name1");
        second.Close();
        TestFailure? failure = await Assert.ThrowsAsync<TestFailure>(() => shim.WaitAsync(RunnerPeer.Deadline));
        Assert.That(failure!.Message, Does.Contain("Connection 2 failed: session unexpectedly was not reused"));
    }

    [Test]
    public async Task A_verification_that_is_to_fail_sends_an_alert()
    {
        Task shim = Start("-verify-peer", "-verify-fail", "-use-custom-verify-callback");
        await Assert.CatchAsync<Exception>(AcceptAndReadAsync);
        TestFailure? failure = await Assert.ThrowsAsync<TestFailure>(() => shim.WaitAsync(RunnerPeer.Deadline));
        Assert.That(failure!.Message, Does.Contain("sent alert 46"));
    }

    // With TLS 1.3 the server has ended its handshake when the alert comes.
    private async Task AcceptAndReadAsync()
    {
        await using SslStream peer = await _peer.AcceptServerAsync(protocol);
        await peer.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(RunnerPeer.Deadline);
    }

    private Task Start(params string[] flags)
    {
        string[] all = ["-port", $"{_peer.Port}", .. isAsynchronous ? ["-async"] : Array.Empty<string>(), .. flags];
        return Task.Run(() => Shim.Run(all));
    }

    private static async Task AssertEchoesAsync(SslStream peer, int length)
    {
        byte[] sent = new byte[length];
        new Random(1).NextBytes(sent);
        Task writing = peer.WriteAsync(sent).AsTask();
        byte[] received = new byte[length];
        await peer.ReadExactlyAsync(received).AsTask().WaitAsync(RunnerPeer.Deadline);
        await writing.WaitAsync(RunnerPeer.Deadline);
        Assert.That(received.Select(b => (byte)(b ^ 0xFF)), Is.EqualTo(sent));
    }
}
