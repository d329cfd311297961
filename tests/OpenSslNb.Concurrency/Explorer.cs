using System.Diagnostics;
using OpenSslNb.Concurrency.Scenarios;
using OpenSslNb.Concurrency.Scheduling;

namespace OpenSslNb.Concurrency;

/// <summary>Runs a scenario under many schedules, in the process whose engine has been rewritten.</summary>
internal sealed class Explorer(Scenario scenario, ulong seed, Action<string, string> fail)
{
    // All schedules without a preemption come first, then all with one, then those with two.
    private const int Preemptions = 2;

    // Until a schedule has shown how long they are.
    private int _length = 50;
    private long _points;
    private int _schedules;

    public int Schedules => _schedules;

    public long Points => _points;

    /// <summary>A part of each kind: random walks, priority walks, and depth first where the scenario allows it.</summary>
    /// <returns>One line for people.</returns>
    public string Explore(int schedules)
    {
        var watch = Stopwatch.StartNew();
        int deep = scenario.IsSystematic ? ExploreDepthFirst(schedules / 3) : 0;
        int walks = schedules - deep;

        // Neighbouring seeds must not share schedules.
        var seeds = new Rng(new Rng(seed).Next());
        for (int i = 0; i < walks; i++)
        {
            ulong mine = seeds.Next();
            _length = Math.Max(_length, RunOne(i % 2 == 0 ? new RandomWalk(mine) : new PriorityWalk(mine, _length), mine));
        }

        return $"{scenario.Name,-34} {_schedules,6} schedules ({deep} depth first), {_points,8} points, {watch.Elapsed.TotalSeconds:0.0} s";
    }

    /// <summary>Runs the schedule that a failure named.</summary>
    public void Replay(string token)
    {
        string[] parts = token.Split(':');
        IStrategy strategy = parts[0] switch
        {
            "random" => new RandomWalk(ulong.Parse(parts[1])),
            "pct" => new PriorityWalk(ulong.Parse(parts[1]), int.Parse(parts[2])),
            "path" => DepthFirst.Replay([.. parts[1].Split('.', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)]),
            _ => throw new ArgumentException($"no schedule: {token}"),
        };
        _ = RunOne(strategy, parts[0] == "path" ? 0 : ulong.Parse(parts[1]));
    }

    private int ExploreDepthFirst(int most)
    {
        int count = 0;
        for (int preemptions = 0; preemptions <= Preemptions; preemptions++)
        {
            var search = new DepthFirst(preemptions);
            while (count < most && search.Next() is { } strategy)
            {
                _ = RunOne(strategy, 0);
                count++;
            }
        }

        return count;
    }

    private int RunOne(IStrategy strategy, ulong variant)
    {
        var scheduler = new Scheduler(strategy, message => fail(strategy.Token, message));
        scheduler.Run(() => scenario.Run(new Stage(scheduler, new Rng(~variant))));
        _schedules++;
        _points += scheduler.Points;
        return scheduler.Choices;
    }
}
