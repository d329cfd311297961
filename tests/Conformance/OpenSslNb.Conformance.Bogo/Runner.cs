using System.Text.Json.Nodes;

namespace OpenSslNb.Conformance.Bogo;

/// <summary>A runner that <c>tests/Conformance/bogo/fetch.sh</c> has compiled.</summary>
/// <param name="Folder">Where it has put it.</param>
internal sealed record Runner(string Folder)
{
    /// <summary>The program.</summary>
    public string Program => Path.Combine(Folder, "runner");

    /// <summary>Where it finds its certificates.</summary>
    public string Source => Path.Combine(Folder, "source");

    /// <summary>As fetch.sh names it.</summary>
    public string Name => Path.GetFileName(Folder.TrimEnd(Path.DirectorySeparatorChar));

    /// <summary>The archive that it is of.</summary>
    public string Archive => File.ReadAllText(Path.Combine(Folder, "version")).Trim();

    /// <summary>True where a shim may have several words for what BoringSSL has one error for; older runners take one.</summary>
    public bool TakesSeveralWords => File.ReadAllText(Path.Combine(Source, "runner.go")).Contains("ErrorMap map[string][]string", StringComparison.Ordinal);

    /// <summary>What the runner must know of the shims, in its own form. Where it takes one word for an error and OpenSSL has several, it gets none, and must not insist (<c>-loose-errors</c>).</summary>
    /// <exception cref="FormatException">The configuration is malformed.</exception>
    public static string ConfigOf(string config, bool takesSeveralWords)
    {
        JsonObject root = JsonNode.Parse(config)!.AsObject();
        JsonObject errors = root["ErrorMap"] as JsonObject ?? throw new FormatException("the shims' configuration has no 'ErrorMap'");
        foreach ((string error, JsonNode? words) in errors.ToArray())
        {
            JsonArray all = words as JsonArray ?? throw new FormatException($"'ErrorMap' has no list of words for {error}");
            if (takesSeveralWords) continue;
            if (all is [var only]) errors[error] = only!.DeepClone();
            else errors.Remove(error);
        }

        return root.ToJsonString();
    }
}
