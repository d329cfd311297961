using NUnit.Framework;

namespace OpenSslNb.Engine.Tests;

public sealed class StepTests
{
    private static readonly CloseOutcome s_reset = new(CloseReason.Reset);

    [Test]
    public void A_forgotten_step_is_a_failure_with_a_reason()
    {
        SslStep step = default;
        Assert.That((step.Kind, step.IsDone, step.IsBlocked, step.Want, step.Bytes), Is.EqualTo((SslStepKind.Failed, false, false, SslWant.None, 0)));
        Assert.That(step.Failure, Is.SameAs(CloseOutcome.Unset));
        Assert.That((CloseOutcome.Unset.Reason, CloseOutcome.Unset.IsOrderly), Is.EqualTo((CloseReason.LocalError, false)));
    }

    [Test]
    public void Each_step_carries_what_belongs_to_its_kind_and_nothing_else()
    {
        Assert.That(Parts(SslStep.Done()), Is.EqualTo((SslStepKind.Done, SslWant.None, 0, true, false, (CloseOutcome?)null)));
        Assert.That(Parts(SslStep.Done(7)), Is.EqualTo((SslStepKind.Done, SslWant.None, 7, true, false, (CloseOutcome?)null)));
        Assert.That(Parts(SslStep.Blocked(SslWant.Async)), Is.EqualTo((SslStepKind.Blocked, SslWant.Async, 0, false, true, (CloseOutcome?)null)));
        Assert.That(Parts(SslStep.Closed()), Is.EqualTo((SslStepKind.Closed, SslWant.None, 0, false, false, (CloseOutcome?)null)));
        Assert.That(Parts(SslStep.Failed(s_reset)), Is.EqualTo((SslStepKind.Failed, SslWant.None, 0, false, false, (CloseOutcome?)s_reset)));
    }

    [Test]
    public void A_step_cannot_be_blocked_by_nothing_nor_fail_without_a_reason()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SslStep.Blocked(SslWant.None));
        Assert.Throws<ArgumentNullException>(() => SslStep.Failed(null!));
    }

    [Test]
    public void Steps_are_equal_when_every_part_is()
    {
        SslStep[] different = [default, SslStep.Done(), SslStep.Done(1), SslStep.Blocked(SslWant.Read), SslStep.Blocked(SslWant.Write), SslStep.Closed(), SslStep.Failed(s_reset), SslStep.Failed(new CloseOutcome(CloseReason.Reset))];
        for (int i = 0; i < different.Length; i++)
        {
            for (int j = 0; j < different.Length; j++)
            {
                Assert.That((different[i] == different[j], different[i] != different[j], different[i].Equals((object)different[j])), Is.EqualTo((i == j, i != j, i == j)));
            }
        }

        Assert.That(SslStep.Done(3).GetHashCode(), Is.EqualTo(SslStep.Done(3).GetHashCode()));
        Assert.That(SslStep.Done().Equals("Done(0)"), Is.False);
    }

    [Test]
    public void The_text_of_a_step_says_what_to_do_next()
    {
        SslStep[] steps = [SslStep.Done(5), SslStep.Blocked(SslWant.Read), SslStep.Closed(), SslStep.Failed(s_reset), default];
        Assert.That(steps.Select(s => s.ToString()), Is.EqualTo(new[] { "Done(5)", "Blocked(Read)", "Closed", "Failed(Reset)", "Failed(LocalError: an attempt ended without a result)" }));
    }

    [TestCase(CloseReason.CloseNotify, true)]
    [TestCase(CloseReason.Truncated, false)]
    [TestCase(CloseReason.Disposed, false)]
    [TestCase(CloseReason.None, false)]
    public void Only_close_notify_is_orderly(CloseReason reason, bool orderly) => Assert.That(new CloseOutcome(reason).IsOrderly, Is.EqualTo(orderly));

    [Test]
    public void An_outcome_keeps_and_tells_what_is_known()
    {
        var fault = new IOException("broken");
        var outcome = new CloseOutcome(CloseReason.ProtocolError, fault, alertSent: 0, alertReceived: 40);
        Assert.That((outcome.Reason, outcome.Exception, outcome.AlertSent, outcome.AlertReceived), Is.EqualTo((CloseReason.ProtocolError, (Exception?)fault, (int?)0, (int?)40)));
        Assert.That(outcome.ToString(), Is.EqualTo("ProtocolError, sent alert 0, received alert 40: broken"));
        Assert.That(new CloseOutcome(CloseReason.IdleTimeout).ToString(), Is.EqualTo("IdleTimeout"));
        Assert.That((s_reset.Exception, s_reset.AlertSent, s_reset.AlertReceived), Is.EqualTo(((Exception?)null, (int?)null, (int?)null)));
    }

    [Test]
    public void Whatever_nobody_set_is_harmless()
    {
        Assert.That(default(OperationSlot), Is.EqualTo(OperationSlot.Idle));
        Assert.That(default(ReadPermission), Is.EqualTo(ReadPermission.Never));
        Assert.That(default(SslOperations), Is.EqualTo(SslOperations.None));
        Assert.That(default(Interest), Is.EqualTo(Interest.None));
        Assert.That(default(ConnectionState), Is.EqualTo(ConnectionState.Handshaking));
        Assert.That(default(BlockedOperations).Next(), Is.Null);
    }

    [Test]
    public void Sets_of_operations_are_made_of_their_members()
    {
        var all = SslOperations.None;
        foreach (SslOperation operation in Enum.GetValues<SslOperation>())
        {
            var single = (SslOperations)(1 << (int)operation);
            Assert.That(single.ToString(), Is.EqualTo(operation.ToString()));
            all |= single;
        }

        Assert.That(all, Is.EqualTo(SslOperations.All));
    }

    private static (SslStepKind Kind, SslWant Want, int Bytes, bool IsDone, bool IsBlocked, CloseOutcome? Failure) Parts(SslStep step) =>
        (step.Kind, step.Want, step.Bytes, step.IsDone, step.IsBlocked, step.Failure);
}
