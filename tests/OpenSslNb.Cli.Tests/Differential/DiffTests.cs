using System.Text.Json;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests.Differential;

/// <summary><c>opensslnb diff</c>: what is the same is the same, and what differs is found where it differs.</summary>
public sealed class DiffTests
{
    private const string FatalHandshakeFailure = "15030300020228";
    private const string FatalDecodeError = "15030300020232";
    private const string WarningUnrecognizedName = "15030300020170";

    private const string Cases = """
        {"cases": [
          {"name": "tls13", "steps": [
            {"do": "handshake", "versions": ["1.3"], "groups": "P-256", "alpn": [], "deliver": [1, 2, 300]}, {"do": "send", "text": "abba\n"}, {"do": "expect-data", "bytes": 5},
            {"do": "key-update", "request": true}, {"do": "send", "text": "anna\n"}, {"do": "wait", "until": "KeyUpdate"}, {"do": "expect-data", "bytes": 5}, "close-notify", {"do": "wait", "until": "close_notify"}, "wait"]},
          {"name": "tls12", "steps": [{"do": "split", "size": 20}, {"do": "handshake", "versions": ["1.2"], "deliver": "byte"}, {"do": "send", "text": "abba\n"}, {"do": "expect-data", "bytes": 5}, "resume", "renegotiate"]},
          {"name": "resumed", "steps": [{"do": "handshake", "versions": ["1.3"]}, {"do": "wait", "until": "NewSessionTicket"}, "resume", "connect", {"do": "hello", "wait": false}, "reset"]},
          {"name": "refused", "steps": [{"do": "hello", "ciphers": ["TLS_RSA_WITH_NULL_MD5"], "sni": null}, "wait"]},
          {"name": "version", "steps": [{"do": "hello", "versions": ["0x0304"], "shares": [], "groups": ["secp384r1", "secp256r1"]}]},
          {"name": "changed", "steps": [{"do": "handshake", "versions": ["1.3"]}, {"do": "mutate", "flip": -1}, {"do": "send", "size": 100}, {"do": "wait", "until": "alert"}, "wait"]},
          {"name": "lost", "steps": [{"do": "handshake", "versions": ["1.3"]}, "drop", {"do": "send", "text": "abba\n"}, {"do": "send", "text": "anna\n"}, {"do": "wait", "until": "alert"}]},
          {"name": "alert", "steps": [{"do": "handshake", "ciphers": "TLS_CHACHA20_POLY1305_SHA256"}, {"do": "send", "text": "abba\n"}, {"do": "expect-data", "bytes": 5}, {"do": "alert", "description": "internal_error"}, "wait"]},
          {"name": "cut short", "steps": [{"do": "raw", "hex": "16 0301 0100 01"}, "fin", "wait"]}
        ]}
        """;

    [Test]
    public async Task The_same_server_twice_is_the_same_in_every_case()
    {
        using ServeProcess serve = await ServeProcess.StartAsync("echo");
        Opensslnb.Result result = await DiffRun.RunAsync($"127.0.0.1:{serve.Port}", $"connect:127.0.0.1:{serve.Port}", DiffRun.Script(Cases));
        Assert.That(result.Error, Is.Empty);
        Assert.That(result.Output, Does.EndWith("\n9 cases: same\n").And.Contain("cut short"));
        Assert.That(result.Code, Is.Zero);
    }

    [Test]
    public async Task Our_server_and_that_of_OpenSSL_differ_in_what_is_known_and_in_nothing_else()
    {
        Opensslnb.RequireOpenSsl3("both with the same library");
        DiffRun.Found[] found = await DiffRun.FindAsync(DiffRun.Serve, DiffRun.SServer, DiffRun.Script(Cases));

        // s_server gives two tickets where we give one, and says decode_error to a client that goes away in its handshake.
        string[] ticketed = ["tls13", "resumed", "changed", "lost", "alert"];
        Assert.That(found.Where(d => d.What == "NewSessionTicket").Select(d => d.Case).Distinct(), Is.EquivalentTo(ticketed));
        Assert.That(found.Where(d => d.What == "NewSessionTicket").Select(d => (d.A, d.B)), Is.All.EqualTo(((string?)null, (string?)"NewSessionTicket")));
        Assert.That(found.Where(d => d.What != "NewSessionTicket").Select(d => $"{d.Case} {d.Step} {d.What}: {d.B}"), Is.EquivalentTo(new[] { "version 2 alert: alert: level fatal, description decode_error", "cut short 3 alert: alert: level fatal, description decode_error" }));
    }

