using System.Text.Json;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary>One line of <c>--trace</c> that is a step.</summary>
internal sealed record TraceLine(double Time, long Connection, string Operation, string Result, string Want, int Bytes, long Queued, string Before, string After)
{
    /// <summary>Reads the steps among the lines; a step that is no JSON object with exactly these members, or a line of no known kind, fails.</summary>
    public static List<TraceLine> ReadFile(string path) => [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).Where(IsStep).Select(Parse)];

    private static bool IsStep(JsonElement line)
    {
        string kind = line.GetProperty("kind").GetString()!;
        Assert.That(kind, Is.AnyOf("step", "message", "transport", "app"));
        return kind == "step";
    }

    private static TraceLine Parse(JsonElement root)
    {
        Assert.That(root.EnumerateObject().Select(p => p.Name), Is.EqualTo((string[])["kind", "time_ms", "connection", "operation", "result", "want", "bytes", "queued", "before", "after", "duration_ms"]), root.ToString());
        string Word(string name) => root.GetProperty(name).GetString()!;
        return new TraceLine(
            root.GetProperty("time_ms").GetDouble(),
            root.GetProperty("connection").GetInt64(),
            Word("operation"),
            Word("result"),
            Word("want"),
            root.GetProperty("bytes").GetInt32(),
            root.GetProperty("queued").GetInt64(),
            Word("before"),
            Word("after"));
    }
}

public sealed class TraceTests
{
    [Test]
    public async Task Each_step_of_each_connection_is_a_line_of_json_that_tells_the_whole_story()
    {
        string path = Pki.NewFile(".jsonl");
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--trace", path, "--loops", "2");
        byte[] sent = new byte[300_000];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            using TestClient client = await TestClient.ConnectAsync(server.Port);
            await client.EchoAsync(sent);
            await client.CloseWriteAsync();
            await client.ReadToEndAsync();
            await client.Wire.ReadToFinAsync();
        }));
        Assert.That(await server.StopAsync(), Is.Zero);
        IGrouping<long, TraceLine>[] connections = [.. TraceLine.ReadFile(path).GroupBy(line => line.Connection)];
        Assert.That(connections, Has.Length.EqualTo(4));
        foreach (IGrouping<long, TraceLine> connection in connections) AssertStory([.. connection], sent.Length);
    }

    [Test]
    public async Task Connect_traces_its_steps_too()
    {
        string path = Pki.NewFile(".jsonl");
        using ServeProcess server = await ServeProcess.StartAsync("echo");
        using RunningProcess connect = Opensslnb.Start("connect", $"127.0.0.1:{server.Port}", "--ca", Pki.AuthorityFile, "--trace", path);
        byte[] sent = new byte[300_000];
        await connect.WriteInputAsync(sent);
        connect.CloseInput();
        Assert.That(await connect.WaitForExitAsync(), Is.Zero, connect.Error.Text);
        AssertStory(TraceLine.ReadFile(path), sent.Length);
    }

    private static void AssertStory(List<TraceLine> lines, int bytes)
    {
        Assert.That(lines.Select(l => l.Time), Is.Ordered);
        Assert.That(lines[0], Has.Property("Operation").EqualTo("Handshake").And.Property("Before").EqualTo("Handshaking"));
        Assert.That(lines.Skip(1).Zip(lines, (next, line) => next.Before == line.After), Is.All.True, "each step begins where the one before ended");
        Assert.That(lines[^1].After, Is.EqualTo("Closed"));
        Assert.That(Sum("Read"), Is.EqualTo(bytes));
        Assert.That(Sum("Write"), Is.EqualTo(bytes));
        Assert.That(lines.Where(l => l.Result == "Blocked").Select(l => l.Want), Is.Not.Empty.And.All.EqualTo("Read").Or.EqualTo("Write"));
        Assert.That(lines.Where(l => l.Result != "Blocked").Select(l => l.Want), Is.All.EqualTo("None"));

        long Sum(string operation) => lines.Where(l => l.Operation == operation && l.Result == "Done").Sum(l => (long)l.Bytes);
    }
}
