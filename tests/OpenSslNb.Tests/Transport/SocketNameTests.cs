using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;
using OpenSslNb.Transport;

namespace OpenSslNb.Tests.Transport;

public sealed unsafe class SocketNameTests
{
    [Test]
    public void A_socket_that_is_not_of_the_Internet_has_no_end_point_and_no_fault()
    {
        using var pair = new SocketPair();
        using SocketHandle socket = SocketHandle.Adopt(LibC.fcntl(pair.Ours, LibC.F_DUPFD_CLOEXEC, 0));
        Assert.That(socket.LocalEndPoint, Is.Null);
        Assert.That(socket.RemoteEndPoint, Is.Null);
    }
}