    [Test]
    public async Task A_server_of_TLS_1_2_alone_is_told_from_one_of_TLS_1_3_by_its_alert()
    {
        string script = DiffRun.Steps("""{"do":"handshake","versions":["1.3"]}""");
        DiffRun.Found[] found = await DiffRun.FindAsync(DiffRun.SServer, $"{DiffRun.SServer} -tls1_2", script);
        Assert.That(found, Has.One.Matches<DiffRun.Found>(d => d is { Step: 1, What: "outcome", A: not null, B: "fatal protocol_version" } && d.A.StartsWith("TLS 1.3, TLS_AES")));
        Assert.That(found, Has.One.Matches<DiffRun.Found>(d => d is { Step: 1, What: "ServerHello", A: not null, B: null } && d.A.Contains("version 1.3") && d.A.Contains("supported_versions")));
        Assert.That(found, Has.One.Matches<DiffRun.Found>(d => d is { Step: 1, What: "alert" } && d.B == "alert: level fatal, description protocol_version"));
    }

    [Test]
    public async Task What_did_not_happen_together_is_not_shown_together()
    {
        string script = DiffRun.Steps("""{"do":"handshake","versions":["1.3"]}, {"do":"send","text":"abba\n"}, {"do":"expect-data","bytes":5}, "close-notify", {"do":"wait","until":"close_notify"}, "wait" """);
        DiffRun.Found[] found = await DiffRun.FindAsync(DiffRun.SServer, $"{DiffRun.SServer} -tls1_2", script);
        Assert.That(found.Where(d => d.What == "alert"), Is.EqualTo(new DiffRun.Found[]
        {
            new("one", 1, "alert", null, "alert: level fatal, description protocol_version"),
            new("one", 5, "alert", "alert: level warning, description close_notify", null),
        }));
        Assert.That(found.Select(d => d.What), Has.None.Matches("^record .*alert"), "what carries an alert");
    }

    [Test]
    public async Task A_server_that_resets_behind_accept_was_there()
    {
        using ScriptedServer a = ScriptedServer.Resetting();
        using ScriptedServer b = ScriptedServer.Resetting();
        Assert.That(await DiffRun.FindAsync(a.Target, b.Target, DiffRun.Steps(""" "connect", "wait" """)), Is.Empty);
    }

    [Test]
    public async Task Steps_that_neither_could_be_given_are_named_and_no_success()
    {
        using ServeProcess serve = await ServeProcess.StartAsync("echo");
        string script = DiffRun.Steps("""{"do":"handshake","versions":["1.2"]}, {"do":"key-update"}, "fin", {"do":"send","text":"<b>"}, "wait" """);
        string target = $"127.0.0.1:{serve.Port}";
        string path = Pki.NewFile(".html");
        Opensslnb.Result table = await DiffRun.RunAsync(target, target, script, "--page", path);
        Assert.That(table.Code, Is.EqualTo(2));
        Assert.That(table.Error, Is.EqualTo($"opensslnb: nothing differs, but 2 steps of {script} could be done with neither server\n"));
        Assert.That(table.Output, Does.EndWith("\n1 case: same; 2 steps could be done with neither\n").And.Contain("2: KeyUpdate").And.Contain("4: send 3 bytes").And.Contain("not possible: our direction"));
        Assert.That(await File.ReadAllTextAsync(path), Does.Contain("2 steps done with neither").And.Match("<tr class=\"outcome impossible\"><td>not possible: KeyUpdate"));
        Opensslnb.Result document = await DiffRun.RunAsync(target, target, script, "--json");
        Assert.That(document.Code, Is.EqualTo(2));
        using var json = JsonDocument.Parse(document.Output);
        Assert.That(json.RootElement.GetProperty("not_possible").GetInt32(), Is.EqualTo(2));
        Assert.That(json.RootElement.GetProperty("same").GetBoolean(), Is.True);
        Assert.That(json.RootElement.GetProperty("cases")[0].GetProperty("not_possible").EnumerateArray().Select(step => step.GetInt32()), Is.EqualTo(new[] { 2, 4 }));
    }

