using NUnit.Framework;
using OpenSslNb.Testing;
using OpenSslNb.Transport;

namespace OpenSslNb.Tests.Transport;

public sealed class SocketNameTests
{
    [Test]
    public void A_socket_that_is_not_of_the_Internet_has_no_end_point_and_no_fault()
    {
        using var pair = new SocketPair();
        SocketHandle socket = SocketHandle.Adopt(pair.Ours);
        Assert.That(socket.LocalEndPoint, Is.Null);
        Assert.That(socket.RemoteEndPoint, Is.Null);

        // The pair closes it.
        socket.SetHandleAsInvalid();
    }
}
