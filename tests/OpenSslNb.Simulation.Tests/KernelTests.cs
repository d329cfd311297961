using NUnit.Framework;
using OpenSslNb.Interop;

namespace OpenSslNb.Simulation.Tests;

/// <summary>The virtual kernel does what Linux does, where the engine relies on it.</summary>
public sealed class KernelTests
{
    private readonly VirtualClock _clock = new();
    private VirtualKernel _kernel = null!;

    [SetUp]
    public void Boot() => _kernel = new VirtualKernel(_clock, new Randomness(1));

    [TearDown]
    public void Halt() => _kernel.Dispose();

    [Test]
    public void A_descriptor_that_was_closed_is_told_as_a_violation()
    {
        int fd = _kernel.EventFd();
        Assert.That(_kernel.Close(fd), Is.Zero);
        Assert.That(_kernel.Close(fd), Is.EqualTo(-Errno.EBADF));
        Assert.That(_kernel.Violations, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_close_of_a_registered_descriptor_is_told_as_a_violation()
    {
        int epoll = _kernel.EpollCreate();
        int fd = _kernel.EventFd();
        Assert.That(_kernel.EpollControl(epoll, LibC.EPOLL_CTL_ADD, fd, (int)LibC.EPOLLIN, 1), Is.Zero);
        _kernel.Close(fd);
        Assert.That(_kernel.Violations, Has.Count.EqualTo(1));
    }

    [Test]
    public void Bytes_come_in_order_and_the_end_behind_them()
    {
        (int client, int server) = Connect();
        Assert.That(_kernel.Send(client, "hello"u8, "send"), Is.EqualTo(5));
        _kernel.Shutdown(client);
        Deliver();
        Span<byte> buffer = stackalloc byte[3];
        Assert.That(_kernel.Receive(server, buffer, "recv"), Is.EqualTo(3));
        Assert.That(_kernel.Receive(server, buffer, "recv"), Is.EqualTo(2));
        Assert.That(_kernel.Receive(server, buffer, "recv"), Is.Zero);
        Assert.That(_kernel.Send(client, "x"u8, "send"), Is.EqualTo(-Errno.EPIPE));
    }

    [Test]
    public void A_full_network_takes_nothing_more_until_something_is_read()
    {
        var narrow = new NetworkModel { Capacity = 4 };
        _kernel.Network = _ => [(narrow, []), (narrow, [])];
        (int client, int server) = Connect();
        Assert.That(_kernel.Send(client, "hello"u8, "send"), Is.EqualTo(4));
        Assert.That(_kernel.Send(client, "o"u8, "send"), Is.EqualTo(-Errno.EAGAIN));
        Deliver();
        Span<byte> buffer = stackalloc byte[1];
        Assert.That(_kernel.Receive(server, buffer, "recv"), Is.EqualTo(1));
        Assert.That(_kernel.Send(client, "o"u8, "send"), Is.EqualTo(1));
    }

    [Test]
    public void A_close_with_unread_input_resets_the_peer()
    {
        (int client, int server) = Connect();
        _kernel.Send(client, "unread"u8, "send");
        Deliver();
        _kernel.Close(server);
        Deliver();
        Span<byte> buffer = stackalloc byte[1];
        Assert.That(_kernel.Receive(client, buffer, "recv"), Is.EqualTo(-Errno.ECONNRESET));
        Assert.That(_kernel.Receive(client, buffer, "recv"), Is.Zero);
    }

    [Test]
    public void A_connect_without_a_listener_is_refused()
    {
        int fd = _kernel.Socket();
        Assert.That(_kernel.Connect(fd, VirtualKernel.FirstDialledPort), Is.EqualTo(-Errno.EINPROGRESS));
        Deliver();
        Assert.That(_kernel.GetError(fd, out int error), Is.Zero);
        Assert.That(error, Is.EqualTo(Errno.ECONNREFUSED));
    }

    private (int Client, int Server) Connect()
    {
        int listener = _kernel.Socket();
        _kernel.Bind(listener, 443);
        _kernel.Listen(listener);
        int client = _kernel.Socket();
        _kernel.Connect(client, VirtualKernel.FirstDialledPort);
        Deliver();
        return (client, _kernel.Accept(listener, out _));
    }

    private void Deliver()
    {
        while (_kernel.Deliveries is [var first, ..]) first();
    }
}