    [Test]
    public async Task Another_alert_is_one_difference_at_the_step_that_it_answers()
    {
        using ScriptedServer a = ScriptedServer.Answering(FatalHandshakeFailure);
        using ScriptedServer b = ScriptedServer.Answering(FatalDecodeError);
        DiffRun.Found[] found = await DiffRun.FindAsync(a.Target, b.Target, DiffRun.Steps("""{"do":"connect"}, {"do":"hello"}, "wait" """));
        Assert.That(found, Is.EqualTo(new DiffRun.Found[]
        {
            new("one", 2, "outcome", "fatal handshake_failure", "fatal decode_error"),
            new("one", 2, "alert", "alert: level fatal, description handshake_failure", "alert: level fatal, description decode_error"),
        }));
    }

    [Test]
    public async Task FIN_and_RST_are_told_from_each_other_at_the_step_that_waits_for_the_end()
    {
        using ScriptedServer a = ScriptedServer.Answering(FatalHandshakeFailure);
        using ScriptedServer b = ScriptedServer.Answering(FatalHandshakeFailure, resets: true);
        DiffRun.Found[] found = await DiffRun.FindAsync(a.Target, b.Target, DiffRun.Steps("""{"do":"hello"}, "wait" """));
        Assert.That(found, Is.EqualTo(new DiffRun.Found[] { new("one", 2, "outcome", "FIN", "reset"), new("one", 2, "end", "end: by FIN", "end: by reset") }));
    }

    [Test]
    public async Task A_renegotiation_that_one_refuses_differs_from_its_own_step_on()
    {
        string script = DiffRun.Steps("""{"do":"handshake","versions":["1.2"]}, "renegotiate", {"do":"send","text":"abba\n"}, {"do":"expect-data","bytes":5}""");
        DiffRun.Found[] found = await DiffRun.FindAsync($"{DiffRun.Serve} --allow-renegotiation", DiffRun.Serve, script);
        Assert.That(found[0], Is.EqualTo(new DiffRun.Found("one", 2, "outcome", "renegotiated", "warning no_renegotiation")));
        Assert.That(found.Select(d => d.Step), Is.All.GreaterThan(1), string.Join('\n', found));
    }

    [TestCase(WarningUnrecognizedName, "alert", "alert: level warning, description unrecognized_name")]
    [TestCase("1403030001" + "01", "record change_cipher_spec", "record change_cipher_spec: version 0x0303, size ordinary")]
    [TestCase("1703030000", "record application_data", "record application_data: version 0x0303, size empty")]
    public async Task A_record_more_is_one_difference_with_its_content(string record, string what, string words)
    {
        using ScriptedServer a = ScriptedServer.Answering(FatalHandshakeFailure);
        using ScriptedServer b = ScriptedServer.Answering(record + FatalHandshakeFailure);
        DiffRun.Found[] found = await DiffRun.FindAsync(a.Target, b.Target, DiffRun.Steps("""{"do":"hello"}, "wait" """));
        Assert.That(found, Is.EqualTo(new DiffRun.Found[] { new("one", 1, what, null, words) }));
    }

    [Test]
    public async Task Lengths_count_only_when_asked_to_be_strict()
    {
        using ScriptedServer a = ScriptedServer.Answering("170303000100" + FatalHandshakeFailure);
        using ScriptedServer b = ScriptedServer.Answering("17030300020000" + FatalHandshakeFailure);
        string script = DiffRun.Steps("""{"do":"hello"}, "wait" """);
        Assert.That(await DiffRun.FindAsync(a.Target, b.Target, script), Is.Empty);
        Assert.That((await DiffRun.FindAsync(a.Target, b.Target, script, "--strict")).Select(d => (d.Step, d.What)), Is.EqualTo(new[] { (1, "record application_data") }));
    }

    [Test]
    public async Task What_is_no_TLS_is_a_difference_and_shown()
    {
        using ScriptedServer a = ScriptedServer.Answering(FatalHandshakeFailure);
        using ScriptedServer b = ScriptedServer.Answering(Convert.ToHexString("HTTP/1.0 400 Bad Request\r\n\r\n"u8));
        Opensslnb.Result result = await DiffRun.RunAsync(a.Target, b.Target, DiffRun.Steps("""{"do":"hello"}, "wait" """));
        Assert.That(result.Code, Is.EqualTo(1), result.Error);
        Assert.That(result.Output, Does.Contain("no TLS").And.Contain("'HTTP/1.0 400 Bad Request'").And.Contain("1 case: 0 same, 1 different"));
    }

