using System.Text.Json;
using System.Text.Json.Serialization;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Whose TLS a script uses.</summary>
public enum Script
{
    Python,
    Node,
}

/// <summary>What a script is told, as JSON; what is null it is not told.</summary>
internal sealed record ScriptSettings
{
    public int? Port { get; init; }

    public string? Version { get; init; }

    /// <summary>A file with what it trusts.</summary>
    public string? Authority { get; init; }

    /// <summary>A file with its own certificate.</summary>
    public string? Certificate { get; init; }

    public string? Key { get; init; }

    /// <summary>Whom a client means to reach; the only one whom a server knows.</summary>
    public string? Name { get; init; }

    public string[]? Protocols { get; init; }

    /// <summary>A client offers, and a server knows, authentication after the handshake.</summary>
    public bool? PostHandshake { get; init; }

    /// <summary>What a server wants of clients' certificates: <c>optional</c> or <c>required</c>.</summary>
    public string? ClientCertificates { get; init; }

    public string? Identity { get; init; }

    /// <summary>Hexadecimal.</summary>
    public string? PreSharedKey { get; init; }

    /// <summary>Label of 32 bytes of keying material that are to be said.</summary>
    public string? ExportLabel { get; init; }

    /// <summary>A client asks for the certificate's status.</summary>
    public bool? AsksStatus { get; init; }

    /// <summary>A file with the status that a server staples.</summary>
    public string? Status { get; init; }

    /// <summary>A file for the secrets of its connections.</summary>
    public string? KeyLog { get; init; }
}

/// <summary>Clients and servers in other languages, which say line by line what they see: <c>opened</c>, <c>alpn</c>, <c>reused</c>, <c>received</c>, <c>fault</c> and more.</summary>
internal static class ScriptPeers
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>A client: each line of its standard input is sent, an empty one begins the next connection, the end closes.</summary>
    public static ExternalProcess Client(Script script, FeatureBench bench, int port, ScriptSettings? settings = null)
    {
        settings ??= new ScriptSettings();
        return Start(script, "feature_client", bench.World, settings with { Port = port, Authority = settings.Authority ?? bench.RootFile, Name = settings.Name ?? "localhost" });
    }

    /// <summary>An echo, with the bench's certificate unless told otherwise.</summary>
    public static Task<ServerProgram> ServerAsync(Script script, FeatureBench bench, ScriptSettings? settings = null)
    {
        settings ??= new ScriptSettings();
        if (settings.Certificate is null && settings.PreSharedKey is null)
        {
            (string certificate, string key) = bench.WritePair("server", bench.Issued);
            settings = settings with { Certificate = certificate, Key = key };
        }

        return ServerProgram.StartAsync(Start(script, "feature_server", bench.World, settings with { Authority = settings.Authority ?? bench.RootFile }), "listening on ");
    }

    private static ExternalProcess Start(Script script, string name, World world, ScriptSettings settings)
    {
        string version = script == Script.Python ? world.Version("TLSv1_2", "TLSv1_3") : world.Version("TLSv1.2", "TLSv1.3");
        string json = JsonSerializer.Serialize(settings with { Version = version }, s_json);
        return script == Script.Python
            ? ExternalProcess.Start("python3", "python3", Scripts.PathOf($"{name}.py"), json)
            : ExternalProcess.Start("node", "nodejs", Scripts.PathOf($"{name}.js"), json);
    }
}
