using System.Runtime.InteropServices;
using NUnit.Framework;

namespace OpenSslNb.Interop.Tests;

/// <summary>The socket calls, against the kernel.</summary>
public sealed unsafe class LibCSocketTests
{
    [Test]
    public void Bytes_go_from_one_end_to_the_other_and_the_end_of_the_stream_after_them()
    {
        (RawSocket client, RawSocket server) = RawSocket.Pair();
        using RawSocket first = client;
        using RawSocket second = server;
        Assert.That(client.Send("hello"u8, LibC.MSG_NOSIGNAL | LibC.MSG_DONTWAIT), Is.EqualTo(5));
        Assert.That(LibC.shutdown(client.Fd, LibC.SHUT_WR), Is.Zero);
        byte[] buffer = new byte[16];
        RawSocket.Poll(server.Fd, LibC.POLLIN);
        Assert.That(server.Receive(buffer), Is.EqualTo(5));
        Assert.That(buffer.AsSpan(0, 5).SequenceEqual("hello"u8), Is.True);
        RawSocket.Poll(server.Fd, LibC.POLLIN);
        Assert.That(server.Receive(buffer), Is.Zero, "FIN");
        Assert.That(server.Send("x"u8, LibC.MSG_NOSIGNAL), Is.EqualTo(1), "the other direction is open");
    }

    [Test]
    public void Both_ends_know_both_ports()
    {
        (RawSocket client, RawSocket server) = RawSocket.Pair();
        using RawSocket first = client;
        using RawSocket second = server;
        Assert.That(client.Port(peer: false), Is.EqualTo(server.Port(peer: true)));
        Assert.That(client.Port(peer: true), Is.EqualTo(server.Port(peer: false)));
        Assert.That(client.Port(peer: false), Is.Not.EqualTo(client.Port(peer: true)));
    }

    [Test]
    public void A_socket_of_accept4_is_as_its_flags_say()
    {
        using RawSocket listener = RawSocket.Listening();
        using RawSocket client = RawSocket.Create();
        _ = client.Connect(listener.Port(peer: false));
        RawSocket.Poll(listener.Fd, LibC.POLLIN);
        byte[] address = new byte[16];
        uint length = 16;
        int fd;
        fixed (byte* pointer = address) fd = LibC.accept4(listener.Fd, pointer, &length, LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC);
        using var accepted = new RawSocket(fd);
        Assert.That(accepted.Receive(new byte[1]), Is.EqualTo(-Errno.EAGAIN), "it does not block");
        Assert.That(IsCloseOnExec(fd), Is.True);
        Assert.That((address[2] << 8) | address[3], Is.EqualTo(client.Port(peer: false)), "the peer's address");
    }

    [Test]
    public void Nobody_to_accept_is_EAGAIN()
    {
        using RawSocket listener = RawSocket.Listening();
        int fd = LibC.accept4(listener.Fd, null, null, LibC.SOCK_NONBLOCK);
        int errno = Marshal.GetLastSystemError();
        Assert.That((fd, errno), Is.EqualTo((-1, Errno.EAGAIN)));
    }

    [Test]
    public void Nothing_to_receive_is_EAGAIN_and_so_is_no_room_to_send()
    {
        (RawSocket client, RawSocket server) = RawSocket.Pair();
        using RawSocket first = client;
        using RawSocket second = server;
        Assert.That(client.Receive(new byte[1], LibC.MSG_DONTWAIT), Is.EqualTo(-Errno.EAGAIN));
        byte[] bytes = new byte[1 << 20];
        int result = 1;
        for (int i = 0; result > 0 && i < 1000; i++) result = client.Send(bytes, LibC.MSG_NOSIGNAL | LibC.MSG_DONTWAIT);
        Assert.That(result, Is.EqualTo(-Errno.EAGAIN));
    }

    [Test]
    public void Connecting_to_a_closed_port_is_refused_without_blocking()
    {
        using RawSocket deaf = RawSocket.Bound();
        using RawSocket client = RawSocket.Create();
        int errno = client.Connect(deaf.Port(peer: false));
        if (errno == Errno.EINPROGRESS)
        {
            int ready = RawSocket.Poll(client.Fd, LibC.POLLOUT);
            Assert.That(ready & LibC.POLLERR, Is.EqualTo(LibC.POLLERR));
            errno = client.Option(LibC.SOL_SOCKET, LibC.SO_ERROR);
        }

        Assert.That(errno, Is.EqualTo(Errno.ECONNREFUSED));
        Assert.That(client.Option(LibC.SOL_SOCKET, LibC.SO_ERROR), Is.Zero, "asking clears it");
    }

    [Test]
    public void Closing_with_linger_zero_resets_the_peer()
    {
        (RawSocket client, RawSocket server) = RawSocket.Pair();
        using RawSocket second = server;
        var linger = new LibC.linger { l_onoff = 1, l_linger = 0 };
        Assert.That(LibC.setsockopt(client.Fd, LibC.SOL_SOCKET, LibC.SO_LINGER, (byte*)&linger, (uint)sizeof(LibC.linger)), Is.Zero);
        client.Dispose();
        RawSocket.Poll(server.Fd, LibC.POLLIN);
        Assert.That(server.Receive(new byte[1]), Is.EqualTo(-Errno.ECONNRESET));
    }

    [Test]
    public void An_option_that_is_set_is_read_back()
    {
        using RawSocket socket = RawSocket.Create();
        (int Level, int Option)[] switches = [(LibC.IPPROTO_TCP, LibC.TCP_NODELAY), (LibC.SOL_SOCKET, LibC.SO_REUSEADDR), (LibC.SOL_SOCKET, LibC.SO_REUSEPORT)];
        foreach ((int level, int option) in switches)
        {
            Assert.That(socket.Option(level, option), Is.Zero);
            socket.SetOption(level, option, 1);
            Assert.That(socket.Option(level, option), Is.Not.Zero);
        }

        // The kernel doubles what is asked (socket(7)).
        foreach (int buffer in (int[])[LibC.SO_RCVBUF, LibC.SO_SNDBUF])
        {
            socket.SetOption(LibC.SOL_SOCKET, buffer, 20_000);
            Assert.That(socket.Option(LibC.SOL_SOCKET, buffer), Is.EqualTo(40_000));
        }
    }

    [Test]
    public void A_descriptor_that_is_none_is_EBADF()
    {
        Assert.That(new RawSocket(-1).Receive(new byte[1]), Is.EqualTo(-Errno.EBADF));
        int result = LibC.close(-1);
        int errno = Marshal.GetLastSystemError();
        Assert.That((result, errno), Is.EqualTo((-1, Errno.EBADF)));
    }

    private static bool IsCloseOnExec(int fd)
    {
        const int CloseOnExec = 0x80000;
        string flags = File.ReadLines($"/proc/self/fdinfo/{fd}").Single(line => line.StartsWith("flags:", StringComparison.Ordinal));
        return (Convert.ToInt32(flags["flags:".Length..].Trim(), 8) & CloseOnExec) != 0;
    }
}
