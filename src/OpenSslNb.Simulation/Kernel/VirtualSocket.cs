namespace OpenSslNb.Simulation;

/// <summary>What stands behind a descriptor of the virtual kernel.</summary>
internal abstract class VirtualFile
{
    public int Fd { get; set; }

    /// <summary>What <c>poll(2)</c> would report, in its flags.</summary>
    public abstract int Readiness { get; }
}

/// <summary>An <c>eventfd(2)</c>.</summary>
internal sealed class VirtualEventFd : VirtualFile
{
    public ulong Count { get; set; }

    public override int Readiness => PollFlags.Out | (Count > 0 ? PollFlags.In : 0);
}

/// <summary>An <c>epoll(7)</c> instance, level-triggered.</summary>
internal sealed class VirtualEpoll : VirtualFile
{
    /// <summary>Registrations in the order in which they were made.</summary>
    public List<(int Fd, int Events, long Data)> Registrations { get; } = [];

    public override int Readiness => 0;
}

/// <summary>A TCP socket.</summary>
internal sealed class VirtualSocket : VirtualFile
{
    /// <summary>Where a socket is in its life.</summary>
    public enum Stage
    {
        Fresh = 0,
        Listening,
        Connecting,
        Connected,
        Failed,
    }

    public Stage State { get; set; }

    /// <summary>Which connection of the plan an accepted socket belongs to.</summary>
    public int Connection { get; init; }

    public int LocalPort { get; set; }

    public int RemotePort { get; set; }

    /// <summary>errno that the next call reports and clears (<c>SO_ERROR</c>).</summary>
    public int Error { get; set; }

    public bool IsReset { get; set; }

    public bool SendIsShut { get; set; }

    /// <summary>Close sends a reset (<c>SO_LINGER</c> with time 0).</summary>
    public bool ResetsOnClose { get; set; }

    public VirtualPipe? Incoming { get; set; }

    public VirtualPipe? Outgoing { get; set; }

    /// <summary>Connections that wait for <c>accept4</c>.</summary>
    public Queue<VirtualSocket> Backlog { get; } = new();

    public override int Readiness => State switch
    {
        Stage.Listening => Backlog.Count > 0 ? PollFlags.In : 0,
        Stage.Connected => ConnectedReadiness,
        Stage.Failed => PollFlags.In | PollFlags.Out | PollFlags.Error | PollFlags.HangUp,
        Stage.Fresh => PollFlags.Out | PollFlags.HangUp,
        _ => 0,
    };

    /// <summary>The peer, or the network, has reset the connection.</summary>
    public void Reset(int errno)
    {
        if (IsReset) return;
        IsReset = true;
        Error = errno;
        State = State == Stage.Connected ? State : Stage.Failed;
    }

    private int ConnectedReadiness
    {
        get
        {
            if (IsReset) return PollFlags.In | PollFlags.Out | PollFlags.HangUp | (Error != 0 ? PollFlags.Error : 0);
            bool ended = Incoming!.EndArrived;
            int flags = Incoming.Readable > 0 || ended ? PollFlags.In : 0;
            if (Outgoing!.HasRoom || SendIsShut) flags |= PollFlags.Out;
            if (ended && SendIsShut) flags |= PollFlags.HangUp;
            return flags;
        }
    }
}

/// <summary>Flags of <c>poll(2)</c>; those of epoll have the same values.</summary>
internal static class PollFlags
{
    public const int In = 1;
    public const int Out = 4;
    public const int Error = 8;
    public const int HangUp = 16;
    public const int Invalid = 32;
}
