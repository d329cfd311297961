using System.Text;

namespace OpenSslNb.Concurrency.Scheduling;

/// <summary>
/// Real threads of which exactly one runs. At each scheduling point the strategy says who goes on; so an interleaving is a list of choices and can be had again.
/// </summary>
/// <remarks>
/// A thread that waits is one whose condition does not hold: a lock that is held, a descriptor that is not ready, a thread that has not ended. When nobody may go on and somebody has not ended,
/// the schedule has found a deadlock, and that is what a lost wake-up looks like.
/// </remarks>
internal sealed partial class Scheduler(IStrategy strategy, Action<string> fail)
{
    private const int MostPoints = 20_000;
    private const int TraceLength = 120;

    // The longest stretch between two points is a handshake; more than this is a thread that blocks where the scheduler cannot see it.
    private static readonly TimeSpan s_stretchLimit = TimeSpan.FromSeconds(60);

    private readonly List<ControlledThread> _threads = [];
    private readonly List<int> _enabled = [];
    private readonly Queue<(ControlledThread Thread, string Where)> _trace = new();
    private readonly ManualResetEventSlim _done = new();
    private ControlledThread? _running;

    /// <summary>The one whose schedule runs.</summary>
    public static Scheduler? Current { get; private set; }

    /// <summary>Scheduling points come to.</summary>
    public int Points { get; private set; }

    /// <summary>Points at which there was a choice.</summary>
    public int Choices { get; private set; }

    /// <summary>True while a scenario makes its world: everybody goes on as far as it can, and the strategy is not asked.</summary>
    public bool IsPreparing { get; private set; } = true;

    /// <summary>The world is made. What led here is no part of the schedule: it may differ where the process makes something for the first time.</summary>
    public void Begin()
    {
        IsPreparing = false;
        Points = 0;
        _trace.Clear();
    }

    /// <summary>Runs one schedule; returns when every thread has ended.</summary>
    public void Run(Action body)
    {
        Current = this;
        ControlledThread first = Spawn("main", body);
        _running = first;
        first.Worker.Resume();
        int seen = -1;
        while (!_done.Wait(s_stretchLimit))
        {
            if (seen == Points) Fail($"{_running} has blocked outside of the scheduler's control, after {_running?.Where}");
            seen = Points;
        }

        foreach (ControlledThread thread in _threads) thread.Worker.Return();
        Current = null;
    }

    /// <summary>Makes a thread; it runs when it is chosen.</summary>
    public ControlledThread Spawn(string name, Action body, bool isLoop = false)
    {
        ControlledThread thread = null!;
        var worker = Worker.Borrow(() => Live(thread, body));
        thread = new ControlledThread(_threads.Count, name, worker, isLoop);
        _threads.Add(thread);
        return thread;
    }

    /// <summary>The running thread has come to a point: somebody goes on, perhaps another.</summary>
    public void Reach(ControlledThread self, string where)
    {
        self.Where = where;
        if (++Points > MostPoints) Fail($"more than {MostPoints} points: the schedule does not end");
        SwitchFrom(self);
        Note(self, where);
    }

    /// <summary>The running thread goes on when the condition holds.</summary>
    public void WaitUntil(ControlledThread self, Func<bool> condition, string where)
    {
        self.WaitsFor = condition;
        Reach(self, where);
        self.WaitsFor = null;
    }

    /// <summary>The schedule has shown a defect; does not return.</summary>
    public void Fail(string message)
    {
        var report = new StringBuilder(message).AppendLine();
        foreach (ControlledThread thread in _threads)
        {
            string state = thread.IsFinished ? "ended" : $"{(thread.WaitsFor is null ? "at" : "waits at")} {thread.Where}";
            report.AppendLine($"    thread {thread.Name}: {state}");
        }

        report.AppendLine("    last steps:");
        foreach ((ControlledThread thread, string where) in _trace) report.AppendLine($"      {thread.Name,-12} {where}");
        fail(report.ToString());
        throw new InvalidOperationException("a schedule must end with its failure");
    }

    private void Live(ControlledThread self, Action body)
    {
        ControlledThread.Current = self;
        try
        {
            body();
        }
        catch (Exception e)
        {
            Fail($"thread {self.Name} threw {e}");
        }

        DrainAll(self);
        self.IsFinished = true;
        self.Where = "end";
        ControlledThread.Current = null;
        if (_threads.TrueForAll(thread => thread.IsFinished)) _done.Set();
        else Pass(Next(self));
    }

    private void SwitchFrom(ControlledThread self)
    {
        ControlledThread next = Next(self);
        if (next == self) return;
        Pass(next);
        self.Worker.AwaitTurn();
    }

    private void Pass(ControlledThread next)
    {
        _running = next;
        next.Worker.Resume();
    }

    // Who goes on. A store buffer is an actor of its own: it may empty itself at any point.
    private ControlledThread Next(ControlledThread self)
    {
        while (true)
        {
            int actor = Choose(self);
            ControlledThread thread = _threads[actor >> 1];
            if ((actor & 1) == 0) return thread;
            Note(thread, $"(its store of {thread.Stores.Peek().Field} becomes visible)");
            thread.Stores.Dequeue().Apply();
        }
    }

    private int Choose(ControlledThread self)
    {
        _enabled.Clear();
        self.Suppressed++;
        foreach (ControlledThread thread in _threads)
        {
            if (!thread.IsFinished && thread.WaitsFor?.Invoke() != false) _enabled.Add(2 * thread.Id);
            if (thread.Stores.Count > 0) _enabled.Add((2 * thread.Id) + 1);
        }

        self.Suppressed--;
        if (_enabled.Count == 0) Fail("deadlock: nobody can go on");
        if (_enabled.Count == 1) return _enabled[0];
        int own = 2 * self.Id;
        if (IsPreparing) return _enabled.Contains(own) ? own : _enabled[0];
        Choices++;
        return strategy.Choose(_enabled, _enabled.Contains(own) ? own : -1);
    }

    private void Note(ControlledThread thread, string where)
    {
        if (_trace.Count == TraceLength) _trace.Dequeue();
        _trace.Enqueue((thread, where));
    }
}
