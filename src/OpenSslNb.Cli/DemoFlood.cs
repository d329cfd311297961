namespace OpenSslNb.Cli;

/// <summary>A client that stops sending and reading, and asks for one KeyUpdate after the other, until the server's reading has to wait for room to write its answers.</summary>
internal static class DemoFlood
{
    private const int BurstLength = 32;

    /// <summary>Floods until it has worked or the client finishes.</summary>
    /// <param name="loop">The client's loop.</param>
    /// <param name="peer">The client, which speaks TLS 1.3 and is open.</param>
    /// <param name="crossed">How many reads of the server have wanted to write so far; one more ends the flood.</param>
    /// <returns>The number of KeyUpdates asked for.</returns>
    public static async Task<int> RunAsync(EventLoop loop, DemoPeer peer, Func<long> crossed)
    {
        long before = crossed();
        int asked = 0;
        peer.Hold();

        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (crossed() == before && !peer.IsFinishing && await pace.WaitForNextTickAsync())
        {
            Burst(loop, peer.Connection!, BurstLength);
            asked += BurstLength;
        }

        loop.Post(peer.Release);
        return asked;
    }

    // One request a turn: those of one turn would be taken together.
    private static void Burst(EventLoop loop, TlsConnection connection, int left)
    {
        if (left == 0) return;
        connection.UpdateKeys(requestPeer: true);
        _ = loop.Post(() => Burst(loop, connection, left - 1));
    }
}
