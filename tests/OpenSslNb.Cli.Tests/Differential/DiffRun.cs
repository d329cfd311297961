using System.Text.Json;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests.Differential;

/// <summary><c>opensslnb diff</c>, run to its end, and what it found.</summary>
internal static class DiffRun
{
    // Nothing here is silent for so long: what ends a wait is the peer.
    public const string Patience = "20";

    /// <summary>Our own server, to be started.</summary>
    public static string Serve { get; } = $"'{Opensslnb.Program}' serve echo --listen 127.0.0.1:{{port}} --cert '{Pki.ServerFile}' --key '{Pki.ServerKeyFile}'";

    /// <summary>OpenSSL's server, to be started: an echo for lines that read the same from behind.</summary>
    public static string SServer { get; } = $"openssl s_server -accept 127.0.0.1:{{port}} -cert '{Pki.ServerFile}' -key '{Pki.ServerKeyFile}' -rev -quiet";

    /// <summary>A difference that was found: case, step, and what it is about.</summary>
    public readonly record struct Found(string Case, int Step, string What, string? A, string? B);

    public static string Script(string text)
    {
        string path = Pki.NewFile(".json");
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A script of one case.</summary>
    public static string Steps(string steps) => Script($$"""{"cases":[{"name":"one","steps":[{{steps}}]}]}""");

    /// <summary>Fails unless a process has ended, whose number is in the file.</summary>
    public static void AssertGone(string pidFile)
    {
        // Whoever adopts orphans may not have looked after this one yet: it has ended all the same.
        string status = $"/proc/{File.ReadAllText(pidFile).Trim()}/stat";
        Assert.That(() => !File.Exists(status) || File.ReadAllText(status).Split(") ")[^1][0] is 'Z' or 'X', Is.True.After(10_000, 20));
    }

    public static Task<Opensslnb.Result> RunAsync(string a, string b, string script, params string[] more) => Opensslnb.RunAsync(["diff", "--a", a, "--b", b, "--script", script, "--timeout", Patience, .. more]);

    /// <summary>Runs it with <c>--json</c>.</summary>
    public static async Task<Found[]> FindAsync(string a, string b, string script, params string[] more)
    {
        Opensslnb.Result result = await RunAsync(a, b, script, ["--json", .. more]);
        Assert.That(result.Error, Is.Empty);
        using var document = JsonDocument.Parse(result.Output);
        JsonElement root = document.RootElement;
        Found[] found = [.. root.GetProperty("cases").EnumerateArray().SelectMany(c => c.GetProperty("differences").EnumerateArray().Select(d => Read(c.GetProperty("name").GetString()!, d)))];
        Assert.That(root.GetProperty("same").GetBoolean(), Is.EqualTo(found.Length == 0));
        Assert.That(root.GetProperty("differences").GetInt32(), Is.EqualTo(found.Length));
        Assert.That(result.Code, Is.EqualTo(found.Length == 0 ? 0 : 1));
        return found;
    }

    private static Found Read(string name, JsonElement difference) => new(name, difference.GetProperty("step").GetInt32(), difference.GetProperty("what").GetString()!, difference.GetProperty("a").GetString(), difference.GetProperty("b").GetString());
}
