using OpenSslNb.Concurrency.Scheduling;

namespace OpenSslNb.Concurrency.Scenarios;

/// <summary>A few threads on the engine, and what must hold whatever the order they run in.</summary>
internal abstract class Scenario
{
    private static readonly Scenario[] s_all =
    [
        new PostersAndASleepingLoop(), new PostersAndAStop(), new SendersAndLowWater(), new SendsThatWaitAndAreCancelled(), new EndsAndSends(), new StreamReads(), new StreamPauses(),
    ];

    public static IReadOnlyList<Scenario> All => s_all;

    public abstract string Name { get; }

    /// <summary>Schedules in the normal run; the long one has a multiple.</summary>
    public abstract int Schedules { get; }

    /// <summary>The same threads do the same in every schedule, so that depth-first search makes sense.</summary>
    public virtual bool IsSystematic => false;

    /// <summary>The body of the first thread.</summary>
    public abstract void Run(Stage stage);
}

/// <summary>What a scenario has at hand in one schedule.</summary>
/// <param name="scheduler">Of this schedule.</param>
/// <param name="rng">For what differs from schedule to schedule; not for who goes on.</param>
internal sealed class Stage(Scheduler scheduler, Rng rng)
{
    public Rng Rng => rng;

    /// <summary>A loop whose clock stands still, with either poller.</summary>
    public EventLoop NewLoop() => new(new EventLoopOptions { Clock = FrozenClock.Instance, Poller = rng.Below(4) == 0 ? PollerKind.Poll : PollerKind.Epoll });

    /// <summary>Everything up to here was preparation; from here on the strategy decides.</summary>
    public void Begin() => scheduler.Begin();

    public ControlledThread Spawn(string name, Action body) => scheduler.Spawn(name, body);

    public void Join(params ReadOnlySpan<ControlledThread> threads)
    {
        foreach (ControlledThread thread in threads) WaitUntil(() => thread.IsFinished, $"join {thread.Name}");
    }

    public void WaitUntil(Func<bool> condition, string where) => scheduler.WaitUntil(ControlledThread.Current!, condition, where);

    /// <summary>A point at which others may go on.</summary>
    public void Pause() => scheduler.Reach(ControlledThread.Current!, "pause");

    public void Cancel(CancellationTokenSource source) => scheduler.Cancel(ControlledThread.Current!, source);

    public int RegistrationsOf(CancellationToken token) => scheduler.RegistrationsOf(token);

    public void Check(bool holds, string otherwise)
    {
        if (!holds) scheduler.Fail(otherwise);
    }
}
