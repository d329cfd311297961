using NUnit.Framework;
using static OpenSslNb.Engine.Tests.ReachableStates;

namespace OpenSslNb.Engine.Tests;

/// <summary>Rules that hold in every reachable state, checked in every reachable state.</summary>
public sealed class BlockedOperationsTests
{
    // Operations in the order in which they are preferred, each with what else must be true for it to run once it is ready.
    private static readonly (SslOperation Operation, Func<BlockedOperations, bool> MayGo)[] s_preference =
    [
        (SslOperation.Read, s => s.IsEstablished && ReaderListens(s)),
        (SslOperation.Handshake, s => !Operations.Any(o => o != SslOperation.Handshake && s.IsMidRecordOf(o))),
        (SslOperation.Write, s => s.IsEstablished || s.WritesGoEarly),
        (SslOperation.Shutdown, s => s.IsEstablished && (s.SlotOf(SslOperation.Write) == OperationSlot.Idle || s.IsMidRecordOf(SslOperation.Shutdown))),
    ];

    [Test]
    public void The_whole_space_is_seen_and_each_state_has_its_own_digest()
    {
        var seen = new HashSet<string>();
        foreach (BlockedOperations state in All)
        {
            Assert.That(seen.Add(Looks(state)), Is.True, Looks(state));
        }

        Assert.That(All, Has.Count.GreaterThan(10_000));
        TestContext.Out.WriteLine($"{All.Count} states");
    }

    [Test]
    public void No_event_tells_apart_two_states_that_look_alike_from_outside()
    {
        var visible = All.ToDictionary(s => s.Digest, Looks);
        foreach (BlockedOperations state in All)
        {
            foreach (TrackerEvent happening in EventsOf(state))
            {
                BlockedOperations after = happening.Apply(state);
                if (visible[after.Digest] != Looks(after)) Assert.Fail($"{happening.Name} in\n{Describe(state)}");
            }
        }
    }

    [Test]
    public void Interest_is_what_blocked_operations_want_as_far_as_somebody_can_act_on_it() => MustAll("interest", s => s.Interest == ExpectedInterest(s));

    [Test]
    public void The_next_operation_is_the_most_preferred_one_that_is_ready_and_may_go() => MustAll("next", s => Sets.All(set => s.Next(set) == ExpectedNext(s, set)));

    [Test]
    public void Whoever_waits_for_writability_is_always_covered() =>
        MustAll("write wants are covered", s => !Operations.Any(o => s.Waits(o, SslWant.Write)) || (s.Interest & Interest.Write) != 0);

    [Test]
    public void Whoever_waits_for_input_is_covered_or_held_for_a_named_reason() =>
        MustAll("read wants are covered or held", s => !Operations.Any(o => s.Waits(o, SslWant.Read)) || (s.Interest & Interest.Read) != 0 || WhyInputIsHeld(s) is not null);

    [Test]
    public void What_is_held_is_covered_as_soon_as_the_reason_has_gone() => MustAll("a held want comes back", s =>
    {
        if (WhyInputIsHeld(s) is not { } reason || reason == "the peer has closed") return true;
        BlockedOperations after = reason switch
        {
            "reading is not permitted" => s.After(b => b.State.Permit(ReadPermission.Always)),
            "a record is half written" => s.After(b =>
            {
                b.State.OnWritable();
                foreach (SslOperation held in Operations.Where(o => s.IsMidRecordOf(o))) b.State.Complete(held, SslStep.Done(), more: false, tookInput: false);
            }),
            "the handshake waits for something else" => s.After(b => b.State.Satisfy(s.WantOf(SslOperation.Handshake))),
            _ => s.After(b => b.State.Satisfy(s.WantOf(SslOperation.Read))),
        };
        return (after.Interest & Interest.Read) != 0 || after.Next() is not null || WhyInputIsHeld(after) is { } other && other != reason;
    });

    [Test]
    public void An_event_that_was_waited_for_lets_something_run_or_is_not_waited_for_again() => MustAll("no empty wake-up twice", s =>
        ((s.Interest & Interest.Read) == 0 || Moved(s.After(b => b.State.OnReadable()), Interest.Read))
        && ((s.Interest & Interest.Write) == 0 || Moved(s.After(b => b.State.OnWritable()), Interest.Write)));

