using System.Net;
using OpenSslNb.Interop;
using OpenSslNb.Transport;

namespace OpenSslNb.Cli;

/// <summary>Several loops that serve one address, each with its own of everything.</summary>
internal static class LoopGroup
{
    /// <summary>Makes the loops, and has them listen at one address; all of them or none.</summary>
    /// <param name="count">How many.</param>
    /// <param name="endPoint">Where; with port 0, all at the port that the first one gets.</param>
    /// <param name="create">Makes one, given the first, with all that could be no good: it is told before anybody listens.</param>
    /// <param name="listen">Has it listen, and says where it does.</param>
    public static T[] Start<T>(int count, IPEndPoint endPoint, Func<T?, T> create, Func<T, IPEndPoint, IPEndPoint> listen)
        where T : class, IDisposable
    {
        var loops = new List<T>();
        try
        {
            for (int i = 0; i < count; i++) loops.Add(create(loops.FirstOrDefault()));
            if (count > 1 && endPoint.Port != 0) RequireFree(endPoint);
            foreach (T loop in loops) endPoint = listen(loop, endPoint);
            return [.. loops];
        }
        catch
        {
            loops.ForEach(loop => loop.Dispose());
            throw;
        }
    }

    /// <summary>Loads something anew for each loop; for all of them or, when one cannot be had, for none.</summary>
    public static TState[] LoadAll<T, TState>(IReadOnlyList<T> loops, Func<T, TState> load)
        where TState : IDisposable
    {
        var loaded = new List<TState>();
        try
        {
            foreach (T loop in loops) loaded.Add(load(loop));
            return [.. loaded];
        }
        catch
        {
            loaded.ForEach(state => state.Dispose());
            throw;
        }
    }

    // Loops share an address by SO_REUSEPORT, which another server of the same user would be let in by too, to take half of the connections unseen.
    private static void RequireFree(IPEndPoint endPoint)
    {
        using var probe = SocketHandle.CreateTcp(endPoint.AddressFamily);
        probe.SetOption(LibC.SOL_SOCKET, LibC.SO_REUSEADDR, 1);
        probe.Bind(endPoint);
    }
}
