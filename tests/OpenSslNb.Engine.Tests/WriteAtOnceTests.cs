using NUnit.Framework;

namespace OpenSslNb.Engine.Tests;

/// <summary>Writes of the caller's own bytes: only when nothing can block them, so that there is never one to retry.</summary>
public sealed class WriteAtOnceTests
{
    private static readonly byte[] s_data = [.. Enumerable.Range(0, 40_000).Select(i => (byte)(i % 251))];

    [Test]
    public void Bytes_go_out_in_records_from_where_they_are()
    {
        var scripted = ScriptedMachine.Established();
        scripted.Script.Then(SslOperation.Write, SslStep.Done(16_384)).Then(SslOperation.Write, SslStep.Done(16_384)).Then(SslOperation.Write, SslStep.Done(7_232));
        Assert.That(scripted.Machine.WriteAtOnce(s_data), Is.EqualTo(40_000));
        scripted.Script.MustBeUsedUp();
        Assert.That(Writes(scripted).SelectMany(call => call.Bytes), Is.EqualTo(s_data));
        Assert.That(Writes(scripted).Zip(Writes(scripted).Skip(1), (a, b) => b.Pointer - a.Pointer), Is.All.EqualTo((nint)16_384), "no copy was made");
        Assert.That(scripted.Counters.BytesWritten, Is.EqualTo(40_000));
        Assert.That(scripted.Machine.Operations.SlotOf(SslOperation.Write), Is.EqualTo(OperationSlot.Idle));
    }

    [Test]
    public void What_has_no_room_is_left_to_the_queue()
    {
        var scripted = ScriptedMachine.Established();
        scripted.Script.Then(SslOperation.Write, SslStep.Done(16_384), during: () => scripted.Script.HasRoom = false);
        Assert.That(scripted.Machine.WriteAtOnce(s_data), Is.EqualTo(16_384));
        scripted.Script.MustBeUsedUp();
    }

    [Test]
    public void Nothing_overtakes_what_is_queued()
    {
        var scripted = ScriptedMachine.Established();
        scripted.Send(s_data.AsSpan(0, 1));
        Assert.That(scripted.Machine.CanWriteAtOnce, Is.False);
        Assert.That(scripted.Machine.WriteAtOnce(s_data), Is.Zero);
    }

    [Test]
    public void Nothing_comes_between_a_write_and_its_retry()
    {
        var scripted = ScriptedMachine.Established();
        scripted.Send(s_data.AsSpan(0, 100));
        scripted.Script.Then(SslOperation.Write, SslStep.Blocked(SslWant.Write));
        _ = scripted.Step(SslOperation.Write);
        Assert.That(scripted.Machine.WriteAtOnce(s_data), Is.Zero);
        scripted.Script.MustBeUsedUp();
    }

    [Test]
    public void During_a_handshake_everything_is_queued()
    {
        var fresh = new ScriptedMachine();
        Assert.That(fresh.Machine.WriteAtOnce(s_data), Is.Zero, "before it has ended");
        var scripted = ScriptedMachine.Established();
        scripted.Script.IsInHandshake = true;
        Assert.That(scripted.Machine.WriteAtOnce(s_data), Is.Zero, "in a later one");
    }

    [Test]
    public void After_close_notify_or_a_failure_nothing_is_written()
    {
        var closed = ScriptedMachine.Established();
        closed.Machine.AskShutdown();
        closed.Script.Then(SslOperation.Shutdown, SslStep.Done());
        _ = closed.Step(SslOperation.Shutdown);
        Assert.That(closed.Machine.WriteAtOnce(s_data), Is.Zero);

        var failed = ScriptedMachine.Established();
        failed.Script.Then(SslOperation.Write, SslStep.Failed(new CloseOutcome(CloseReason.Reset)));
        Assert.That(failed.Machine.WriteAtOnce(s_data), Is.Zero);
        Assert.That(failed.Machine.State, Is.EqualTo(ConnectionState.Failed));
        Assert.That(failed.Machine.WriteAtOnce(s_data), Is.Zero, "death is final");
        failed.Script.MustBeUsedUp();
    }

    [Test]
    public void A_call_from_inside_a_call_writes_nothing()
    {
        var scripted = ScriptedMachine.Established();
        int inside = -1;
        scripted.Script.Then(SslOperation.Read, SslStep.Blocked(SslWant.Read), during: () => inside = scripted.Machine.WriteAtOnce(s_data));
        scripted.Machine.OnReadable();
        _ = scripted.Step(SslOperation.Read);
        Assert.That(inside, Is.Zero);
    }

    private static IEnumerable<SeenCall> Writes(ScriptedMachine scripted) => scripted.Script.Seen.Where(call => call.Operation == SslOperation.Write);
}
