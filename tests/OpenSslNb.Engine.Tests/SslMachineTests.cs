using NUnit.Framework;

namespace OpenSslNb.Engine.Tests;

/// <summary>The machine on a scripted OpenSSL: what it calls, in which order, with which bytes.</summary>
public sealed class SslMachineTests
{
    [Test]
    public void A_handshake_that_blocks_goes_on_when_its_want_is_satisfied_and_then_the_connection_is_open()
    {
        var t = new ScriptedMachine();
        t.Script.Then(SslOperation.Handshake, SslStep.Blocked(SslWant.Read), input: 5);
        t.RunToEnd();
        Assert.That((t.Machine.State, t.Machine.IsEstablished, t.Machine.Interest), Is.EqualTo((ConnectionState.Handshaking, false, Interest.Read)));
        t.Machine.OnWritable();
        t.RunToEnd();
        t.Machine.OnReadable();
        t.Script.Then(SslOperation.Handshake, SslStep.Blocked(SslWant.Write), input: 5);
        t.RunToEnd();
        Assert.That(t.Machine.Interest, Is.EqualTo(Interest.Write));
        t.Machine.OnWritable();
        t.Script.Then(SslOperation.Handshake, SslStep.Done()).Then(SslOperation.Read, SslStep.Blocked(SslWant.Read));
        t.RunToEnd();
        Assert.That((t.Machine.State, t.Machine.IsEstablished, t.Counters.Handshakes), Is.EqualTo((ConnectionState.Open, true, 1L)));
    }

    [Test]
    public void The_application_resolves_what_only_it_can_answer()
    {
        var t = new ScriptedMachine();
        t.Script.Then(SslOperation.Handshake, SslStep.Blocked(SslWant.ClientHello), input: 5);
        t.RunToEnd();
        Assert.That(t.Machine.Interest, Is.EqualTo(Interest.None));
        t.Machine.OnResolved(SslWant.ClientHello);
        t.Script.Then(SslOperation.Handshake, SslStep.Done()).Then(SslOperation.Read, SslStep.Blocked(SslWant.Read));
        t.RunToEnd();
    }

    [Test]
    public void What_was_sent_during_the_handshake_leaves_right_after_it_in_order()
    {
        var t = new ScriptedMachine();
        t.Machine.Outbound.Append("queued, "u8);
        t.Send("asked"u8);
        t.Script.Then(SslOperation.Handshake, SslStep.Done()).Then(SslOperation.Read, SslStep.Blocked(SslWant.Read)).Then(SslOperation.Write, SslStep.Done());
        t.RunToEnd();
        Assert.That(t.Script.Seen[^1].Bytes, Is.EqualTo("queued, asked"u8.ToArray()));
    }

    [Test]
    public void Data_that_nobody_asked_to_write_is_found_when_the_handshake_ends()
    {
        var t = new ScriptedMachine();
        t.Machine.Outbound.Append("queued"u8);
        t.Script.Then(SslOperation.Handshake, SslStep.Done()).Then(SslOperation.Read, SslStep.Blocked(SslWant.Read)).Then(SslOperation.Write, SslStep.Done());
        t.RunToEnd();
    }