    [Test]
    public async Task The_document_has_both_transcripts_with_what_was_agreed_on()
    {
        Opensslnb.Result result = await DiffRun.RunAsync(DiffRun.Serve, DiffRun.Serve, DiffRun.Steps("""{"do":"handshake","versions":["1.2"],"groups":"P-384:P-256"}"""), "--json");
        Assert.That(result.Code, Is.Zero, result.Error);
        using var document = JsonDocument.Parse(result.Output);
        JsonElement one = document.RootElement.GetProperty("cases")[0];
        foreach (string side in (string[])["a", "b"])
        {
            JsonElement[] events = [.. one.GetProperty(side).EnumerateArray()];
            JsonElement hello = events.Single(e => e.GetProperty("name").GetString() == "ServerHello").GetProperty("facts");
            Assert.That(hello.GetProperty("version").GetString(), Is.EqualTo("1.2"));
            Assert.That(hello.GetProperty("cipher").GetString(), Does.StartWith("TLS_ECDHE_ECDSA_WITH_AES"));
            Assert.That(hello.GetProperty("extensions").GetString(), Does.Contain("renegotiation_info"));
            Assert.That(events.Single(e => e.GetProperty("name").GetString() == "ServerKeyExchange").GetProperty("facts").GetProperty("group").GetString(), Is.EqualTo("secp384r1"));
            Assert.That(events.Last().GetProperty("facts").GetProperty("by").GetString(), Is.EqualTo("FIN"));
        }
    }

    [Test]
    public async Task The_page_shows_both_sides_and_names_the_differences()
    {
        using ScriptedServer a = ScriptedServer.Answering(FatalHandshakeFailure);
        using ScriptedServer b = ScriptedServer.Answering(FatalDecodeError);
        string path = Pki.NewFile(".html");
        Opensslnb.Result result = await DiffRun.RunAsync(a.Target, b.Target, DiffRun.Script("""{"name":"</script><script>alert(1)</script>","steps":[{"do":"hello"},"wait"]}"""), "--page", path);
        Assert.That(result.Code, Is.EqualTo(1), result.Error);
        string page = await File.ReadAllTextAsync(path);
        Assert.That(page, Does.StartWith("<!DOCTYPE html>").And.Contain("Content-Security-Policy").And.Contain("default-src 'none'").And.Contain("OpenSslNb diff"));
        Assert.That(page, Does.Contain("<mark>handshake_failure</mark>").And.Contain("<mark>decode_error</mark>").And.Contain(a.Target).And.Contain(b.Target).And.Contain("2 differences"));
        Assert.That(page, Does.Contain("--crossed:"), "the trace's style");
        Assert.That(page, Does.Not.Contain("<script>alert").And.Not.Contain("{{").And.Not.Contain("http://").And.Not.Contain("https://"));
    }

    [Test]
    public async Task The_page_has_an_event_in_its_own_step_on_its_own_side()
    {
        using ScriptedServer a = ScriptedServer.Answering(FatalHandshakeFailure);
        using ScriptedServer b = ScriptedServer.Answering("16030300");
        string path = Pki.NewFile(".html");
        await DiffRun.RunAsync(a.Target, b.Target, DiffRun.Steps("""{"do":"hello"}, {"do":"wait","until":"alert"}, "wait" """), "--page", path);
        string page = await File.ReadAllTextAsync(path);
        string[] steps = page.Split("<tr class=\"step\">")[1..];
        Assert.That(steps, Has.Length.EqualTo(3));
        Assert.That(steps[0], Does.Match("(?s)<tr class=\"event-alert differs\"><td><b>alert</b>.*handshake_failure.*</td><td class=\"nothing\">nothing</td>"), "a's alert answers the hello");
        Assert.That(steps[0], Does.Match("(?s)<tr class=\"event-end differs\"><td class=\"nothing\">nothing</td><td><b>end</b> .*FIN"), "b's end too");
        Assert.That(steps[1], Does.Not.Contain("\"event-"));
        Assert.That(steps[2], Does.Match("<tr class=\"event-end differs\"><td><b>end</b> .*FIN.*</td><td class=\"nothing\">nothing</td>"), "a's end has been waited for");
    }
}
