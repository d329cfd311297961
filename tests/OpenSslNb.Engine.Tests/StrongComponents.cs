namespace OpenSslNb.Engine.Tests;

/// <summary>The strongly connected components of part of a graph (Tarjan's algorithm, with a stack of its own since the graph is deep).</summary>
internal sealed class StrongComponents
{
    private readonly LivenessGraph _graph;
    private readonly Dictionary<int, Mark> _marks;
    private readonly Stack<int> _open = [];
    private readonly Stack<Frame> _path = [];
    private int _nextIndex = 1;

    public StrongComponents(LivenessGraph graph, List<int> states)
    {
        _graph = graph;
        _marks = states.ToDictionary(s => s, _ => new Mark());
        foreach (int state in states)
        {
            if (_marks[state].Index == 0) Walk(state);
        }
    }

    public List<List<int>> All { get; } = [];

    private void Walk(int root)
    {
        Enter(root);
        while (_path.TryPeek(out Frame? frame))
        {
            if (frame.NextEdge < _graph.EdgesOf(frame.State).Length) Follow(frame);
            else Leave();
        }
    }

    private void Follow(Frame frame)
    {
        int to = _graph.EdgesOf(frame.State)[frame.NextEdge++].To;
        if (!_marks.TryGetValue(to, out Mark? mark)) return;
        if (mark.Index == 0) Enter(to);
        else if (mark.IsOpen) _marks[frame.State].Lowest = Math.Min(_marks[frame.State].Lowest, mark.Index);
    }

    private void Enter(int state)
    {
        Mark mark = _marks[state];
        mark.Index = mark.Lowest = _nextIndex++;
        mark.IsOpen = true;
        _open.Push(state);
        _path.Push(new Frame { State = state });
    }

    private void Leave()
    {
        int state = _path.Pop().State;
        Mark mark = _marks[state];
        if (_path.TryPeek(out Frame? parent)) _marks[parent.State].Lowest = Math.Min(_marks[parent.State].Lowest, mark.Lowest);
        if (mark.Lowest != mark.Index) return;

        List<int> component = [];
        int member;
        do
        {
            member = _open.Pop();
            _marks[member].IsOpen = false;
            component.Add(member);
        }
        while (member != state);
        All.Add(component);
    }

    private sealed class Mark
    {
        public int Index;
        public int Lowest;
        public bool IsOpen;
    }

    private sealed class Frame
    {
        public int State { get; init; }

        public int NextEdge;
    }
}
