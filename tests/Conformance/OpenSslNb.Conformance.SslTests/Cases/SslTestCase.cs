namespace OpenSslNb.Conformance.SslTests.Cases;

/// <summary>One side's configuration: commands for <c>SSL_CONF_cmd(3)</c>, and what the case adds that those cannot say.</summary>
/// <param name="Commands">In order, without the prefixes that tell several of a kind apart.</param>
/// <param name="Extra">Callbacks and the like, by the names of <c>README.ssltest.md</c>.</param>
internal sealed record SideConfiguration(IReadOnlyList<KeyValuePair<string, string>> Commands, IReadOnlyDictionary<string, string> Extra)
{
    public string? this[string option] => Extra.GetValueOrDefault(option);

    public bool Is(string option, string value) => this[option] == value;
}

/// <summary>One handshake case of OpenSSL's own tests.</summary>
internal sealed record SslTestCase
{
    /// <summary>The file that it is from.</summary>
    public required string File { get; init; }

    /// <summary>As the file names it, its number included.</summary>
    public required string Name { get; init; }

    public required SideConfiguration Server { get; init; }

    public required SideConfiguration Client { get; init; }

    /// <summary>What the server's name callback chooses for the name <c>server2</c>; null when there is none.</summary>
    public SideConfiguration? Server2 { get; init; }

    /// <summary>The second connection's, when the case resumes.</summary>
    public SideConfiguration? ResumeServer { get; init; }

    public SideConfiguration? ResumeClient { get; init; }

    /// <summary>Modes and expectations, by their names in <c>README.ssltest.md</c>.</summary>
    public required IReadOnlyDictionary<string, string> Test { get; init; }

    public string? this[string option] => Test.GetValueOrDefault(option);

    public string HandshakeMode => this["HandshakeMode"] ?? "Simple";

    /// <summary>All sides that the case has.</summary>
    public IEnumerable<SideConfiguration> Sides => new[] { Server, Client, Server2, ResumeServer, ResumeClient }.OfType<SideConfiguration>();

    public int Number(string option, int otherwise) => this[option] is { } text ? int.Parse(text) : otherwise;

    public override string ToString() => $"{File} [{Name}]";
}
