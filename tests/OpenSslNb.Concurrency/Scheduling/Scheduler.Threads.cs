namespace OpenSslNb.Concurrency.Scheduling;

/// <content>Threads that the product makes, and what it registers with cancellations.</content>
internal sealed partial class Scheduler
{
    private readonly HashSet<ControlledThread> _suspended = [];
    private readonly Dictionary<CancellationToken, int> _registrations = [];

    /// <summary>A thread that has not been started.</summary>
    public Thread SpawnSuspended(ThreadStart start)
    {
        ControlledThread thread = Spawn($"loop {_threads.Count}", () => start(), isLoop: true);
        _suspended.Add(thread);
        thread.WaitsFor = () => !_suspended.Contains(thread);
        return thread.Worker.Thread;
    }

    public void Start(Thread thread)
    {
        ControlledThread started = Find(thread);
        _suspended.Remove(started);
        started.WaitsFor = null;
    }

    public void Join(ControlledThread self, Thread thread)
    {
        ControlledThread joined = Find(thread);
        WaitUntil(self, () => joined.IsFinished, $"Join {joined.Name}");
        DrainAll(self);
    }

    public void CountRegistration(CancellationToken token, int change) => _registrations[token] = RegistrationsOf(token) + change;

    /// <summary>Callbacks that are still registered with a token that nobody cancelled.</summary>
    public int RegistrationsOf(CancellationToken token) => _registrations.GetValueOrDefault(token);

    private ControlledThread Find(Thread thread) => _threads.Find(candidate => candidate.Worker.Thread == thread)!;
}
