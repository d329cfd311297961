using NUnit.Framework;
using OpenSslNb.Simulation.Differential;

namespace OpenSslNb.Simulation.Tests.Differential;

/// <summary>
/// Alignment and differences of transcripts made by hand. An event is written "STEP NAME", with "!FACT" for an alert, a message or an end: "2 alert!close_notify". What begins with "record" is a record.
/// A row is the two peers' events at the same place, "-" for nothing.
/// </summary>
public sealed class ComparisonTests
{
    private const string Sealed = "record application_data with alert";

    private static IEnumerable<TestCaseData> Cases()
    {
        yield return Case("the same", "1 ServerHello; 2 end!FIN", "1 ServerHello; 2 end!FIN", "1 ServerHello = 1 ServerHello; 2 end!FIN = 2 end!FIN", "");
        yield return Case("nothing at all", "", "", "", "");
        yield return Case("another fact of the same step is one difference", "1 alert!a; 2 end!FIN", "1 alert!b; 2 end!FIN", "1 alert!a = 1 alert!b; 2 end!FIN = 2 end!FIN", "1 alert (is): a | b");
        yield return Case("unrelated alerts of other steps are no pair", "5 alert!close_notify", "1 alert!protocol_version", "- = 1 alert!protocol_version; 5 alert!close_notify = -", "1 alert: - | protocol_version; 5 alert: close_notify | -");
        yield return Case("the same alert in another step is seen in both", "5 alert!close_notify", "1 alert!close_notify", "- = 1 alert!close_notify; 5 alert!close_notify = -", "1 alert: - | close_notify; 5 alert: close_notify | -");
        yield return Case("an end in another step is seen in both", "1 ServerHello; 3 end!FIN", "1 ServerHello; 2 end!FIN", "1 ServerHello = 1 ServerHello; - = 2 end!FIN; 3 end!FIN = -", "2 end: - | FIN; 3 end: FIN | -");
        yield return Case("one more in the middle", "1 A; 1 B; 1 C", "1 A; 1 C", "1 A = 1 A; 1 B = -; 1 C = 1 C", "1 B: B | -");
        yield return Case("one more of the same", "1 T; 1 end!FIN", "1 T; 1 T; 1 end!FIN", "- = 1 T; 1 T = 1 T; 1 end!FIN = 1 end!FIN", "1 T: - | T");
        yield return Case("those that are alike before those that differ", "1 alert!a; 1 alert!b", "1 alert!b", "1 alert!a = -; 1 alert!b = 1 alert!b", "1 alert: a | -");
        yield return Case("a record only carries a message that only one has", "1 record handshake; 1 T", "", "1 record handshake = -; 1 T = -", "1 T: T | -");
        yield return Case("records of another kind only carry alerts that differ", $"1 {Sealed}; 1 alert!a", "1 record alert; 1 alert!b", $"1 {Sealed} = -; - = 1 record alert; 1 alert!a = 1 alert!b", "1 alert (is): a | b");
        yield return Case("and alerts that only one has", $"1 {Sealed}; 1 alert!a", "2 record alert; 2 alert!a", $"1 {Sealed} = -; 1 alert!a = -; - = 2 record alert; - = 2 alert!a", "1 alert: a | -; 2 alert: - | a");
        yield return Case("records of another kind with the same alert differ", $"1 {Sealed}; 1 alert!a", "1 record alert; 1 alert!a", $"1 {Sealed} = -; - = 1 record alert; 1 alert!a = 1 alert!a", $"1 {Sealed}: {Sealed} | -; 1 record alert: - | record alert");
        yield return Case("a record in which there is nothing is a difference", "1 record type 24; 1 end!FIN", "1 end!FIN", "1 record type 24 = -; 1 end!FIN = 1 end!FIN", "1 record type 24: record type 24 | -");
        yield return Case("a record before one that carries", "1 record change_cipher_spec; 1 record handshake; 1 T", "", "1 record change_cipher_spec = -; 1 record handshake = -; 1 T = -", "1 record change_cipher_spec: record change_cipher_spec | -; 1 T: T | -");
        yield return Case("steps in their order", "1 A; 2 B; 4 D", "1 A; 3 C; 4 D", "1 A = 1 A; 2 B = -; - = 3 C; 4 D = 4 D", "2 B: B | -; 3 C: - | C");
    }

