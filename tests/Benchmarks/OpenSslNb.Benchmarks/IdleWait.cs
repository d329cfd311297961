namespace OpenSslNb.Benchmarks;

/// <summary>Waits for a server to give back what idle connections do not need.</summary>
internal static class IdleWait
{
    private const int Looks = 30;

    // What is given back after two seconds of rest is not given back before.
    private const int LeastLooks = 6;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Returns when two looks in a row found the same, after 3 s at least and 15 s at most.</summary>
    public static void ForMemoryToSettle(ServerProcess server)
    {
        using var timer = new PeriodicTimer(s_pause);
        long last = server.ResidentBytes();
        int same = 0;
        for (int i = 0; i < Looks && (same < 2 || i < LeastLooks); i++)
        {
            if (!timer.WaitForNextTickAsync().AsTask().Result) return;
            long now = server.ResidentBytes();
            same = Math.Abs(now - last) < 256 * 1024 ? same + 1 : 0;
            last = now;
        }
    }
}
