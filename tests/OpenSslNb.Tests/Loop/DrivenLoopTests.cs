using System.Net;
using NUnit.Framework;
using OpenSslNb.Interop;

namespace OpenSslNb.Tests.Loop;

/// <summary>A loop without a thread, inside a loop of somebody else.</summary>
[NonParallelizable]
public sealed unsafe class DrivenLoopTests
{
    private const int Deadline = 30_000;

    [Test]
    public void Its_descriptor_is_readable_when_another_thread_has_posted()
    {
        using EventLoop loop = EventLoop.CreateDriven();
        Assert.That(IsReadable(loop, 0), Is.False);
        Assert.That(loop.MillisecondsToNextTurn, Is.EqualTo(-1));
        bool ran = false;
        var poster = new Thread(() => loop.Post(() => ran = true));
        poster.Start();
        Assert.That(IsReadable(loop, Deadline), Is.True);
        poster.Join();
        Assert.That(ran, Is.False);
        loop.RunTurn();
        Assert.That(ran, Is.True);
        Assert.That(IsReadable(loop, 0), Is.False);
    }

    [Test]
    public void What_is_posted_on_its_own_thread_is_for_the_next_turn()
    {
        using EventLoop loop = EventLoop.CreateDriven();
        bool ran = false;
        loop.Post(() => ran = true);
        Assert.That(loop.MillisecondsToNextTurn, Is.Zero);
        Assert.That(loop.RunTurn(), Is.False);
        Assert.That(ran, Is.True);
    }

    [Test]
    public void What_a_turn_posts_is_more_to_do_at_once()
    {
        using EventLoop loop = EventLoop.CreateDriven();
        bool ran = false;
        loop.Post(() => loop.Post(() => ran = true));
        Assert.That(loop.RunTurn(), Is.True);
        Assert.That(loop.RunTurn(), Is.False);
        Assert.That(ran, Is.True);
    }

    [Test]
    public void It_runs_until_it_is_told_that_it_is_over()
    {
        using EventLoop loop = EventLoop.CreateDriven();
        bool isOver = false;
        var poster = new Thread(() => loop.Post(() => isOver = true));
        poster.Start();
        loop.RunUntil(() => isOver);
        poster.Join();
        Assert.That(isOver, Is.True);
    }

    [Test]
    public void A_turn_is_refused_inside_a_turn_on_another_thread_and_for_a_loop_with_a_thread()
    {
        using EventLoop loop = EventLoop.CreateDriven();
        Exception? inside = null;
        Exception? disposed = null;
        loop.Post(() =>
        {
            inside = Assert.Throws<InvalidOperationException>(() => loop.RunTurn());
            disposed = Assert.Throws<InvalidOperationException>(loop.Dispose);
        });
        loop.RunTurn();
        Exception? elsewhere = null;
        var other = new Thread(() => elsewhere = Assert.Throws<InvalidOperationException>(() => loop.RunTurn()));
        other.Start();
        other.Join();
        using var own = new EventLoop();
        Assert.Multiple(() =>
        {
            Assert.That(inside, Is.Not.Null);
            Assert.That(disposed, Is.Not.Null);
            Assert.That(elsewhere, Is.Not.Null);
            Assert.That(() => own.RunTurn(), Throws.InvalidOperationException);
            Assert.That(() => own.RunUntil(() => true), Throws.InvalidOperationException);
        });
        loop.Post(static () => { });
        Assert.That(loop.RunTurn(), Is.False, "it goes on");
    }

    [Test]
    public void Only_epoll_has_a_descriptor()
    {
        using EventLoop loop = EventLoop.CreateDriven(new EventLoopOptions { Poller = PollerKind.Poll });
        Assert.That(() => loop.PollDescriptor, Throws.InstanceOf<NotSupportedException>());
    }

    [Test]
    public void Its_descriptor_and_its_timeout_are_all_that_connections_need([Values(TransportKind.Buffered, TransportKind.SocketFd)] TransportKind transport)
    {
        using EventLoop loop = EventLoop.CreateDriven();
        using TlsCertificate certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));
        using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate });
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = TlsTrust.FromPem(certificate.ExportCertificatePem()) });
        var options = new TlsConnectionOptions { Transport = transport };
        using TlsListener listener = TlsListener.Start(loop, new IPEndPoint(IPAddress.Loopback, 0), server, _ => new Echo(), new TlsListenerOptions { Connection = options });
        var talker = new Talker();
        Task connecting = TlsConnector.ConnectAsync(loop, "127.0.0.1", listener.EndPoint.Port, client, talker, new TlsConnectOptions { ServerName = "localhost", Connection = options });
        long end = Environment.TickCount64 + Deadline;
        while (!talker.IsClosed && Environment.TickCount64 < end)
        {
            int timeout = loop.MillisecondsToNextTurn;
            _ = IsReadable(loop, timeout < 0 ? Deadline : Math.Min(timeout, Deadline));
            while (loop.RunTurn())
            {
                // As long as there is more.
            }
        }

        Assert.That(talker.Received, Is.EqualTo(Talker.Amount));
        Assert.That(connecting.Wait(Deadline), Is.True);
    }

    private static bool IsReadable(EventLoop loop, int timeout)
    {
        var entry = new LibC.pollfd { fd = loop.PollDescriptor, events = LibC.POLLIN };
        return LibC.poll(&entry, 1, timeout) == 1;
    }

    private sealed class Echo : TlsConnectionHandler
    {
        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data) => connection.Send(data);
    }

    private sealed class Talker : TlsConnectionHandler
    {
        public const int Amount = 500_000;

        public int Received { get; private set; }

        public bool IsClosed { get; private set; }

        public override void OnOpened(TlsConnection connection) => connection.Send(new byte[Amount]);

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            Received += data.Length;
            if (Received == Amount) connection.Close();
        }

        public override void OnClosed(TlsConnection connection, CloseOutcome outcome) => IsClosed = true;
    }
}
