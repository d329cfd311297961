namespace OpenSslNb.Concurrency.Scheduling;

/// <summary>Says who goes on. Choices follow from what it was made with, so that a schedule can be replayed.</summary>
internal interface IStrategy
{
    /// <summary>What makes the same choices again.</summary>
    string Token { get; }

    /// <summary>One of the actors that can go on.</summary>
    /// <param name="enabled">At least two, ascending: twice a thread's number, or that plus 1 for its store buffer.</param>
    /// <param name="current">The actor that runs; -1 when it cannot go on.</param>
    int Choose(List<int> enabled, int current);
}

/// <summary>Stays with the running thread with a probability that differs from schedule to schedule, else takes anyone.</summary>
internal sealed class RandomWalk : IStrategy
{
    private readonly ulong _seed;
    private readonly Rng _rng;
    private readonly int _staysOutOf16;

    public RandomWalk(ulong seed)
    {
        _seed = seed;
        _rng = new Rng(seed);
        _staysOutOf16 = _rng.Below(16);
    }

    public string Token => $"random:{_seed}";

    public int Choose(List<int> enabled, int current)
    {
        if (current >= 0 && _rng.Below(16) < _staysOutOf16) return current;
        return enabled[_rng.Below(enabled.Count)];
    }
}

/// <summary>
/// Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010): the highest priority runs, and at d − 1 random points the running one falls below all others. A defect that
/// needs d ordered steps among n threads and k points is found with probability at least 1 / (n·k^(d−1)).
/// </summary>
internal sealed class PriorityWalk : IStrategy
{
    private readonly ulong _seed;
    private readonly int _length;
    private readonly Rng _rng;
    private readonly HashSet<int> _changes = [];
    private readonly Dictionary<int, int> _priorities = [];
    private int _lowest = -1;
    private int _step;

    /// <param name="seed">Of this schedule.</param>
    /// <param name="length">How many choices a schedule has, about.</param>
    public PriorityWalk(ulong seed, int length)
    {
        _seed = seed;
        _length = length;
        _rng = new Rng(seed);
        int depth = 1 + _rng.Below(4);
        for (int i = 0; i < depth; i++) _changes.Add(_rng.Below(length));
    }

    public string Token => $"pct:{_seed}:{_length}";

    public int Choose(List<int> enabled, int current)
    {
        if (_changes.Contains(_step++) && current >= 0) _priorities[current] = _lowest--;
        int best = enabled[0];
        foreach (int actor in enabled)
        {
            if (!_priorities.ContainsKey(actor)) _priorities.Add(actor, _rng.Below(1_000_000));
            if (_priorities[actor] > _priorities[best]) best = actor;
        }

        return best;
    }
}

/// <summary>A small generator whose numbers are the same everywhere (splitmix64, Steele, Lea, Flood).</summary>
internal sealed class Rng(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public int Below(int bound) => (int)(Next() % (ulong)bound);
}
