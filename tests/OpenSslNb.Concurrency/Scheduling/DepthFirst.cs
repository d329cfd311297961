namespace OpenSslNb.Concurrency.Scheduling;

/// <summary>
/// Every schedule with at most so many preemptions, one after the other (Musuvathi and Qadeer, PLDI 2007). A preemption is a switch away from a thread that could have gone on.
/// </summary>
internal sealed class DepthFirst(int preemptions)
{
    // The choices of the schedule that ran last, each with what else could be chosen there.
    private readonly List<(int Taken, List<int> Options)> _path = [];

    private bool _hasBegun;

    /// <summary>The next schedule; null when all have been had.</summary>
    public IStrategy? Next()
    {
        if (_path.Count > 0 || _hasBegun)
        {
            while (_path.Count > 0 && _path[^1].Taken + 1 == _path[^1].Options.Count) _path.RemoveAt(_path.Count - 1);
            if (_path.Count == 0) return null;
            _path[^1] = (_path[^1].Taken + 1, _path[^1].Options);
        }

        _hasBegun = true;
        return new Walk(_path, preemptions);
    }

    /// <summary>Follows recorded choices, then stays with whoever runs.</summary>
    public static IStrategy Replay(IReadOnlyList<int> actors) => new Recorded(actors);

    private sealed class Walk(List<(int Taken, List<int> Options)> path, int preemptions) : IStrategy
    {
        private int _step;
        private int _left = preemptions;

        public string Token => $"path:{string.Join('.', path.Select(node => node.Options[node.Taken]))}";

        public int Choose(List<int> enabled, int current)
        {
            if (_step == path.Count) path.Add((0, OptionsOf(enabled, current)));
            (int taken, List<int> options) = path[_step++];
            if (current >= 0 && options[taken] != current) _left--;
            return options[taken];
        }

        private List<int> OptionsOf(List<int> enabled, int current)
        {
            if (current < 0) return [.. enabled];
            return _left == 0 ? [current] : [current, .. enabled.Where(actor => actor != current)];
        }
    }

    private sealed class Recorded(IReadOnlyList<int> actors) : IStrategy
    {
        private int _step;

        public string Token => $"path:{string.Join('.', actors)}";

        public int Choose(List<int> enabled, int current)
        {
            int step = _step++;
            if (step < actors.Count && enabled.Contains(actors[step])) return actors[step];
            return current >= 0 ? current : enabled[0];
        }
    }
}
