using NUnit.Framework;

namespace OpenSslNb.Engine.Tests;

/// <summary>How a machine ends: half-close both ways, failure, and what it refuses.</summary>
public sealed class SslMachineEndTests
{
    private static readonly CloseOutcome s_reset = new(CloseReason.Reset);

    [Test]
    public void After_our_close_notify_the_peers_data_still_comes_in()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        t.Machine.AskShutdown();
        t.Script.Then(SslOperation.Shutdown, SslStep.Done());
        t.RunToEnd();
        Assert.That(t.Machine.State, Is.EqualTo(ConnectionState.LocalClosed));
        t.Machine.OnReadable();
        t.Script.Then(SslOperation.Read, SslStep.Done(7), input: 40).Then(SslOperation.Read, SslStep.Closed(), input: 20);
        t.RunToEnd();
        Assert.That((t.Machine.State, t.Counters.BytesRead, t.Machine.Interest, t.Machine.Failure), Is.EqualTo((ConnectionState.Closed, 7L, Interest.None, (CloseOutcome?)null)));
    }

    [Test]
    public void After_the_peers_close_notify_what_is_queued_still_goes_out_and_ours_behind_it()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        t.Machine.OnReadable();
        t.Script.Then(SslOperation.Read, SslStep.Closed(), input: 20);
        t.RunToEnd();
        Assert.That(t.Machine.State, Is.EqualTo(ConnectionState.PeerClosed));
        t.Machine.OnReadable();
        Assert.That(t.Machine.CanStep(), Is.False, "there never will be more to read");
        t.Machine.AskShutdown();
        t.Send(OutboundQueueTests.Pattern(OutboundChunk.Capacity + 1));
        t.Script.Then(SslOperation.Write, SslStep.Done()).Then(SslOperation.Write, SslStep.Blocked(SslWant.Write));
        t.RunToEnd();
        t.Machine.OnWritable();
        t.Script.Then(SslOperation.Write, SslStep.Done()).Then(SslOperation.Shutdown, SslStep.Done());
        t.RunToEnd();
        Assert.That(t.Machine.State, Is.EqualTo(ConnectionState.Closed));
    }

    [Test]
    public void Close_notify_is_sent_once_however_often_it_is_asked_for()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        t.Machine.AskShutdown();
        t.Machine.AskShutdown();
        t.Script.Then(SslOperation.Shutdown, SslStep.Blocked(SslWant.Write));
        t.RunToEnd();
        t.Machine.AskShutdown();
        Assert.That((t.TryStep(), t.Machine.State), Is.EqualTo((false, ConnectionState.Open)));
        t.Machine.OnWritable();
        t.Script.Then(SslOperation.Shutdown, SslStep.Done());
        t.RunToEnd();
        t.Machine.AskShutdown();
        Assert.That(t.TryStep(), Is.False);
        t.Machine.OnReadable();
        t.Script.Then(SslOperation.Read, SslStep.Closed());
        t.RunToEnd();
        t.Machine.AskShutdown();
        Assert.That((t.TryStep(), t.Machine.State), Is.EqualTo((false, ConnectionState.Closed)));
    }

    [Test]
    public void A_close_asked_for_during_the_handshake_follows_it()
    {
        var t = new ScriptedMachine();
        t.Machine.AskShutdown();
        t.Script.Then(SslOperation.Handshake, SslStep.Done()).Then(SslOperation.Read, SslStep.Blocked(SslWant.Read)).Then(SslOperation.Shutdown, SslStep.Done());
        t.RunToEnd();
        Assert.That(t.Machine.State, Is.EqualTo(ConnectionState.LocalClosed));
    }

    [Test]
    public void After_a_failed_attempt_no_call_is_made_for_anything([Values] SslOperation failing)
    {
        ScriptedMachine t = failing == SslOperation.Handshake ? new ScriptedMachine() : ScriptedMachine.Established();
        AskFor(t, failing);
        t.Script.Then(failing, SslStep.Failed(s_reset));
        Assert.That(t.Step(failing).Failure, Is.SameAs(s_reset));
        MustStayDead(t, s_reset);
    }

    [Test]
    public void A_result_that_nobody_filled_in_is_a_failure([Values] SslOperation failing)
    {
        ScriptedMachine t = failing == SslOperation.Handshake ? new ScriptedMachine() : ScriptedMachine.Established();
        AskFor(t, failing);
        t.Script.Then(failing, default);
        t.Step(failing);
        MustStayDead(t, CloseOutcome.Unset);
    }

    [TestCase(SslWant.Read)]
    [TestCase(SslWant.Write)]
    [TestCase(SslWant.Async)]
    public void A_fault_from_outside_ends_what_was_blocked_and_the_first_one_counts(SslWant want)
    {
        ScriptedMachine t = ScriptedMachine.Established();
        t.Send("abc"u8);
        t.Script.Then(SslOperation.Write, SslStep.Blocked(want));
        t.RunToEnd();
        t.Machine.Fail(s_reset);
        MustStayDead(t, s_reset);
    }

    [Test]
    public void A_fault_from_outside_does_not_hide_the_failure_before_it()
    {
        var t = new ScriptedMachine();
        t.Script.Then(SslOperation.Handshake, SslStep.Failed(s_reset));
        t.RunToEnd();
        t.Machine.Fail(new CloseOutcome(CloseReason.Disposed));
        Assert.That(t.Machine.Failure, Is.SameAs(s_reset));
    }

    [Test]
    public void A_fault_raised_inside_a_call_outlives_the_result_of_that_call([Values] SslOperation operation, [Values] SslStepKind ending)
    {
        ScriptedMachine t = operation == SslOperation.Handshake ? new ScriptedMachine() : ScriptedMachine.Established();
        AskFor(t, operation);
        SslStep step = ending switch
        {
            SslStepKind.Done => SslStep.Done(),
            SslStepKind.Blocked => SslStep.Blocked(SslWant.Read),
            SslStepKind.Closed => SslStep.Closed(),
            _ => SslStep.Failed(new CloseOutcome(CloseReason.ProtocolError)),
        };
        t.Script.Then(operation, step, during: () => t.Machine.Fail(s_reset));
        Assert.That(t.Step(operation).Failure, Is.SameAs(s_reset));
        MustStayDead(t, s_reset);
    }

    [Test]
    public void A_call_from_inside_a_call_is_refused_and_does_no_harm([Values] SslOperation operation)
    {
        ScriptedMachine t = operation == SslOperation.Handshake ? new ScriptedMachine() : ScriptedMachine.Established();
        AskFor(t, operation);
        int refused = 0;
        t.Script.Then(operation, SslStep.Blocked(SslWant.Async), during: () =>
        {
            Assert.Throws<InvalidOperationException>(() => t.TryStep());
            refused++;
        });
        t.Step(operation);
        t.Machine.OnResolved(SslWant.Async);
        t.Script.Then(operation, SslStep.Blocked(SslWant.Async));
        t.Step(operation);
        Assert.That(refused, Is.EqualTo(1));
        t.Script.MustBeUsedUp();
    }

    [Test]
    public void A_second_thread_is_refused_while_the_first_is_inside([Values] SslOperation operation)
    {
        ScriptedMachine t = operation == SslOperation.Handshake ? new ScriptedMachine() : ScriptedMachine.Established();
        AskFor(t, operation);
        t.Script.Then(operation, SslStep.Blocked(SslWant.Async), during: () => OnAnotherThread(() => Assert.Throws<InvalidOperationException>(() => t.TryStep())));
        t.Step(operation);
        t.Machine.OnResolved(SslWant.Async);
        t.Script.Then(operation, SslStep.Blocked(SslWant.Async));
        OnAnotherThread(() => t.Step(operation));
        t.Script.MustBeUsedUp();
    }

    [Test]
    public void A_call_that_throws_leaves_the_machine_free_and_the_write_frozen()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        t.Send("abc"u8);
        t.Script.Then(SslOperation.Write, SslStep.Done(), during: () => throw new TimeoutException());
        Assert.Throws<TimeoutException>(() => t.TryStep());
        t.Send("def"u8);
        t.Script.Then(SslOperation.Write, SslStep.Done()).Then(SslOperation.Write, SslStep.Done());
        t.RunToEnd();
        Assert.That(t.Script.Seen[^2], Is.EqualTo(t.Script.Seen[^3]).UsingPropertiesComparer());
    }

    [Test]
    public void The_observer_sees_every_attempt_with_the_state_before_and_after()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        t.Send("abc"u8);
        t.Machine.AskShutdown();
        t.Script.Then(SslOperation.Write, SslStep.Blocked(SslWant.Write));
        t.RunToEnd();
        t.Machine.OnWritable();
        t.Script.Then(SslOperation.Write, SslStep.Done()).Then(SslOperation.Shutdown, SslStep.Failed(s_reset));
        t.RunToEnd();
        const ConnectionState Open = ConnectionState.Open;
        Assert.That(t.Observed, Is.EqualTo(new StepRecord[]
        {
            new(SslOperation.Handshake, SslStep.Done(), 0, ConnectionState.Handshaking, Open),
            new(SslOperation.Read, SslStep.Blocked(SslWant.Read), 0, Open, Open),
            new(SslOperation.Write, SslStep.Blocked(SslWant.Write), 3, Open, Open),
            new(SslOperation.Write, SslStep.Done(3), 0, Open, Open),
            new(SslOperation.Shutdown, SslStep.Failed(s_reset), 0, Open, ConnectionState.Failed),
        }));
    }

    [Test]
    public void Crossed_wants_and_plain_ones_are_counted()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        t.Send("abc"u8);
        t.Machine.OnReadable();
        t.Script.Then(SslOperation.Read, SslStep.Blocked(SslWant.Write)).Then(SslOperation.Write, SslStep.Blocked(SslWant.Read));
        t.RunToEnd();
        t.Machine.OnWritable();
        t.Script.Then(SslOperation.Read, SslStep.Done(9)).Then(SslOperation.Read, SslStep.Blocked(SslWant.Read)).Then(SslOperation.Write, SslStep.Done());
        t.RunToEnd();
        Assert.That((t.Counters.ReadWantedWrite, t.Counters.WriteWantedRead, t.Counters.WantRead, t.Counters.WantWrite), Is.EqualTo((1L, 1L, 3L, 1L)));
        Assert.That((t.Counters.IdenticalRetries, t.Counters.BytesRead, t.Counters.BytesWritten), Is.EqualTo((1L, 9L, 3L)));
    }

    private static void AskFor(ScriptedMachine t, SslOperation operation)
    {
        if (operation == SslOperation.Read) t.Machine.OnReadable();
        else if (operation == SslOperation.Write) t.Send("abc"u8);
        else if (operation == SslOperation.Shutdown) t.Machine.AskShutdown();
    }

    private static void OnAnotherThread(Action action)
    {
        Exception? thrown = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                thrown = e;
            }
        });
        thread.Start();
        thread.Join();
        Assert.That(thrown, Is.Null);
    }

    private static void MustStayDead(ScriptedMachine t, CloseOutcome why)
    {
        int calls = t.Script.Seen.Count;
        for (int round = 0; round < 2; round++)
        {
            Assert.That((t.Machine.State, t.Machine.Interest, t.Machine.CanStep(), t.TryStep()), Is.EqualTo((ConnectionState.Failed, Interest.None, false, false)));
            t.Send("late"u8);
            t.Machine.AskShutdown();
            t.Machine.AskHandshake();
            t.Machine.PermitReading(ReadPermission.Always);
            t.Machine.OnReadable();
            t.Machine.OnWritable();
            foreach (SslWant want in Enum.GetValues<SslWant>()) t.Machine.OnResolved(want);
            t.Machine.Fail(new CloseOutcome(CloseReason.Disposed));
        }

        Assert.That(t.Machine.Failure, Is.SameAs(why));
        Assert.That(t.Script.Seen, Has.Count.EqualTo(calls));
        t.Script.MustBeUsedUp();
    }
}
