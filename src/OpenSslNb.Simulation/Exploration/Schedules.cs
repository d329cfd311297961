namespace OpenSslNb.Simulation;

/// <summary>What an exploration of all schedules has seen.</summary>
/// <param name="States">Different states in which several things could happen.</param>
/// <param name="Transitions">Choices that were followed out of them.</param>
/// <param name="Worlds">Worlds that it took: a schedule is replayed from its beginning, since OpenSSL's state cannot be copied.</param>
/// <param name="Ends">Schedules that were followed to their end.</param>
/// <param name="IsComplete">False when the bound was met before everything was seen.</param>
/// <param name="Failures">Schedules that broke a rule.</param>
internal sealed record ScheduleResult(int States, int Transitions, int Worlds, int Ends, bool IsComplete, IReadOnlyList<WorldResult> Failures);

/// <summary>All interleavings of a short script: at each point where the client's turn, the server's turn, a delivery, a blocked direction or the next action may come, every one of them is tried. States are told apart by their digest and visited once.</summary>
internal sealed class Schedules : IChooser
{
    private readonly WorldPlan _plan;
    private readonly int _mostStates;
    private readonly HashSet<StateDigest> _visited = [];
    private readonly Stack<int[]> _unexplored = new();
    private readonly List<WorldResult> _failures = [];

    // Of the world that runs now.
    private World _world = null!;
    private List<int> _path = [];
    private readonly HashSet<StateDigest> _own = [];
    private int _position;
    private int _repeats;
    private bool _isKnown;
    private int _transitions;
    private int _ends;

    private Schedules(WorldPlan plan, int blocks, int mostStates)
    {
        _plan = plan with { SpareBlocks = blocks };
        _mostStates = mostStates;
    }

    /// <summary>A script short enough: handshake, one write each way, new keys where the version has them, both close.</summary>
    public static WorldPlan Script(TlsProtocol protocol, TransportKind transport) => new()
    {
        Seed = 42,
        Protocol = protocol,
        AllowRenegotiation = protocol == TlsProtocol.Tls12,
        ClientTransport = transport,
        ServerTransport = transport,
        Actions =
        [
            new WorldAction(0, 0, Side.Client, ActionKind.Connect),
            new WorldAction(50, 0, Side.Client, ActionKind.Send, 100),
            new WorldAction(50, 0, Side.Server, ActionKind.Send, 200),
            new WorldAction(50, 0, Side.Client, protocol == TlsProtocol.Tls13 ? ActionKind.KeyUpdate : ActionKind.Renegotiate),
            new WorldAction(50, 0, Side.Server, ActionKind.CloseWrite),
            new WorldAction(50, 0, Side.Client, ActionKind.CloseWrite),
        ],
    };

    /// <summary>Explores the plan's schedules.</summary>
    /// <param name="plan">A short script.</param>
    /// <param name="blocks">How often a direction may be blocked by choice in one schedule.</param>
    /// <param name="mostStates">The bound.</param>
    /// <param name="progress">Told of each world.</param>
    public static ScheduleResult Explore(WorldPlan plan, int blocks, int mostStates, Action? progress = null)
    {
        var schedules = new Schedules(plan, blocks, mostStates);
        int worlds = 0;
        schedules._unexplored.Push([]);
        while (schedules._unexplored.TryPop(out int[]? path) && schedules._failures.Count == 0 && schedules._visited.Count < mostStates)
        {
            schedules.Follow(path);
            worlds++;
            progress?.Invoke();
        }

        return new ScheduleResult(schedules._visited.Count, schedules._transitions, worlds, schedules._ends, schedules._unexplored.Count == 0, schedules._failures);
    }

    public int Choose(int count)
    {
        int position = _position++;
        if (position < _path.Count) return _path[position];
        var state = StateDigest.Of(_world);

        // Only time has passed since this world was here: nobody else follows it to where a deadline ends it.
        if (_own.Contains(state))
        {
            int next = _repeats++ % count;
            _path.Add(next);
            return next;
        }

        _own.Add(state);
        if (!_visited.Add(state) || _visited.Count >= _mostStates)
        {
            _isKnown = true;
            return 0;
        }

        _transitions += count;
        for (int other = count - 1; other > 0; other--) _unexplored.Push([.. _path, other]);
        _path.Add(0);
        return 0;
    }

    private void Follow(int[] path)
    {
        _path = [.. path];
        _position = 0;
        _repeats = 0;
        _own.Clear();
        _isKnown = false;
        using var world = new World(_plan, this);
        _world = world;
        bool goesOn = true;
        while (goesOn && !_isKnown && world.Violations.Count == 0 && !world.IsOver) goesOn = world.Step();
        if (_isKnown) return;
        _ends++;
        if (world.Violations.Count == 0) world.CheckEnd();
        if (world.Violations.Count > 0) _failures.Add(new WorldResult(_plan with { Choices = [.. _path] }, [.. world.Violations], world.StepCount, 0, world.Digest()));
    }
}
