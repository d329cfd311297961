using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary><c>opensslnb trace view</c>: from a trace to a page, or to a sentence that says what is wrong with it.</summary>
public sealed class TraceViewTests
{
    private const string Step = """{"kind":"step","time_ms":1.5,"connection":1,"operation":"Read","result":"Blocked","want":"Read","bytes":0,"queued":0,"before":"Open","after":"Open","duration_ms":0.01}""";

    private static IEnumerable<TestCaseData> BadLines()
    {
        yield return Bad("no JSON", "hello", "JSON object");
        yield return Bad("no object", "[1]", "JSON object");
        yield return Bad("no kind", Step.Replace("\"kind\":\"step\",", ""), "'kind'", "missing");
        yield return Bad("an unknown kind", Step.Replace("\"step\"", "\"stop\""), "'kind'", "step, message, transport or app", "'stop'");
        yield return Bad("a kind that is no string", Step.Replace("\"step\"", "7"), "'kind'", "string");
        yield return Bad("an unknown operation", Step.Replace("\"operation\":\"Read\"", "\"operation\":\"Seek\""), "'operation'", "Handshake or Read or Write or Shutdown", "'Seek'");
        yield return Bad("a want that is a number", Step.Replace("\"want\":\"Read\"", "\"want\":1"), "'want'", "string");
        yield return Bad("a missing result", Step.Replace("\"result\":\"Blocked\",", ""), "'result'", "missing");
        yield return Bad("negative bytes", Step.Replace("\"bytes\":0", "\"bytes\":-1"), "'bytes'", "whole number from 0");
        yield return Bad("a time that is no number", Step.Replace("1.5", "\"soon\""), "'time_ms'", "milliseconds");
        yield return Bad("an unknown event", """{"kind":"app","time_ms":1,"connection":1,"event":"Slept","bytes":0,"queued":0}""", "'event'", "Delivered", "'Slept'");
        yield return Bad("an unknown direction", """{"kind":"message","time_ms":1,"connection":1,"direction":"up","content":"Alert","name":"x","version":"TLS 1.3","length":2}""", "'direction'", "sent or received", "'up'");
    }

    [Test]
    public async Task A_real_trace_becomes_one_page_next_to_it()
    {
        string trace = Pki.NewFile(".jsonl");
        using (ServeProcess server = await ServeProcess.StartAsync("echo", "--trace", trace))
        {
            using TestClient client = await TestClient.ConnectAsync(server.Port);
            await client.EchoAsync(new byte[50_000]);
            await client.CloseWriteAsync();
            await client.ReadToEndAsync();
            Assert.That(await server.StopAsync(), Is.Zero);
        }

        Opensslnb.Result result = await Opensslnb.RunAsync("trace", "view", trace);
        Assert.That(result, Is.EqualTo(new Opensslnb.Result(0, "", "")));
        string page = await File.ReadAllTextAsync(Path.ChangeExtension(trace, ".html"));
        Assert.That(page, Does.StartWith("<!DOCTYPE html>").And.Contain("Content-Security-Policy").And.Contain("default-src 'none'"));
        Assert.That(page, Does.Contain("\"ClientHello\"").And.Contain("\"outcome\":\"CloseNotify\""));
        Assert.That(page, Does.Not.Contain("http://").And.Not.Contain("https://").And.Not.Contain("{{"));
    }

    [Test]
    public async Task The_page_goes_where_o_says()
    {
        string page = Pki.NewFile(".page");
        Opensslnb.Result result = await Opensslnb.RunAsync("trace", "view", WriteTrace(Step), "-o", page);
        Assert.That(result.Code, Is.Zero, result.Error);
        Assert.That(File.Exists(page));
    }

    [Test]
    public async Task What_the_trace_says_cannot_end_the_pages_data()
    {
        string page = Pki.NewFile(".html");
        const string Hostile = """{"kind":"app","time_ms":1,"connection":1,"event":"Closed","bytes":0,"queued":0,"outcome":"LocalError","detail":"</script><script>alert(1)</script>{{style}}"}""";
        Opensslnb.Result result = await Opensslnb.RunAsync("trace", "view", WriteTrace(Hostile), "-o", page);
        Assert.That(result.Code, Is.Zero, result.Error);
        Assert.That(await File.ReadAllTextAsync(page), Does.Not.Contain("<script>alert").And.Contain("alert(1)").And.Contain("{{style}}"));
    }

    [TestCaseSource(nameof(BadLines))]
    public async Task A_line_that_is_none_of_a_trace_is_refused_with_the_file_the_line_and_what_was_expected(string line, string[] named)
    {
        string trace = WriteTrace(Step, line, Step);
        Opensslnb.Result result = await Opensslnb.RunAsync("trace", "view", trace);
        AssertFailed(result, [$"{trace}:2: ", .. named]);
        Assert.That(File.Exists(Path.ChangeExtension(trace, ".html")), Is.False);
    }

    [Test]
    public async Task A_last_line_that_is_cut_off_is_left_out_with_a_word_about_it()
    {
        string trace = Pki.NewFile(".jsonl");
        await File.WriteAllTextAsync(trace, Step + "\n" + Step[..40]);
        Opensslnb.Result result = await Opensslnb.RunAsync("trace", "view", trace);
        Assert.That(result.Code, Is.Zero, result.Error);
        Assert.That(result.Error, Does.Contain(trace).And.Contain("cut off"));
    }

    [Test]
    public async Task A_trace_that_is_not_there_empty_or_would_be_overwritten_is_refused()
    {
        string missing = Pki.NewFile(".jsonl");
        AssertFailed(await Opensslnb.RunAsync("trace", "view", missing), missing);
        string empty = WriteTrace();
        AssertFailed(await Opensslnb.RunAsync("trace", "view", empty), empty, "no event");
        string trace = WriteTrace(Step);
        AssertFailed(await Opensslnb.RunAsync("trace", "view", trace, "-o", trace), trace, "overwrite");
        AssertFailed(await Opensslnb.RunAsync("trace", "view", trace, "-o", Path.Combine(missing, "page.html")), missing);
    }

    private static TestCaseData Bad(string name, string line, params string[] named) => new TestCaseData(line, named).SetArgDisplayNames(name);

    private static void AssertFailed(Opensslnb.Result result, params string[] named)
    {
        Assert.That(result.Code, Is.EqualTo(1), result.Error);
        Assert.That(result.Output, Is.Empty);
        foreach (string name in named) Assert.That(result.Error, Does.Contain(name));
        Opensslnb.AssertNoStackTrace(result.Error);
    }

    private static string WriteTrace(params string[] lines)
    {
        string path = Pki.NewFile(".jsonl");
        File.WriteAllLines(path, lines);
        return path;
    }
}
