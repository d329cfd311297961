using OpenSslNb.Engine;
using OpenSslNb.Transport;

namespace OpenSslNb.Connections;

/// <summary>What the connections of one loop share.</summary>
/// <param name="loop">Whose resources these are.</param>
internal sealed class LoopResources(EventLoop loop) : IDisposable
{
    /// <summary>Lent to the connection whose turn it is.</summary>
    public LoopBuffers Buffers { get; } = new();

    /// <summary>Outbound chunks; used from any thread.</summary>
    public ChunkPool Chunks { get; } = new();

    /// <summary>Those that have buffers to give back when they rest; the loop's thread's alone.</summary>
    public WarmConnections Warm { get; } = new(loop);

    /// <summary>What the loop's machines have done.</summary>
    public EngineCounters Counters { get; } = loop.Figures.Engine;

    /// <summary>The resources of a loop, made when first asked for. From any thread.</summary>
    public static LoopResources Of(EventLoop loop)
    {
        if (Volatile.Read(ref loop.Resources) is LoopResources existing) return existing;
        var made = new LoopResources(loop);
        if (Interlocked.CompareExchange(ref loop.Resources, made, null) is not LoopResources first) return made;
        made.Dispose();
        return first;
    }

    /// <summary>The loop has stopped. A connection that was never begun may still hold buffers.</summary>
    public void Dispose() => Buffers.Dispose();
}
