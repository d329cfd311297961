namespace OpenSslNb.Concurrency.Scheduling;

/// <summary>A thread that runs only while the scheduler lets it.</summary>
internal sealed class ControlledThread(int id, string name, Worker worker, bool isLoop)
{
    [ThreadStatic]
    private static ControlledThread? s_current;

    /// <summary>The controlled thread that runs this code; null on all others.</summary>
    public static ControlledThread? Current
    {
        get => s_current;
        set => s_current = value;
    }

    public int Id => id;

    public string Name => name;

    public Worker Worker => worker;

    /// <summary>An event loop's own thread: the only kind that may call OpenSSL for a connection.</summary>
    public bool IsLoop => isLoop;

    /// <summary>What must hold before it goes on; null when it may at once. Evaluated on other threads, and free of side effects.</summary>
    public Func<bool>? WaitsFor { get; set; }

    /// <summary>The last scheduling point it came to.</summary>
    public string Where { get; set; } = "start";

    public bool IsFinished { get; set; }

    /// <summary>Above 0 its scheduling points do not count: what it does is one step.</summary>
    public int Suppressed { get; set; }

    /// <summary>Stores that it has made and nobody else sees yet, oldest first.</summary>
    public Queue<DelayedStore> Stores { get; } = new();

    /// <summary>The locks it holds, innermost last.</summary>
    public Stack<Lock> Held { get; } = new();
}

/// <summary>A store that still stands in a thread's store buffer.</summary>
/// <param name="Field">The field, for its own thread's loads.</param>
/// <param name="Apply">Makes it visible.</param>
internal readonly record struct DelayedStore(string Field, Action Apply);
