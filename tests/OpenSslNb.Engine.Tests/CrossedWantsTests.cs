using NUnit.Framework;

namespace OpenSslNb.Engine.Tests;

/// <summary>Single stories of <see cref="BlockedOperations"/>, told as they happen on the wire.</summary>
public sealed class CrossedWantsTests
{
    private BlockedOperations _operations;

    [SetUp]
    public void Handshake_is_over_and_the_socket_is_empty()
    {
        _operations = BlockedOperations.Start();
        _operations.Complete(SslOperation.Handshake, SslStep.Done(), more: false, tookInput: true);
        _operations.Ask(SslOperation.Read);
        Attempt(SslOperation.Read, SslStep.Blocked(SslWant.Read));
    }

    [Test]
    public void A_new_connection_only_shakes_hands()
    {
        _operations = BlockedOperations.Start();
        _operations.Ask(SslOperation.Read);
        _operations.Ask(SslOperation.Write);
        Attempt(SslOperation.Handshake, SslStep.Blocked(SslWant.Read), tookInput: true);
        Assert.That(_operations.Next(), Is.Null);
        Assert.That(_operations.Interest, Is.EqualTo(Interest.Read));
        _operations.OnReadable();
        Attempt(SslOperation.Handshake, SslStep.Done(), tookInput: true);
        Assert.That(_operations.IsEstablished, Is.True);
        Assert.That(_operations.Next(), Is.EqualTo(SslOperation.Read));
    }

    [Test]
    public void A_handshake_that_waits_for_a_certificate_is_woken_by_the_answer_alone()
    {
        _operations = BlockedOperations.Start();
        Attempt(SslOperation.Handshake, SslStep.Blocked(SslWant.Certificate), tookInput: true);
        _operations.OnReadable();
        _operations.OnWritable();
        _operations.Satisfy(SslWant.VerifyRetry);
        _operations.Satisfy(SslWant.None);
        Assert.That(_operations.Next(), Is.Null);
        Assert.That(_operations.Interest, Is.EqualTo(Interest.None));
        _operations.Satisfy(SslWant.Certificate);
        Assert.That(_operations.Next(), Is.EqualTo(SslOperation.Handshake));
    }

    [Test]
    public void A_write_that_wants_read_waits_for_readability_and_the_read_goes_first()
    {
        _operations.Ask(SslOperation.Write);
        Attempt(SslOperation.Write, SslStep.Blocked(SslWant.Read));
        Assert.That(_operations.Interest, Is.EqualTo(Interest.Read));
        _operations.OnWritable();
        Assert.That(_operations.Next(), Is.Null, "writability is not what it waits for");
        _operations.OnReadable();
        Attempt(SslOperation.Read, SslStep.Done(100), more: true, tookInput: true);
        Attempt(SslOperation.Read, SslStep.Blocked(SslWant.Read));
        Attempt(SslOperation.Write, SslStep.Done(5));
        Assert.That(_operations.Interest, Is.EqualTo(Interest.Read));
    }

    [Test]
    public void A_read_that_wants_write_waits_for_writability()
    {
        _operations.OnReadable();
        Attempt(SslOperation.Read, SslStep.Blocked(SslWant.Write), tookInput: true);
        Assert.That(_operations.Interest, Is.EqualTo(Interest.Write), "readability would only spin");
        _operations.OnReadable();
        Assert.That(_operations.Next(), Is.Null);
        _operations.OnWritable();
        Assert.That(_operations.Next(), Is.EqualTo(SslOperation.Read));
    }

    [Test]
    public void Wants_crossed_both_ways_wait_for_room_first()
    {
        _operations.OnReadable();
        Attempt(SslOperation.Read, SslStep.Blocked(SslWant.Write), tookInput: true);
        _operations.Ask(SslOperation.Write);
        Attempt(SslOperation.Write, SslStep.Blocked(SslWant.Read));
        Assert.That(_operations.Interest, Is.EqualTo(Interest.Write), "only the read can take input, and it needs room before");
        _operations.OnWritable();
        Attempt(SslOperation.Read, SslStep.Done(), more: true, tookInput: true);
        Attempt(SslOperation.Read, SslStep.Blocked(SslWant.Read));
        Assert.That(_operations.Next(), Is.EqualTo(SslOperation.Write), "the read took what it waited for");
    }