    [TestCaseSource(nameof(Cases))]
    public void Events_stand_in_their_own_step_and_differences_say_what_happened(string a, string b, string pairs, string differences)
    {
        ScriptCase script = SocketPeer.Case(string.Join(", ", Enumerable.Repeat("\"connect\"", 5)));
        string[] outcomes = ["done", "done", "done", "done", "done"];
        Comparison comparison = Comparison.Of(script, new Transcript(outcomes, Events(a)), new Transcript(outcomes, Events(b)), strict: false);
        Assert.That(string.Join("; ", comparison.Pairs.Select(pair => $"{Shown(pair.A)} = {Shown(pair.B)}")), Is.EqualTo(pairs));
        Assert.That(string.Join("; ", comparison.Differences.Select(Shown)), Is.EqualTo(differences));
        Assert.That(comparison.IsSame, Is.EqualTo(differences.Length == 0));
    }

    [Test]
    public void An_event_of_another_connection_is_another_event()
    {
        PeerEvent first = Events("1 T")[0];
        Assert.That(Alignment.Of([first], [first with { Connection = 2 }], strict: false), Has.Count.EqualTo(2));
    }

    [Test]
    public void Notes_count_only_when_strict()
    {
        PeerEvent one = Events("1 T")[0] with { Notes = [new Fact("length", "5")] };
        PeerEvent other = one with { Notes = [new Fact("length", "6")] };
        Assert.That(Alignment.Of([one], [other], strict: false).Single().IsSame, Is.True);
        Assert.That(Alignment.Of([one], [other], strict: true).Single().Details, Is.EqualTo(new[] { "length" }));
    }

    [Test]
    public void An_outcome_comes_before_the_events_of_its_step()
    {
        ScriptCase script = SocketPeer.Case(""" "connect", "wait" """);
        Comparison comparison = Comparison.Of(script, new Transcript(["done", "FIN"], Events("1 T; 2 end!FIN")), new Transcript(["done", "reset"], Events("2 end!reset")), strict: false);
        Assert.That(comparison.Differences.Select(difference => (difference.Step, difference.What)), Is.EqualTo(new[] { (1, "T"), (2, "outcome"), (2, "end") }));
    }

    private static PeerEvent[] Events(string text) => [.. text.Split("; ", StringSplitOptions.RemoveEmptyEntries).Select(Event)];

    private static PeerEvent Event(string text)
    {
        string[] parts = text[2..].Split('!');
        PeerEventKind kind = parts[0].StartsWith("record", StringComparison.Ordinal) ? PeerEventKind.Record : parts[0] switch { "alert" => PeerEventKind.Alert, "end" => PeerEventKind.End, _ => PeerEventKind.Message };
        return new PeerEvent(kind, parts[0], 1, text[0] - '0', parts.Length > 1 ? [new Fact("is", parts[1])] : [], []);
    }

    private static string Shown(PeerEvent? one) => one is null ? "-" : $"{one.Step} {one.Name}{(one.Facts.Count > 0 ? $"!{one.Facts[0].Value}" : "")}";

    private static string Shown(Difference difference) => $"{difference.Step} {difference.What}{(difference.Details.Count > 0 ? $" ({string.Join(',', difference.Details)})" : "")}: {Said(difference.A)} | {Said(difference.B)}";

    private static string Said(string? words) => words is null ? "-" : words.Split(": is ")[^1];

    private static TestCaseData Case(string name, string a, string b, string pairs, string differences) => new TestCaseData(a, b, pairs, differences).SetArgDisplayNames(name);
}
