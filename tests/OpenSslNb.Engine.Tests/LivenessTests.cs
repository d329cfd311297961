using NUnit.Framework;

namespace OpenSslNb.Engine.Tests;

/// <summary>
/// Every operation that is asked for ends, if the world is fair: no way through the reachable states leaves one of them asked for ever. Each defect that is planted
/// below breaks that, and is found.
/// </summary>
public sealed class LivenessTests
{
    private static readonly Lazy<LivenessGraph> s_real = new(() => new(w => w.Happenings()));

    [TestCase(SslOperation.Handshake)]
    [TestCase(SslOperation.Read)]
    [TestCase(SslOperation.Write)]
    [TestCase(SslOperation.Shutdown)]
    public void Whatever_is_asked_for_ends_in_a_fair_world(SslOperation operation)
    {
        var cycles = new FairCycles(s_real.Value);
        List<int>? forever = cycles.Find(w => IsAsked(w, operation));
        Report(s_real.Value, cycles);
        if (forever is not null) Assert.Fail($"{operation} never ends\n{cycles.Describe(forever)}");
    }

    [Test]
    public void The_graph_has_cycles_and_every_piece_of_fairness_is_owed_somewhere_in_it()
    {
        LivenessGraph graph = s_real.Value;
        List<List<int>> components = new StrongComponents(graph, [.. Enumerable.Range(0, graph.States.Count)]).All;
        int cyclic = components.Count(c => c.Count > 1);
        TestContext.Out.WriteLine($"{graph.States.Count} states, {graph.EdgeCount} edges, {components.Count} components, {cyclic} of them with more than one state");
        Assert.That(cyclic, Is.Positive, "untrue readiness and pausing go on for ever");
        Fairness owed = Enumerable.Range(0, graph.States.Count).Aggregate(Fairness.None, (all, s) => all | graph.OwedIn(s));
        Assert.That(owed, Is.EqualTo(Enum.GetValues<Fairness>().Aggregate((all, f) => all | f)));
        Assert.That(graph.States.Any(w => w.Tracker.WantOf(SslOperation.Write) == SslWant.Read && w.Tracker.WantOf(SslOperation.Read) == SslWant.Write), Is.True, "wants crossed both ways");
    }

    [Test]
    public void Readability_that_is_lost_is_found() => MustFind(
        SslOperation.Read,
        "poll: readable",
        (before, h) => h.Name == "poll: readable" ? h with { After = h.After with { Tracker = before.Tracker } } : h);

    [Test]
    public void A_read_that_wakes_nobody_else_is_found() => MustFind(
        SslOperation.Write,
        "attempt Read",
        (before, h) => h.Name == "attempt Read" && before.Tracker.WantOf(SslOperation.Write) == SslWant.Read ? h with { After = StillBlocked(h.After, SslOperation.Write) } : h);

    [Test]
    public void A_peer_that_never_reads_is_found() => MustFind(
        SslOperation.Write,
        "application writes",
        (_, h) => h.Fairness == Fairness.PeerReads ? h with { Fairness = Fairness.None } : h);

    [Test]
    public void An_application_that_never_resumes_is_found() => MustFind(
        SslOperation.Read,
        "application pauses reading",
        (_, h) => h.Fairness == Fairness.Resumes ? h with { Fairness = Fairness.None } : h);

    private static void MustFind(SslOperation operation, string inTheLasso, Func<LivenessWorld, Happening, Happening> plant)
    {
        var graph = new LivenessGraph(w => w.Happenings().Select(h => plant(w, h)));
        var cycles = new FairCycles(graph);
        List<int>? forever = cycles.Find(w => IsAsked(w, operation));
        Report(graph, cycles);
        Assert.That(forever, Is.Not.Null, "the planted defect was not found");
        string lasso = cycles.Describe(forever!);
        TestContext.Out.WriteLine(lasso);
        Assert.That(lasso, Does.Contain(inTheLasso));
    }

    private static bool IsAsked(LivenessWorld world, SslOperation operation) => world.Tracker.SlotOf(operation) != OperationSlot.Idle;

    // What the tracker would be without waking: there is no way to block an operation but by an attempt that is allowed.
    private static LivenessWorld StillBlocked(LivenessWorld world, SslOperation operation) =>
        world.With(b => b.State.Complete(operation, SslStep.Blocked(SslWant.Read), more: true, tookInput: false));

    private static void Report(LivenessGraph graph, FairCycles cycles) => TestContext.Out.WriteLine(
        $"{graph.States.Count} states, {graph.EdgeCount} edges, {cycles.Components} components looked at ({cycles.Cyclic} with more than one state, the largest of {cycles.LargestComponent})");
}