    [TestCase(true, true)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [TestCase(false, false)]
    public void A_loop_on_a_level_triggered_poller_comes_to_rest(bool hasInput, bool takesOutput) => MustAll("no busy loop", s =>
    {
        new LevelTriggeredWorld(s) { HasInput = hasInput, TakesOutput = takesOutput }.RunUntilQuiet(s);
        return true;
    });

    [Test]
    public void With_a_peer_and_an_application_that_cooperate_everything_asked_for_gets_done() => MustAll("no lost wake-up", s =>
    {
        BlockedOperations end = new LevelTriggeredWorld(s) { HasInput = true, TakesOutput = true, ApplicationCooperates = true }.RunUntilQuiet(s);
        if (s.IsDead) return true;
        bool starved = s.IsEstablished && s.SlotOf(SslOperation.Read) == OperationSlot.Idle && Operations.Any(o => s.Waits(o, SslWant.Read));
        bool readerRests = end.SlotOf(SslOperation.Read) == OperationSlot.Idle || end.Waits(SslOperation.Read, SslWant.Read);
        return starved || (readerRests && end.IsEstablished && Operations.All(o => o == SslOperation.Read || end.SlotOf(o) == OperationSlot.Idle));
    });

    [Test]
    public void Death_is_final_in_every_state_and_after_every_event() => MustAll("death", s =>
        !s.IsDead || (s.Next() is null && s.Interest == Interest.None && Operations.All(o => s.SlotOf(o) == OperationSlot.Idle) && EventsOf(s).All(e => e.Apply(s).IsDead)));

    [Test]
    public void A_failed_attempt_of_any_operation_kills() => MustAll("failure kills", s =>
        Operations.Where(o => Sets.Any(set => s.Next(set) == o)).All(o => s.After(b => b.State.Complete(o, default, more: true, tookInput: true)).IsDead));

    [Test]
    public void Before_the_handshake_has_ended_nothing_else_runs_or_waits_but_writes_that_may_go_early() => MustAll("handshake first", s =>
        s.IsEstablished || (Sets.All(set => s.Next(set) is not { } next || MayBeEarly(s, next)) && Operations.All(o => MayBeEarly(s, o) || s.SlotOf(o) != OperationSlot.Blocked)));

    [Test]
    public void Close_notify_never_goes_before_what_is_queued() =>
        MustAll("shutdown last", s => s.SlotOf(SslOperation.Write) == OperationSlot.Idle || s.IsMidRecordOf(SslOperation.Shutdown) || Sets.All(set => s.Next(set) != SslOperation.Shutdown));

    [Test]
    public void A_blocked_operation_is_not_attempted_and_asking_again_changes_nothing() => MustAll("one attempt at a time", s =>
        Operations.All(o => s.SlotOf(o) == OperationSlot.Idle || s.After(b => b.State.Ask(o)).Equals(s))
        && Operations.All(o => s.SlotOf(o) == OperationSlot.Ready || Sets.All(set => s.Next(set) != o)));

    [Test]
    public void A_want_stays_until_it_is_satisfied_or_input_was_taken_or_death() => MustAll("wants stay", s => EventsOf(s).All(e =>
    {
        BlockedOperations after = e.Apply(s);
        return after.IsDead || Operations.All(o => after.WantOf(o) == s.WantOf(o) || MaySatisfy(e.Name, s, o) || (o == SslOperation.Read && EndsHeldRecord(e.Name, s, after)) || (o == SslOperation.Handshake && EndsEarlyRecord(s, after)));
    }));

    [Test]
    public void A_handshake_that_was_held_behind_an_early_record_has_its_turn() => MustAll("no starved handshake", s => EventsOf(s).All(e =>
    {
        BlockedOperations after = e.Apply(s);
        return after.IsDead || !EndsEarlyRecord(s, after) || !s.Waits(SslOperation.Handshake, SslWant.Read) || after.Next() == SslOperation.Handshake;
    }));

    [Test]
    public void A_read_that_was_held_behind_a_record_has_its_turn_before_the_next_one() => MustAll("no starved reader", s => EventsOf(s).All(e =>
    {
        BlockedOperations after = e.Apply(s);
        return after.IsDead || !EndsHeldRecord(e.Name, s, after) || !s.Waits(SslOperation.Read, SslWant.Read) || after.SlotOf(SslOperation.Read) == OperationSlot.Ready;
    }));

    [Test]
    public void Input_that_was_taken_wakes_everybody_else_who_waits_for_it_and_other_results_wake_nobody() => MustAll("input wakes", s => CompletionsOf(s).All(c =>
    {
        BlockedOperations after = c.Event.Apply(s);
        bool wakes = c.Event.Name.Contains("tookInput=True", StringComparison.Ordinal) || c.Event.Name.StartsWith("Read ended Done", StringComparison.Ordinal);
        bool held = EndsHeldRecord(c.Event.Name, s, after);
        bool early = EndsEarlyRecord(s, after);
        return after.IsDead || Operations.All(o => o == c.Operation
            || (after.SlotOf(o), after.WantOf(o)) == ((wakes || (held && o == SslOperation.Read) || (early && o == SslOperation.Handshake)) && s.Waits(o, SslWant.Read) ? (OperationSlot.Ready, SslWant.None) : (s.SlotOf(o), s.WantOf(o))));
    }));

    [Test]
    public void Reads_wait_while_a_record_is_half_written_if_the_transport_says_so() => MustAll("mid-record", s =>
        s.IsDead || !s.IsMidRecord || (Operations.All(o => !s.IsMidRecordOf(o) || s.Waits(o, SslWant.Write) || s.SlotOf(o) == OperationSlot.Ready)
            && Sets.All(set => !s.ReadsWaitForBlockedWrite || s.Next(set) != SslOperation.Read)));

    [Test]
    public void A_read_is_never_in_mid_record_and_the_initial_handshake_holds_nobody_back() =>
        MustAll("who may hold a record", s => !s.IsMidRecordOf(SslOperation.Read) && (s.IsEstablished || Operations.All(o => !s.IsMidRecordOf(o) || (o == SslOperation.Write && s.WritesGoEarly))));

    [Test]
    public void A_write_that_waits_for_room_is_in_mid_record() => MustAll("mid-record is known", s => s.IsMidRecord || !s.Waits(SslOperation.Write, SslWant.Write));

    [Test]
    public void Slots_and_wants_agree() => MustAll("slots and wants", s => Operations.All(o => s.SlotOf(o) == OperationSlot.Blocked == (s.WantOf(o) != SslWant.None)));

    private static string Looks(BlockedOperations s) =>
        $"{s} {s.ReadPermission} {s.IsEstablished} {s.IsDead} {string.Join(',', Operations.Where(o => s.IsMidRecordOf(o)))} {s.ReadsWaitForBlockedWrite} {s.WritesGoEarly} {s.Next()} {s.Interest}";

    private static bool Moved(BlockedOperations after, Interest direction) => after.Next() is not null || (after.Interest & direction) == 0;

    private static bool EndsHeldRecord(string happening, BlockedOperations before, BlockedOperations after) =>
        before.IsMidRecord && before.ReadsWaitForBlockedWrite && !after.IsMidRecord && happening.Contains("ended Done", StringComparison.Ordinal) && happening.Contains("more=True", StringComparison.Ordinal);

    private static bool EndsEarlyRecord(BlockedOperations before, BlockedOperations after) => !before.IsEstablished && before.IsMidRecord && !after.IsMidRecord;

    private static bool MayBeEarly(BlockedOperations s, SslOperation operation) => operation == SslOperation.Handshake || (operation == SslOperation.Write && s.WritesGoEarly);

    private static bool MaySatisfy(string happening, BlockedOperations before, SslOperation operation) => before.WantOf(operation) switch
    {
        SslWant.None => happening.StartsWith($"{operation} ended Blocked", StringComparison.Ordinal),
        SslWant.Read => happening is "Satisfy(Read)" or "OnReadable" || happening.Contains("tookInput=True", StringComparison.Ordinal) || happening.StartsWith("Read ended Done", StringComparison.Ordinal),
        SslWant.Write => happening is "Satisfy(Write)" or "OnWritable",
        var want => happening == $"Satisfy({want})",
    };

    private static bool ReaderListens(BlockedOperations s) => (s.IsMidRecord && s.ReadsWaitForBlockedWrite, s.ReadPermission) switch
    {
        (true, _) => false,
        (_, ReadPermission.Never) => false,
        (_, ReadPermission.Always) => true,
        _ => new[] { SslOperation.Handshake, SslOperation.Write, SslOperation.Shutdown }.Any(o => s.Waits(o, SslWant.Read)),
    };

    // Null when whoever takes input (the handshake, later the reader) would take it.
    private static string? WhyInputIsHeld(BlockedOperations s)
    {
        if (!s.IsEstablished && s.WantOf(SslOperation.Handshake) is not (SslWant.None or SslWant.Read)) return "the handshake waits for something else";
        if (!s.IsEstablished) return s.IsMidRecord ? "a record is half written" : null;
        if (s.SlotOf(SslOperation.Read) == OperationSlot.Idle) return "the peer has closed";
        if (s.WantOf(SslOperation.Read) is not (SslWant.None or SslWant.Read)) return "the reader waits for something else";
        if (s.IsMidRecord && s.ReadsWaitForBlockedWrite) return "a record is half written";
        return ReaderListens(s) ? null : "reading is not permitted";
    }

    private static Interest ExpectedInterest(BlockedOperations s)
    {
        if (s.IsDead) return Interest.None;
        ILookup<SslWant, SslOperation> waiting = Operations.ToLookup(o => s.WantOf(o));
        Interest write = waiting[SslWant.Write].Any() ? Interest.Write : Interest.None;
        return waiting[SslWant.Read].Any() && WhyInputIsHeld(s) is null ? write | Interest.Read : write;
    }

    private static SslOperation? ExpectedNext(BlockedOperations s, SslOperations set)
    {
        if (s.IsDead) return null;
        foreach ((SslOperation operation, Func<BlockedOperations, bool> mayGo) in s_preference)
        {
            bool isAllowed = set.HasFlag(Enum.Parse<SslOperations>(operation.ToString()));
            if (isAllowed && s.SlotOf(operation) == OperationSlot.Ready && mayGo(s)) return operation;
        }

        return null;
    }
}
