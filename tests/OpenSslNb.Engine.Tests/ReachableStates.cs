using NUnit.Framework;

namespace OpenSslNb.Engine.Tests;

/// <summary>Something that can happen to <see cref="BlockedOperations"/>.</summary>
internal sealed record TrackerEvent(string Name, Func<BlockedOperations, BlockedOperations> Apply);

/// <summary>Every state of <see cref="BlockedOperations"/> that any sequence of events can reach, found breadth first, each with the shortest way to it.</summary>
internal static class ReachableStates
{
    public static readonly SslOperation[] Operations = Enum.GetValues<SslOperation>();
    public static readonly SslWant[] Wants = [.. Enum.GetValues<SslWant>().Where(w => w != SslWant.None)];
    public static readonly SslOperations[] Sets = [.. Enumerable.Range(0, 16).Select(bits => (SslOperations)bits)];
    private static readonly TrackerEvent[] s_fromOutside = [.. FromOutside()];
    private static readonly TrackerEvent[][] s_completions = [.. Operations.Select(o => Completions(o).ToArray())];
    private static readonly Dictionary<ulong, Visit> s_visits = Explore();

    public static IReadOnlyCollection<BlockedOperations> All { get; } = [.. s_visits.Values.Select(v => v.State)];

    /// <summary>What can happen next. An attempt can end only in an operation that <see cref="BlockedOperations.Next"/> gave to some caller, and only a read meets close_notify.</summary>
    public static IEnumerable<TrackerEvent> EventsOf(BlockedOperations state)
    {
        foreach (TrackerEvent happening in s_fromOutside) yield return happening;
        foreach ((SslOperation _, TrackerEvent completion) in CompletionsOf(state)) yield return completion;
    }

    public static IEnumerable<(SslOperation Operation, TrackerEvent Event)> CompletionsOf(BlockedOperations state)
    {
        foreach (SslOperation operation in Operations)
        {
            if (!Sets.Any(set => state.Next(set) == operation)) continue;
            foreach (TrackerEvent completion in s_completions[(int)operation]) yield return (operation, completion);
        }
    }

    public static BlockedOperations After(this BlockedOperations state, Action<Box> change)
    {
        var box = new Box { State = state };
        change(box);
        return box.State;
    }

    public static bool Waits(this BlockedOperations state, SslOperation operation, SslWant want) => state.WantOf(operation) == want;

    /// <summary>Fails with the shortest way to the first state that breaks the rule.</summary>
    public static void MustAll(string rule, Func<BlockedOperations, bool> holds)
    {
        foreach (BlockedOperations state in All)
        {
            if (!holds(state)) Assert.Fail($"broken: {rule}\n{Describe(state)}");
        }

        TestContext.Out.WriteLine($"{All.Count} states");
    }

    public static string Describe(BlockedOperations state)
    {
        var way = new Stack<string>();
        for (Visit visit = s_visits[state.Digest]; visit.Event is not null; visit = s_visits[visit.From]) way.Push(visit.Event);
        return $"{state}\nReadPermission={state.ReadPermission} IsEstablished={state.IsEstablished} IsDead={state.IsDead} IsMidRecord={state.IsMidRecord} "
            + $"ReadsWait={state.ReadsWaitForBlockedWrite} Next={state.Next()} Interest={state.Interest}\nby: Start, {string.Join(", ", way)}";
    }

    private static Dictionary<ulong, Visit> Explore()
    {
        var start = BlockedOperations.Start();
        var visits = new Dictionary<ulong, Visit> { [start.Digest] = new(start, 0, null) };
        var frontier = new Queue<BlockedOperations>([start]);
        while (frontier.TryDequeue(out BlockedOperations state))
        {
            foreach (TrackerEvent happening in EventsOf(state))
            {
                BlockedOperations next = happening.Apply(state);
                if (visits.TryAdd(next.Digest, new(next, state.Digest, happening.Name))) frontier.Enqueue(next);
            }
        }

        return visits;
    }

    private static IEnumerable<TrackerEvent> FromOutside()
    {
        foreach (SslOperation operation in Operations) yield return Change($"Ask({operation})", b => b.State.Ask(operation));
        foreach (ReadPermission permission in Enum.GetValues<ReadPermission>()) yield return Change($"Permit({permission})", b => b.State.Permit(permission));
        foreach (SslWant want in Enum.GetValues<SslWant>()) yield return Change($"Satisfy({want})", b => b.State.Satisfy(want));
        yield return Change("Hold(true)", b => b.State.HoldReadsBehindBlockedWrite(true));
        yield return Change("Hold(false)", b => b.State.HoldReadsBehindBlockedWrite(false));
        yield return Change("LetWritesGoEarly", b => b.State.LetWritesGoEarly());
        yield return Change("OnReadable", b => b.State.OnReadable());
        yield return Change("OnWritable", b => b.State.OnWritable());
        yield return Change("Die", b => b.State.Die());
    }

    private static IEnumerable<TrackerEvent> Completions(SslOperation operation)
    {
        IEnumerable<SslStep> steps = [SslStep.Done(), SslStep.Failed(new CloseOutcome(CloseReason.Reset)), .. Wants.Select(SslStep.Blocked)];
        if (operation == SslOperation.Read) steps = steps.Append(SslStep.Closed());
        return from step in steps
               from more in new[] { false, true }
               from tookInput in new[] { false, true }
               select Change($"{operation} ended {step} more={more} tookInput={tookInput}", b => b.State.Complete(operation, step, more, tookInput));
    }

    private static TrackerEvent Change(string name, Action<Box> change) => new(name, state => state.After(change));

    /// <summary>The tracker is a value; lambdas change it in here.</summary>
    internal sealed class Box
    {
        public BlockedOperations State;
    }

    private sealed record Visit(BlockedOperations State, ulong From, string? Event);
}
