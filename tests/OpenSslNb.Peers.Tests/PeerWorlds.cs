using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>The worlds in which programs are started: the default one and the one that has nothing in common with it. Those without a program run in every world.</summary>
internal static class PeerWorlds
{
    public static IEnumerable<World> WithPrograms => World.All.Where(w => w is { Transport: TransportKind.Buffered, Poller: PollerKind.Epoll } or { Transport: TransportKind.SocketFd, Poller: PollerKind.Poll });

    public static IEnumerable<World> WithProgramsTls12 => WithPrograms.Where(w => w.Protocol == TlsProtocol.Tls12);

    public static IEnumerable<World> WithProgramsTls13 => WithPrograms.Where(w => w.Protocol == TlsProtocol.Tls13);

    extension(World world)
    {
        /// <summary>One of two spellings.</summary>
        public string Version(string tls12, string tls13) => world.Protocol == TlsProtocol.Tls12 ? tls12 : tls13;
    }
}
