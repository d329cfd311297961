using OpenSslNb.Interop;

namespace OpenSslNb.Simulation;

/// <summary>
/// The part of an operating system that the engine sees: sockets over a simulated network, <c>poll</c>, <c>epoll</c> and <c>eventfd</c>. Deterministic, and never blocking: time and delivery are the world's to move.
/// </summary>
/// <remarks>
/// Every call returns what the system call would, or the negated errno. What no correct program does (a call on a closed descriptor, a close of one that is still registered with a poller) is noted in
/// <see cref="Violations"/>.
/// </remarks>
internal sealed partial class VirtualKernel(VirtualClock clock, Randomness randomness) : IDisposable
{
    /// <summary>Descriptors from here on are the virtual kernel's; those below are the real one's.</summary>
    public const int FirstFd = 1 << 20;

    [ThreadStatic]
    private static VirtualKernel? s_current;

    private readonly SortedDictionary<int, VirtualFile> _files = [];
    private readonly Dictionary<string, int> _calls = [];
    private readonly HashSet<int> _closedFds = [];

    /// <summary>The kernel that new descriptors of this thread belong to; null for the real one.</summary>
    public static VirtualKernel? Current
    {
        get => s_current;
        set => s_current = value;
    }

    public VirtualClock Clock { get; } = clock;

    /// <summary>What no correct program does, in words.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>System calls that are to fail.</summary>
    public List<SystemCallFault> SystemCallFaults { get; } = [];

    /// <summary>Those that have failed.</summary>
    public List<SystemCallFault> FiredSystemCallFaults { get; } = [];

    /// <summary>Counts what moves: bytes, connections, ends. A turn that leaves it as it was has done nothing.</summary>
    public long Activity { get; private set; }

    /// <summary>Counts interruptions and refusals that the model or a fault has made up: a turn that met one may be without effect.</summary>
    public long Disturbances { get; private set; }

    /// <summary>True while the world only looks: no fault fires and nothing is counted.</summary>
    public bool IsPeeking { get; set; }

    /// <summary>How often each function was called.</summary>
    public IReadOnlyDictionary<string, int> Calls => _calls;

    /// <summary>Descriptors that are open.</summary>
    public int OpenCount => _files.Count;

    /// <summary>The file behind a descriptor of this kernel; null, and a violation, when there is none.</summary>
    private T? Find<T>(int fd, string call)
        where T : VirtualFile
    {
        if (_files.GetValueOrDefault(fd) is T file) return file;
        Violations.Add($"{call} on descriptor {fd - FirstFd}, which is {(_closedFds.Contains(fd) ? "closed" : "of another kind")}");
        return null;
    }

    private int Add(VirtualFile file)
    {
        int fd = FirstFd;
        while (_files.ContainsKey(fd)) fd++;
        file.Fd = fd;
        _files.Add(fd, file);
        _closedFds.Remove(fd);
        return fd;
    }

    // 0, or the negated errno that this call is to fail with.
    private int Intercept(string call)
    {
        if (IsPeeking) return 0;
        int index = _calls.GetValueOrDefault(call);
        _calls[call] = index + 1;
        for (int i = 0; i < SystemCallFaults.Count; i++)
        {
            SystemCallFault fault = SystemCallFaults[i];
            if (fault.Call != call || fault.Index != index) continue;
            SystemCallFaults.RemoveAt(i);
            FiredSystemCallFaults.Add(fault);
            Disturbances++;
            return -fault.Errno;
        }

        return 0;
    }

    private bool Disturb(int oneIn)
    {
        if (IsPeeking || !randomness.OneIn(oneIn)) return false;
        Disturbances++;
        return true;
    }

    /// <summary><c>close(2)</c>. Like Linux, it closes whatever it returns.</summary>
    public int Close(int fd)
    {
        int fault = Intercept("close");
        if (Find<VirtualFile>(fd, "close") is not { } file) return -Errno.EBADF;
        foreach (VirtualEpoll epoll in _files.Values.OfType<VirtualEpoll>())
        {
            if (epoll.Registrations.RemoveAll(r => r.Fd == fd) > 0) Violations.Add($"close of descriptor {fd - FirstFd}, which is registered with epoll");
        }

        _files.Remove(fd);
        _closedFds.Add(fd);
        if (file is VirtualSocket socket) CloseSocket(socket);
        return fault;
    }

    public void Dispose()
    {
        foreach (VirtualPipe pipe in Pipes) pipe.Dispose();
    }
}