    [Test]
    public void A_write_that_waits_for_what_openssl_has_decrypted_goes_on_after_the_read()
    {
        WriteIsBlockedByReadWhileTheReadIsReady();
        Attempt(SslOperation.Read, SslStep.Done(100), more: false, tookInput: false);
        Assert.That(_operations.Next(), Is.EqualTo(SslOperation.Write));
    }

    [Test]
    public void A_read_that_took_half_a_record_wakes_the_write_that_waits_for_input()
    {
        WriteIsBlockedByReadWhileTheReadIsReady();
        Attempt(SslOperation.Read, SslStep.Blocked(SslWant.Read), tookInput: true);
        Assert.That(_operations.Next(), Is.EqualTo(SslOperation.Write), "no event will tell that its bytes have come");
        Assert.That(_operations.WantOf(SslOperation.Read), Is.EqualTo(SslWant.Read), "the read does not wake itself");
    }

    [Test]
    public void A_paused_connection_waits_for_nothing_while_nobody_needs_input()
    {
        _operations.Permit(ReadPermission.WhenNeeded);
        Assert.That(_operations.Interest, Is.EqualTo(Interest.None));
        _operations.Ask(SslOperation.Write);
        Attempt(SslOperation.Write, SslStep.Done(5));
        Assert.That(_operations.Next(), Is.Null);
        _operations.Permit(ReadPermission.Always);
        Assert.That(_operations.Interest, Is.EqualTo(Interest.Read));
    }

    [Test]
    public void A_paused_connection_reads_for_a_write_that_cannot_go_on_without()
    {
        _operations.Permit(ReadPermission.WhenNeeded);
        _operations.Ask(SslOperation.Write);
        Attempt(SslOperation.Write, SslStep.Blocked(SslWant.Read));
        Assert.That(_operations.Interest, Is.EqualTo(Interest.Read));
        _operations.OnReadable();
        Attempt(SslOperation.Write, SslStep.Blocked(SslWant.Read));
        Attempt(SslOperation.Read, SslStep.Done(100), more: true, tookInput: true);
        Attempt(SslOperation.Write, SslStep.Done(5));
        Assert.That(_operations.Next(), Is.Null, "needed no more: paused again");
        Assert.That(_operations.Interest, Is.EqualTo(Interest.None));
    }

    [TestCase(SslOperation.Handshake)]
    [TestCase(SslOperation.Shutdown)]
    public void A_paused_connection_reads_for_whatever_needs_input(SslOperation operation)
    {
        _operations.Permit(ReadPermission.WhenNeeded);
        _operations.Ask(operation);
        Attempt(operation, SslStep.Blocked(SslWant.Read));
        Assert.That(_operations.Interest, Is.EqualTo(Interest.Read));
    }

    [Test]
    public void With_a_full_inbound_buffer_a_write_that_wants_read_does_not_spin()
    {
        _operations.Permit(ReadPermission.Never);
        _operations.Ask(SslOperation.Write);
        Attempt(SslOperation.Write, SslStep.Blocked(SslWant.Read));
        Assert.That(_operations.Interest, Is.EqualTo(Interest.None), "nothing can take the input: readability would wake the write in vain for ever");
        _operations.Permit(ReadPermission.WhenNeeded);
        Assert.That(_operations.Interest, Is.EqualTo(Interest.Read), "the buffer has room again");
    }

    [Test]
    public void After_the_peers_close_notify_a_write_that_wants_read_does_not_spin_on_the_end_of_stream()
    {
        _operations.Ask(SslOperation.Write);
        Attempt(SslOperation.Write, SslStep.Blocked(SslWant.Read));
        _operations.OnReadable();
        Attempt(SslOperation.Read, SslStep.Closed(), tookInput: true);
        Attempt(SslOperation.Write, SslStep.Blocked(SslWant.Read));
        Assert.That(_operations.Interest, Is.EqualTo(Interest.None), "a deadline ends it");
    }

    [Test]
    public void In_mid_record_reads_are_held_until_the_write_has_gone_if_the_transport_splits_records()
    {
        _operations.HoldReadsBehindBlockedWrite(true);
        _operations.Ask(SslOperation.Write);
        Attempt(SslOperation.Write, SslStep.Blocked(SslWant.Write));
        Assert.That(_operations.Interest, Is.EqualTo(Interest.Write));
        _operations.OnReadable();
        Assert.That(_operations.Next(), Is.Null);
        _operations.OnWritable();
        Attempt(SslOperation.Write, SslStep.Done(5));
        Attempt(SslOperation.Read, SslStep.Done(3));
    }

