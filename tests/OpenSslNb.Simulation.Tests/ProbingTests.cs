using NUnit.Framework;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Simulation.Tests;

/// <summary>What probes are made of, without a network: judging, records, mutations, hellos. Against servers they are tested where servers are: OpenSslNb.Peers.Tests.</summary>
public sealed class ProbingTests
{
    private static readonly ReceivedAlert s_decodeError = new(IsFatal: true, (byte)TlsAlert.DecodeError);
    private static readonly ReceivedAlert s_closeNotify = new(IsFatal: false, (byte)TlsAlert.CloseNotify);

    [Test]
    public void What_is_public_is_probing_and_editors_can_say_what_it_is()
    {
        Assert.That(typeof(Probe).Assembly.GetExportedTypes().Select(type => type.Namespace).Distinct(), Is.EqualTo(new[] { typeof(Probe).Namespace }));
        Assert.That(File.ReadAllText(Path.ChangeExtension(typeof(Probe).Assembly.Location, ".xml")), Does.Contain($"\"T:{typeof(Probe).FullName}\""));
    }

    [TestCase(StreamEnd.EndOfStream, true)]
    [TestCase(StreamEnd.Reset, true)]
    [TestCase(StreamEnd.Open, false)]
    [TestCase(StreamEnd.Silent, false)]
    public void An_alert_counts_once_the_stream_has_ended_behind_it(StreamEnd end, bool isMet)
    {
        var reaction = new Reaction { Alerts = [s_decodeError], End = end };
        Assert.That(Outcome.Alert(TlsAlert.DecodeError).IsMet(reaction), Is.EqualTo(isMet));
        Assert.That(Outcome.AnyAlert.IsMet(reaction), Is.EqualTo(isMet));
        Assert.That(Outcome.Alert(TlsAlert.IllegalParameter).IsMet(reaction), Is.False);
    }

    [Test]
    public void The_first_alert_that_says_that_something_is_wrong_is_the_one()
    {
        var reaction = new Reaction { Alerts = [s_closeNotify, s_decodeError, new ReceivedAlert(true, (byte)TlsAlert.InternalError)], End = StreamEnd.EndOfStream };
        Assert.That(Outcome.Alert(TlsAlert.DecodeError).IsMet(reaction), Is.True);
        Assert.That(Outcome.Alert(TlsAlert.InternalError).IsMet(reaction), Is.False);
        Assert.That(Outcome.CloseNotify.IsMet(reaction), Is.False, "an error is no orderly end");
    }

    [Test]
    public void An_end_without_an_alert_is_told_from_one_with_it()
    {
        Assert.That(Outcome.Closed.IsMet(new Reaction { End = StreamEnd.EndOfStream }), Is.True);
        Assert.That(Outcome.Closed.IsMet(new Reaction { End = StreamEnd.EndOfStream, Alerts = [s_decodeError] }), Is.False);
        Assert.That(Outcome.Closed.IsMet(new Reaction { End = StreamEnd.Silent }), Is.False);
        Assert.That(Outcome.Reset.IsMet(new Reaction { End = StreamEnd.EndOfStream }), Is.False);
        Assert.That(Outcome.Silence.IsMet(new Reaction { End = StreamEnd.Silent }), Is.True);
        Assert.That(Outcome.Silence.IsMet(new Reaction()), Is.False, "nothing yet is not silence");
    }

    [TestCase(StreamEnd.EndOfStream)]
    [TestCase(StreamEnd.Reset)]
    public void An_end_behind_an_answer_or_close_notify_is_no_refusal(StreamEnd end)
    {
        Outcome refused = end == StreamEnd.Reset ? Outcome.Reset : Outcome.Closed;
        var silent = new Reaction { End = end };
        Assert.That(refused.IsMet(silent), Is.True);
        Assert.That(refused.IsMet(silent with { ApplicationBytes = 4 }), Is.False, "an answer");
        Assert.That(refused.IsMet(silent with { NoRecords = "'HTTP/1.1 200 OK'" }), Is.False, "an answer in plain text");
        Assert.That(refused.IsMet(silent with { Alerts = [s_closeNotify] }), Is.False, "close_notify");
        Assert.That(refused.IsMet(silent with { ApplicationBytes = 4, EarlierApplicationBytes = 4 }), Is.True, "a greeting before is no answer");
    }

    [Test]
    public void Two_outcomes_are_one_that_says_both()
    {
        Outcome either = Outcome.Closed | Outcome.Alert(TlsAlert.DecodeError);
        Assert.That(either.Words, Is.EqualTo("the end without an alert, or decode_error"));
        Assert.That(either.IsMet(new Reaction { End = StreamEnd.Reset }), Is.True);
        Assert.That(either.IsMet(new Reaction { End = StreamEnd.Reset, Alerts = [s_decodeError] }), Is.True);
        Assert.That(either.IsMet(new Reaction()), Is.False);
    }

