using NUnit.Framework;

namespace OpenSslNb.Engine.Tests;

/// <summary>Files that the kernel encrypts: only when nothing is queued before them; a blocked attempt leaves nothing behind.</summary>
public sealed class SendFileStepTests
{
    private const int File = 9;

    [Test]
    public void As_many_bytes_as_the_kernel_took_are_accounted_as_the_records_it_made_of_them()
    {
        var scripted = ScriptedMachine.Established();
        scripted.Script.Then(SslOperation.Write, SslStep.Done(40_000));
        Assert.That(scripted.Machine.TrySendFile(File, 100, 50_000, out SslStep step), Is.True);
        Assert.That(step, Is.EqualTo(SslStep.Done(40_000)));
        Assert.That(scripted.Script.Seen[^1], Is.EqualTo(new SeenCall(SslOperation.Write, 100, 50_000, [])).Using<SeenCall>((a, b) => a.Pointer == b.Pointer && a.Length == b.Length));
        Assert.That(scripted.Counters.BytesWritten, Is.EqualTo(40_000));
        Assert.That(scripted.Counters.RecordsWritten, Is.EqualTo(3));
        Assert.That(scripted.Machine.Operations.SlotOf(SslOperation.Write), Is.EqualTo(OperationSlot.Idle));
    }

    [Test]
    public void Nothing_overtakes_what_is_queued()
    {
        var scripted = ScriptedMachine.Established();
        scripted.Send([1]);
        Assert.That(scripted.Machine.TrySendFile(File, 0, 1, out _), Is.False);
    }

    [Test]
    public void Blocked_it_is_waited_for_and_asked_for_again_and_reads_go_on_meanwhile()
    {
        var scripted = ScriptedMachine.Established(readWaitsForBlockedWrite: true);
        scripted.Script.Then(SslOperation.Write, SslStep.Blocked(SslWant.Write));
        Assert.That(scripted.Machine.TrySendFile(File, 0, 1, out SslStep step), Is.True);
        Assert.That(step, Is.EqualTo(SslStep.Blocked(SslWant.Write)));
        Assert.That(scripted.Machine.Interest, Is.EqualTo(Interest.Read | Interest.Write));
        Assert.That(scripted.Machine.TrySendFile(File, 0, 1, out _), Is.False, "not before it may go on");

        // No record of it is in OpenSSL: the peer may be answered.
        scripted.Script.Then(SslOperation.Read, SslStep.Blocked(SslWant.Read));
        scripted.Machine.OnReadable();
        scripted.RunToEnd();

        // The write that is asked for finds the queue empty.
        scripted.Machine.OnWritable();
        Assert.That(scripted.Step(SslOperation.Write), Is.EqualTo(SslStep.Done()));
        Assert.That(scripted.Counters.RecordsWritten, Is.Zero);
        scripted.Script.Then(SslOperation.Write, SslStep.Done(1));
        Assert.That(scripted.Machine.TrySendFile(File, 0, 1, out _), Is.True);
        scripted.Script.MustBeUsedUp();
    }

    [Test]
    public void Before_the_handshake_has_ended_after_a_close_notify_and_after_a_failure_nothing_is_attempted()
    {
        Assert.That(new ScriptedMachine().Machine.TrySendFile(File, 0, 1, out _), Is.False);
        var scripted = ScriptedMachine.Established();
        scripted.Script.IsInHandshake = true;
        Assert.That(scripted.Machine.TrySendFile(File, 0, 1, out _), Is.False, "in a later handshake");
        scripted.Script.IsInHandshake = false;
        scripted.Script.Then(SslOperation.Write, SslStep.Failed(new CloseOutcome(CloseReason.Reset)));
        Assert.That(scripted.Machine.TrySendFile(File, 0, 1, out SslStep step), Is.True);
        Assert.That(step.Kind, Is.EqualTo(SslStepKind.Failed));
        Assert.That(scripted.Machine.State, Is.EqualTo(ConnectionState.Failed));
        Assert.That(scripted.Machine.TrySendFile(File, 0, 1, out _), Is.False);
    }
}