    [Test]
    public void In_mid_record_reads_go_on_if_the_transport_takes_records_whole()
    {
        _operations.Ask(SslOperation.Write);
        Attempt(SslOperation.Write, SslStep.Blocked(SslWant.Write));
        Assert.That(_operations.Interest, Is.EqualTo(Interest.ReadWrite));
        _operations.OnReadable();
        Attempt(SslOperation.Read, SslStep.Done(3));
    }

    [Test]
    public void A_key_update_waits_for_the_end_of_the_record_and_goes_before_the_next()
    {
        _operations.Ask(SslOperation.Write);
        Attempt(SslOperation.Write, SslStep.Blocked(SslWant.Write));
        _operations.Ask(SslOperation.Handshake);
        Assert.That(_operations.Next(), Is.Null);
        _operations.OnWritable();
        Attempt(SslOperation.Write, SslStep.Done(5), more: true);
        Attempt(SslOperation.Handshake, SslStep.Done());
        Attempt(SslOperation.Write, SslStep.Done(5));
    }

    [Test]
    public void Close_notify_goes_behind_everything_queued()
    {
        _operations.Ask(SslOperation.Shutdown);
        _operations.Ask(SslOperation.Write);
        Attempt(SslOperation.Write, SslStep.Done(5), more: true);
        Attempt(SslOperation.Write, SslStep.Blocked(SslWant.Write));
        Assert.That(_operations.Next(), Is.Null);
        _operations.OnWritable();
        Attempt(SslOperation.Write, SslStep.Done(5));
        Attempt(SslOperation.Shutdown, SslStep.Done());
        Assert.That(_operations.Next(), Is.Null);
    }

    [Test]
    public void A_caller_gets_only_what_it_allows()
    {
        _operations.OnReadable();
        _operations.Ask(SslOperation.Write);
        Assert.That(_operations.Next(SslOperations.Write | SslOperations.Shutdown), Is.EqualTo(SslOperation.Write));
        Assert.That(_operations.Next(SslOperations.Handshake), Is.Null);
        Assert.That(_operations.Next(SslOperations.None), Is.Null);
        Assert.That(_operations.Next(), Is.EqualTo(SslOperation.Read));
    }

    [Test]
    public void A_result_that_nobody_filled_in_kills()
    {
        _operations.Ask(SslOperation.Write);
        Attempt(SslOperation.Write, default);
        Assert.That(_operations.IsDead, Is.True);
        _operations.Ask(SslOperation.Read);
        Assert.That((_operations.Next(), _operations.Interest), Is.EqualTo(((SslOperation?)null, Interest.None)));
    }

    [Test]
    public void The_text_names_what_each_operation_waits_for()
    {
        _operations.Ask(SslOperation.Write);
        Assert.That(_operations.ToString(), Is.EqualTo("Handshake=Idle Read=Blocked(Read) Write=Ready Shutdown=Idle"));
    }

    [Test]
    public void Equal_means_every_part_is_equal()
    {
        BlockedOperations copy = _operations;
        Assert.That(copy.Equals((object)_operations) && copy.GetHashCode() == _operations.GetHashCode(), Is.True);
        copy.Permit(ReadPermission.Never);
        Assert.That(copy.Equals((object)_operations), Is.False);
        Assert.That(copy.Equals("text"), Is.False);
    }

    // The loop's budget for reads was used up, so that the write had its turn first.
    private void WriteIsBlockedByReadWhileTheReadIsReady()
    {
        _operations.OnReadable();
        _operations.Ask(SslOperation.Write);
        Assert.That(_operations.Next(SslOperations.Write), Is.EqualTo(SslOperation.Write));
        _operations.Complete(SslOperation.Write, SslStep.Blocked(SslWant.Read), more: true, tookInput: false);
    }

    private void Attempt(SslOperation expected, SslStep step, bool more = false, bool tookInput = false)
    {
        Assert.That(_operations.Next(), Is.EqualTo(expected), _operations.ToString());
        _operations.Complete(expected, step, more, tookInput);
    }
}
