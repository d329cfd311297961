namespace OpenSslNb;

/// <summary>Which system call waits for readiness.</summary>
public enum PollerKind
{
    /// <summary><c>epoll(7)</c>: a turn costs by the descriptors that are ready.</summary>
    Epoll = 0,

    /// <summary><c>poll(2)</c>: a turn costs by all descriptors; any POSIX system has it.</summary>
    Poll,
}

/// <summary>How an <see cref="EventLoop"/> works.</summary>
public sealed record EventLoopOptions
{
    /// <summary>Which system call waits; <see cref="PollerKind.Epoll"/> unless told otherwise.</summary>
    public PollerKind Poller { get; init; } = PollerKind.Epoll;

    /// <summary>Name of the loop's thread, for debuggers, and of the loop in metrics. Loops that share a load should share a name: how evenly they do is told by name.</summary>
    public string Name { get; init; } = "opensslnb loop";

    /// <summary>The loop's clock: deadlines are measured with its timestamps.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Bytes that one connection may read, and may write, in one turn before others get theirs; 256 KiB unless told otherwise.</summary>
    public int BytesPerTurn { get; init; } = 256 * 1024;

    /// <summary>
    /// How long the loop looks for events without sleeping before it sleeps: answers come sooner by the time of a wake-up, and the CPU is busy meanwhile. Given up for a while when nothing comes in that time.
    /// Zero, which is never, unless told otherwise; 20 to 50 µs is what it is worth.
    /// </summary>
    public TimeSpan SpinTime { get; init; } = TimeSpan.Zero;

    /// <summary>Handshakes that one turn may work on, and connections that each listener may accept in it, before established connections get their turn again; 2 unless told otherwise.</summary>
    public int HandshakesPerTurn { get; init; } = 2;
}