    [Test]
    public void A_warning_is_no_service_and_an_answer_is()
    {
        Assert.That(Outcome.Service.IsMet(new Reaction { ApplicationBytes = 4 }), Is.False, "there was no handshake");
        Assert.That(Outcome.Warning(TlsAlert.NoRenegotiation).IsMet(new Reaction { Alerts = [new ReceivedAlert(false, 100)] }), Is.True);
        Assert.That(Outcome.Warning(TlsAlert.NoRenegotiation).IsMet(new Reaction { Alerts = [new ReceivedAlert(true, 100)] }), Is.False);
    }

    [Test]
    public void Fragments_are_the_message_and_leave_what_is_encrypted_alone()
    {
        var record = new TlsRecord(TlsRecord.Handshake, new byte[] { 1, 2, 3, 4, 5 }, 0x0301);
        TlsRecord[] fragments = [.. Mutation.Fragment(2).Apply(new OutgoingRecord(record, 0, IsProtected: false))];
        Assert.That(fragments.Select(f => f.Payload.ToArray()), Is.EqualTo(new byte[][] { [1, 2], [3, 4], [5] }));
        Assert.That(fragments.Select(f => f.Version), Is.All.EqualTo(0x0301));
        Assert.That(Mutation.Fragment(2).Apply(new OutgoingRecord(record, 0, IsProtected: true)), Is.EqualTo(new[] { record }));
    }

    [Test]
    public void A_mutation_takes_hold_of_its_record_alone()
    {
        var record = new TlsRecord(TlsRecord.ApplicationData, new byte[] { 8, 8 });
        var other = new TlsRecord(99, new byte[1]);
        IEnumerable<TlsRecord> At(Mutation mutation, int index) => mutation.Apply(new OutgoingRecord(record, index, IsProtected: true));
        foreach (Mutation mutation in (Mutation[])[Mutation.FlipLastBit(1), Mutation.Drop(1), Mutation.Repeat(1), Mutation.InsertBefore(other, 1), Mutation.InsertAfter(other, 1)])
        {
            Assert.That(At(mutation, 0), Is.EqualTo(new[] { record }), mutation.Words);
            Assert.That(At(mutation, 2), Is.EqualTo(new[] { record }), mutation.Words);
        }

        Assert.That(At(Mutation.FlipLastBit(1), 1).Single().Payload.ToArray(), Is.EqualTo(new byte[] { 8, 9 }));
        Assert.That(record.Payload.ToArray(), Is.EqualTo(new byte[] { 8, 8 }), "the record itself is as it was");
        Assert.That(At(Mutation.Drop(1), 1), Is.Empty);
        Assert.That(At(Mutation.Repeat(1), 1), Is.EqualTo(new[] { record, record }));
        Assert.That(At(Mutation.InsertBefore(other, 1), 1), Is.EqualTo(new[] { other, record }));
        Assert.That(At(Mutation.InsertAfter(other, 1), 1), Is.EqualTo(new[] { record, other }));
    }

    [Test]
    public void Records_are_taken_whole_and_in_order()
    {
        byte[] bytes = [.. new TlsRecord(22, new byte[] { 1, 2 }, 0x0301).ToBytes(), .. new TlsRecord(23, default).ToBytes(), 21, 3, 3, 0, 2, 1];
        ReadOnlySpan<byte> rest = bytes;
        TlsRecord first = TlsRecord.Take(ref rest)!;
        Assert.That((first.Type, first.Version, first.Payload.ToArray()), Is.EqualTo(((byte)22, (ushort)0x0301, new byte[] { 1, 2 })));
        Assert.That(TlsRecord.Take(ref rest)!.Payload.Length, Is.Zero);
        Assert.That(TlsRecord.Take(ref rest), Is.Null, "it is not whole");
        Assert.That(rest.ToArray(), Is.EqualTo(new byte[] { 21, 3, 3, 0, 2, 1 }));
    }

    [Test]
    public void A_hello_has_its_lengths_and_what_was_changed_in_it()
    {
        RawClientHello hello = RawClientHello.Modern("example.org") with { Trailing = new byte[] { 7 } };
        byte[] message = hello.ToMessage();
        Assert.That(message[0], Is.EqualTo(1));
        Assert.That((message[1] << 16) | (message[2] << 8) | message[3], Is.EqualTo(message.Length - 4));
        Assert.That(message[^1], Is.EqualTo(7));
        Assert.That(message.AsSpan().IndexOf("example.org"u8), Is.GreaterThan(0));
        Assert.That(RawClientHello.Modern(null).Extensions.Select(e => e.Type), Has.None.EqualTo(0), "no name, no server_name");
        RawClientHello changed = hello.With(RawExtension.Versions(0x0304)).Without(10);
        Assert.That(changed.Extensions.Count, Is.EqualTo(hello.Extensions.Count - 1));
        Assert.That(changed.Extensions.Single(e => e.Type == 43).Body.ToArray(), Is.EqualTo(new byte[] { 2, 3, 4 }));
        Assert.That(changed.With(new RawExtension(999, default)).Extensions[^1].Type, Is.EqualTo(999));
    }