    [Test]
    public void An_empty_queue_makes_no_write()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        t.Send([]);
        Assert.That(t.TryStep(), Is.False);
        Assert.That(t.Machine.CanStep(), Is.False);
    }

    [TestCase(SslWant.Write)]
    [TestCase(SslWant.Read)]
    [TestCase(SslWant.Async)]
    public void A_blocked_write_is_retried_with_the_same_pointer_length_and_bytes_though_more_was_appended(SslWant want)
    {
        ScriptedMachine t = ScriptedMachine.Established();
        t.Send("first"u8);
        t.Script.Then(SslOperation.Write, SslStep.Blocked(want));
        t.RunToEnd();
        for (int i = 0; i < 3; i++)
        {
            t.Send("later"u8);
            t.Machine.PermitReading(ReadPermission.Never);
            t.Machine.OnResolved(want);
            t.Script.Then(SslOperation.Write, SslStep.Blocked(want));
            t.RunToEnd();
        }

        t.Machine.OnResolved(want);
        t.Script.Then(SslOperation.Write, SslStep.Done()).Then(SslOperation.Write, SslStep.Done());
        t.RunToEnd();
        List<SeenCall> writes = [.. t.Script.Seen.Where(c => c.Operation == SslOperation.Write)];
        Assert.That(writes[..5].Select(w => (w.Pointer, w.Length)).Distinct().Count(), Is.EqualTo(1));
        Assert.That(writes[..5].Select(w => w.Bytes), Is.All.EqualTo("first"u8.ToArray()));
        Assert.That(writes[5].Bytes, Is.EqualTo("laterlaterlater"u8.ToArray()));
        Assert.That((t.Counters.IdenticalRetries, t.Counters.BytesWritten), Is.EqualTo((4L, 20L)));
    }

    [Test]
    public void Long_data_leaves_in_records_of_which_each_is_asked_for_room()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        byte[] data = OutboundQueueTests.Pattern((2 * OutboundChunk.Capacity) + 10);
        t.Send(data);
        t.Script.Then(SslOperation.Write, SslStep.Done()).Then(SslOperation.Write, SslStep.Done()).Then(SslOperation.Write, SslStep.Done());
        Assert.That(t.Step(SslOperation.Write), Is.EqualTo(SslStep.Done(OutboundChunk.Capacity)), "the step says how much went");
        t.RunToEnd();
        Assert.That(t.Script.RoomAsked, Is.EqualTo(new[] { OutboundChunk.Capacity, OutboundChunk.Capacity, 10 }));
        Assert.That(t.Script.Seen.SelectMany(c => c.Bytes), Is.EqualTo(data));
        Assert.That((t.Counters.BytesWritten, t.Machine.Outbound.Length), Is.EqualTo(((long)data.Length, 0L)));
    }

    [Test]
    public void Without_room_a_write_is_not_started_and_openssl_is_not_called()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        int before = t.Script.Seen.Count;
        t.Script.HasRoom = false;
        t.Send("abc"u8);
        Assert.That(t.Step(SslOperation.Write), Is.EqualTo(SslStep.Blocked(SslWant.Write)));
        Assert.That(t.TryStep(), Is.False);
        Assert.That((t.Script.Seen.Count, t.Machine.Outbound.HasPendingWrite, t.Machine.IsBetweenRecords), Is.EqualTo((before, false, true)));
        t.Send("def"u8);
        t.Script.HasRoom = true;
        t.Machine.OnWritable();
        t.Script.Then(SslOperation.Write, SslStep.Done());
        t.RunToEnd();
        Assert.That(t.Script.Seen[^1].Bytes, Is.EqualTo("abcdef"u8.ToArray()), "it was free to grow");
        Assert.That((t.Script.RoomAsked[^1], t.Counters.IdenticalRetries), Is.EqualTo((6, 0L)));
    }

    [Test]
    public void A_write_that_openssl_has_seen_is_retried_whatever_the_room()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        t.Send("abc"u8);
        t.Script.Then(SslOperation.Write, SslStep.Blocked(SslWant.Write));
        t.RunToEnd();
        Assert.That(t.Machine.IsBetweenRecords, Is.False);
        t.Script.HasRoom = false;
        t.Machine.OnWritable();
        t.Script.Then(SslOperation.Write, SslStep.Done());
        t.RunToEnd();
        Assert.That((t.Script.RoomAsked.Count, t.Machine.IsBetweenRecords), Is.EqualTo((1, true)));
    }

    [Test]
    public void A_queue_emptied_behind_the_machines_back_makes_no_call()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        t.Send("abc"u8);
        t.Machine.Outbound.Clear();
        Assert.That(t.Step(SslOperation.Write), Is.EqualTo(SslStep.Done()));
        t.RunToEnd();
    }

    [Test]
    public void Reads_go_on_until_they_block_and_before_writes()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        t.Send("abc"u8);
        t.Machine.OnReadable();
        t.Script.Then(SslOperation.Read, SslStep.Done(4), input: 30).Then(SslOperation.Read, SslStep.Done(), input: 30).Then(SslOperation.Read, SslStep.Blocked(SslWant.Read))
            .Then(SslOperation.Write, SslStep.Done());
        Assert.That(t.Step(SslOperation.Read).Bytes, Is.EqualTo(4));
        Assert.That(t.Plaintext[..5].ToArray(), Is.EqualTo("rrrr\0"u8.ToArray()), "into the caller's memory");
        t.RunToEnd();
        Assert.That(t.Counters.BytesRead, Is.EqualTo(4));
    }

    [Test]
    public void A_caller_that_allows_only_writes_gets_only_writes()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        t.Machine.OnReadable();
        Assert.That(t.Machine.CanStep(SslOperations.Write), Is.False);
        Assert.That(t.Machine.TryStep(SslOperations.Write, default, out _, out SslStep nothing), Is.False);
        Assert.That(nothing.Kind, Is.EqualTo(SslStepKind.Failed), "a step that was not made is no success");
        t.Send("abc"u8);
        t.Script.Then(SslOperation.Write, SslStep.Done());
        Assert.That(t.Machine.TryStep(SslOperations.Write, default, out SslOperation operation, out _), Is.True);
        Assert.That(operation, Is.EqualTo(SslOperation.Write));
    }

    [Test]
    public void A_read_that_takes_bytes_but_yields_none_wakes_the_write_that_waits_for_them()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        BlockTheWriteWhileTheReadIsReady(t);
        t.Script.Then(SslOperation.Read, SslStep.Blocked(SslWant.Read), input: 50).Then(SslOperation.Write, SslStep.Done());
        t.RunToEnd();
    }

    [Test]
    public void Bytes_taken_before_an_attempt_do_not_count_as_taken_in_it()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        BlockTheWriteWhileTheReadIsReady(t);
        t.Script.Then(SslOperation.Read, SslStep.Blocked(SslWant.Read));
        t.RunToEnd();
        Assert.That(t.Machine.Operations.WantOf(SslOperation.Write), Is.EqualTo(SslWant.Read));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void The_transport_decides_whether_reads_wait_in_mid_record(bool wait)
    {
        ScriptedMachine t = ScriptedMachine.Established(readWaitsForBlockedWrite: wait);
        t.Send("abc"u8);
        t.Script.Then(SslOperation.Write, SslStep.Blocked(SslWant.Write));
        t.RunToEnd();
        t.Machine.OnReadable();
        Assert.That(t.Machine.CanStep(), Is.EqualTo(!wait));
        Assert.That(t.Machine.Operations.ReadsWaitForBlockedWrite, Is.EqualTo(wait));
    }

    [Test]
    public void A_paused_connection_does_not_read()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        t.Machine.PermitReading(ReadPermission.WhenNeeded);
        t.Machine.OnReadable();
        Assert.That(t.TryStep(), Is.False);
        t.Machine.PermitReading(ReadPermission.Always);
        Assert.That(t.Machine.CanStep(), Is.True);
    }

    [Test]
    public void A_key_update_goes_before_the_next_write_and_is_no_second_handshake()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        t.Send("abc"u8);
        t.Machine.AskHandshake();
        t.Script.Then(SslOperation.Handshake, SslStep.Done()).Then(SslOperation.Write, SslStep.Done());
        t.RunToEnd();
        Assert.That((t.Machine.State, t.Counters.Handshakes), Is.EqualTo((ConnectionState.Open, 1L)));
    }

    [Test]
    public void Between_records_means_established_no_write_seen_and_no_handshake_message()
    {
        Assert.That(new ScriptedMachine().Machine.IsBetweenRecords, Is.False);
        ScriptedMachine t = ScriptedMachine.Established();
        Assert.That(t.Machine.IsBetweenRecords, Is.True);
        t.Script.IsInHandshake = true;
        Assert.That(t.Machine.IsBetweenRecords, Is.False);
    }

    [Test]
    public void A_close_notify_that_is_half_written_is_a_record_until_its_next_attempt()
    {
        ScriptedMachine t = ScriptedMachine.Established();
        t.Machine.AskShutdown();
        t.Script.Then(SslOperation.Shutdown, SslStep.Blocked(SslWant.Write));
        t.RunToEnd();
        Assert.That(t.Machine.IsBetweenRecords, Is.False);

        // The room is there, but OpenSSL still holds the rest: SSL_key_update(3) would fail.
        t.Machine.OnWritable();
        Assert.That(t.Machine.IsBetweenRecords, Is.False);
        t.Script.Then(SslOperation.Shutdown, SslStep.Done());
        t.RunToEnd();
        Assert.That(t.Machine.State, Is.EqualTo(ConnectionState.LocalClosed));
    }

    private static void BlockTheWriteWhileTheReadIsReady(ScriptedMachine t)
    {
        t.Machine.OnReadable();
        t.Send("abc"u8);
        t.Script.Then(SslOperation.Write, SslStep.Blocked(SslWant.Read));
        Assert.That(t.Machine.TryStep(SslOperations.Write, default, out _, out _), Is.True);
    }
}
