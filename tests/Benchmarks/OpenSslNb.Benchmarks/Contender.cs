namespace OpenSslNb.Benchmarks;

/// <summary>Whose cost a ratio is taken to.</summary>
internal enum ContenderRole
{
    /// <summary>This engine.</summary>
    Ours = 0,

    /// <summary><c>SslStream</c> as it comes.</summary>
    SslStream,

    /// <summary><c>SslStream</c> with inline completions, its fastest setting.</summary>
    SslStreamInline,

    /// <summary>The C reference at its best.</summary>
    BestC,

    /// <summary>For comparison only.</summary>
    Other,
}

/// <summary>A server that is measured.</summary>
/// <param name="Name">In tables and on the command line.</param>
/// <param name="Program">Its file, below the folder of what the build made.</param>
/// <param name="Arguments">Beside those that all servers have.</param>
internal sealed record Contender(string Name, string Program, string[] Arguments)
{
    public ContenderRole Role { get; init; }

    /// <summary>Set in its environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>True when it is one of the main contenders, which get all rounds and all scenarios.</summary>
    public bool IsMain { get; init; }

    /// <summary>The scenarios that it is made for; null for all. There it stands for its role.</summary>
    public string[]? OnlyIn { get; init; }

    /// <summary>False when it has threads for more than one core.</summary>
    public bool IsPinned { get; init; } = true;

    /// <summary>True when a turn of its poller costs by all its connections.</summary>
    public bool UsesPoll { get; init; }

    /// <summary>True when it is compiled while it runs, and has to be warm before it is measured.</summary>
    public bool IsJit { get; init; }
}
