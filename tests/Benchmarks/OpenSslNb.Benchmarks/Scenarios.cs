namespace OpenSslNb.Benchmarks;

/// <summary>All scenarios, in the order of the tables.</summary>
internal static class Scenarios
{
    private const string Connections = "--connections";
    private const string Size = "--size";
    private const string Depth = "--depth";

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("handshake", "full handshake, ECDSA P-256", "handshake", "echo", ["handshake", Connections, "16"]) { MakesConnections = true, ShowsVariants = true, Targets = new(0.60, 0.85, 1.00) },
        new("handshake-rsa", "full handshake, RSA-2048", "handshake", "echo-rsa", ["handshake", Connections, "16"]) { MakesConnections = true },
        new("resume", "resumed handshake", "handshake", "echo", ["resume", Connections, "16"]) { MakesConnections = true, Targets = new(0.70, 0.90, 1.00) },
        new("churn", "connect, echo 64 B, close", "connection", "echo", ["churn", Connections, "16"]) { MakesConnections = true },
        Echo("echo-1", "echo 64 B × 1", 64, 1, 1, new(0.50, 0.90, 1.00)),
        Echo("echo-64", "echo 64 B × 64", 64, 64, 1, new(0.50, 0.70, 1.00)) with { ShowsVariants = true },
        Echo("echo-1000", "echo 64 B × 1,000", 64, 1_000, 1, new(0.50, 0.70, 1.00)),
        Echo("echo-deep", "echo 64 B, 16 deep × 16", 64, 16, 16, new(0.75, 0.85, 1.00)),
        Echo("echo-16k", "echo 16 KiB × 64", 16 * 1024, 64, 1, new(0.55, 0.87, 1.00)) with { ShowsVariants = true },
        new("down-1", "bulk down × 1", "MiB", "source", ["down", Connections, "1"]) { Targets = new(0.78, 0.85, 1.00) },
        new("down-16", "bulk down × 16", "MiB", "source", ["down", Connections, "16"]) { ShowsVariants = true, Targets = new(0.75, 0.85, 1.00) },
        new("up-1", "bulk up × 1", "MiB", "sink", ["up", Connections, "1"]) { Targets = new(0.60, 0.85, 1.00) },
        new("up-16", "bulk up × 16", "MiB", "sink", ["up", Connections, "16"]) { ShowsVariants = true, Targets = new(0.70, 0.85, 1.00) },
        new("duplex-1", "duplex × 1", "MiB each way", "duplex", ["duplex", Connections, "1"]) { Targets = new(0.60, 0.80, 1.00) },
        new("posted", "64 B posted by 8 threads", "message", "posted", ["posted", Connections, "1"]) { Targets = new(0.60) },
        new("quiet", "a quiet connection beside handshakes", "echo", "echo", ["paced", "--interval-us", "1000"]) { Kind = ScenarioKind.Quiet },
        new("idle", "10,000 idle connections", "connection", "echo", ["idle", Connections, "10000"]) { Kind = ScenarioKind.Idle, NeedsScale = true, Targets = new(0.25, 0.25, 1.05) },
        Active("active-64", "echo 64 B, 64 connections, all active", 64, 64),
        Active("active-10000", "echo 64 B, 256 active of 10,000, each for 64 messages", 10_000, 256) with { NeedsScale = true, Stay = 64 },
        Active("active-10000-cold", "echo 64 B, 256 active of 10,000, each for one message", 10_000, 256) with { NeedsScale = true },
    ];

    public static Scenario Named(string name) => All.Single(scenario => scenario.Name == name);

    private static Scenario Active(string name, string title, int connections, int active) =>
        new(name, title, "message", "echo", ["active-echo", "--active", $"{active}", Connections, $"{connections}"]) { Kind = ScenarioKind.Scale };

    private static Scenario Echo(string name, string title, int size, int connections, int depth, Targets targets) =>
        new(name, title, "message", "echo", ["echo", Connections, $"{connections}", Size, $"{size}", Depth, $"{depth}"]) { Targets = targets };
}