    [Test]
    public void A_server_hello_is_read_and_rubbish_is_refused()
    {
        byte[] body = [3, 3, .. Enumerable.Repeat((byte)9, 32), 2, 0xAA, 0xBB, 0x13, 0x01, 0, 0, 6, 0, 43, 0, 2, 3, 4];
        ServerHelloFacts hello = ServerHelloFacts.Parse(body);
        Assert.That((hello.Version, hello.CipherSuite, hello.IsRetryRequest), Is.EqualTo(((ushort)0x0304, (ushort)0x1301, false)));
        Assert.That(hello.SessionId.ToArray(), Is.EqualTo(new byte[] { 0xAA, 0xBB }));
        Assert.That(() => ServerHelloFacts.Parse(body[..^3]), Throws.TypeOf<FormatException>());
        Assert.That(() => ServerHelloFacts.Parse(new byte[10]), Throws.TypeOf<FormatException>());
    }

    [Test]
    public void Two_connections_have_secrets_and_sequences_of_their_own()
    {
        var keys = new SealedRecords();
        SealingSuite suite = SealingSuite.All[0];
        var first = new SecretName(SealedRecords.ApplicationSecret, new string('A', 64));
        SecretName second = first with { ClientRandom = new string('B', 64) };
        keys.Learn($"{first.Label} {first.ClientRandom.ToLowerInvariant()} {new string('1', 64)}");
        byte[] Seal(SecretName name) => keys.Seal(name, suite, TlsRecord.Alert, [1, 0], 0).ToBytes();
        byte[] before = Seal(first);
        keys.Learn($"{second.Label} {second.ClientRandom.ToLowerInvariant()} {new string('2', 64)}");
        Assert.That(keys.SealAt(0, first, suite, TlsRecord.Alert, [1, 0], 0).ToBytes(), Is.EqualTo(before), "a later connection has not changed the secret");
        Assert.That(Seal(first), Is.EqualTo(keys.SealAt(1, first, suite, TlsRecord.Alert, [1, 0], 0).ToBytes()));
        Assert.That(Seal(second), Is.EqualTo(keys.SealAt(0, second, suite, TlsRecord.Alert, [1, 0], 0).ToBytes()).And.Not.EqualTo(before));
        Assert.That(() => Seal(first with { ClientRandom = "C" }), Throws.TypeOf<ProbeException>());
    }

    [Test]
    public void A_probe_is_a_value_each_step_gives_another_one()
    {
        Probe beginning = Probe.Named("own", "RFC 8446 §1", "nothing in particular").SendHello();
        Probe one = beginning.Expect(Outcome.ServerHello);
        Assert.That(beginning.Steps, Has.Count.EqualTo(1));
        Assert.That(one.Steps, Has.Count.EqualTo(2));
        Assert.That(one.Steps[1], Is.EqualTo("expect ServerHello"));
        Assert.That(one.In("mine").Area, Is.EqualTo("mine"));
    }

    [Test]
    public async Task What_a_peer_does_not_have_is_not_asked_for()
    {
        Probe probe = Probe.Named("own", "RFC 8446 §1", "nothing").Needing(PeerFeatures.Tls13).SendHello().Expect(Outcome.ServerHello);
        ProbeResult result = await probe.RunAsync(new ProbeTarget { Host = "192.0.2.1", Port = 1 }, PeerFeatures.Tls12);
        Assert.That((result.Verdict, result.Evidence), Is.EqualTo((ProbeVerdict.NotApplicable, "the peer does not have Tls13")));
    }

    [Test]
    public void Steps_that_make_no_sense_where_they_stand_are_refused_and_not_judged()
    {
        var target = new ProbeTarget { Host = "192.0.2.1", Port = 1 };
        Assert.That(async () => await Probe.Named("own", "RFC 8446 §1", "nothing").Expect(Outcome.Closed).RunAsync(target, default), Throws.TypeOf<ProbeException>().With.Message.Contains("needs a connection"));
        Assert.That(() => Probe.Named("", "RFC", "x"), Throws.ArgumentException);
        Assert.That(() => Delivery.InPieces(0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => Mutation.Fragment(0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
