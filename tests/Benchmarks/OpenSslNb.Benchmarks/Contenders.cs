namespace OpenSslNb.Benchmarks;

/// <summary>All contenders, in the order of the tables.</summary>
internal static class Contenders
{
    private const string EngineJit = "bin/OpenSslNb.Benchmarks.EngineServer/release/OpenSslNb.Benchmarks.EngineServer";
    private const string EngineAot = "aot-bench/OpenSslNb.Benchmarks.EngineServer";
    private const string Rivals = "bin/OpenSslNb.Benchmarks.Rivals/release/OpenSslNb.Benchmarks.Rivals";
    private const string NativeServer = "native-bench/server";

    private static readonly Dictionary<string, string> s_inline = new() { ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1" };

    private static readonly string[] s_idle = ["idle"];

    public static IReadOnlyList<Contender> All { get; } =
    [
        Engine("engine", EngineAot, "buffered", "epoll") with { IsMain = true },
        Engine("engine-jit", EngineJit, "buffered", "epoll") with { IsMain = true, IsJit = true },
        new("sslstream", Rivals, ["sslstream"]) { Role = ContenderRole.SslStream, IsMain = true, IsJit = true },
        new("sslstream-inline", Rivals, ["sslstream"]) { Role = ContenderRole.SslStreamInline, Environment = s_inline, IsMain = true, IsJit = true },
        new("kestrel", Rivals, ["kestrel"]) { Role = ContenderRole.Other, IsMain = true, IsJit = true },
        new("c", NativeServer, ["--mode", "gathered", "--known-pid", "--tickets", "1"]) { Role = ContenderRole.BestC, IsMain = true },
        new("c-plain", NativeServer, ["--mode", "plain", "--tickets", "1"]) { Role = ContenderRole.Other, IsMain = true },
        Engine("engine-poll", EngineAot, "buffered", "poll"),
        Engine("engine-fd", EngineAot, "fd", "epoll"),
        Engine("engine-fd-poll", EngineAot, "fd", "poll"),
        Engine("engine-jit-poll", EngineJit, "buffered", "poll") with { IsJit = true },
        Engine("engine-jit-fd", EngineJit, "fd", "epoll") with { IsJit = true },
        Engine("engine-jit-fd-poll", EngineJit, "fd", "poll") with { IsJit = true },
        Engine("engine-memory", EngineAot, "buffered", "epoll", "memory") with { OnlyIn = s_idle },
        Engine("engine-speed", EngineAot, "buffered", "epoll", "speed") with { OnlyIn = s_idle },
        new("sslstream-idle", Rivals, ["sslstream", "--idle-buffers", "returned"]) { Role = ContenderRole.SslStream, OnlyIn = s_idle, IsJit = true },
        new("sslstream-idle-inline", Rivals, ["sslstream", "--idle-buffers", "returned"]) { Role = ContenderRole.SslStreamInline, Environment = s_inline, OnlyIn = s_idle, IsJit = true },
        new("c-release", NativeServer, ["--mode", "gathered", "--known-pid", "--release-buffers", "--tickets", "1"]) { Role = ContenderRole.BestC, OnlyIn = s_idle },
        Engine("engine-two-tickets", EngineAot, "buffered", "epoll").And("--tickets", "2") with { OnlyIn = ["handshake", "resume"] },
        Engine("engine-two-loops", EngineAot, "buffered", "epoll").And("--loops", "2") with { OnlyIn = ["handshake"], IsPinned = false },
        Engine("engine-spin", EngineAot, "buffered", "epoll").And("--spin-us", "50") with { OnlyIn = ["echo-1"] },
    ];

    public static Contender Named(string name) => All.Single(contender => contender.Name == name);

    private static Contender Engine(string name, string program, string transport, string poller, string policy = "balanced") =>
        new(name, program, ["--transport", transport, "--poller", poller, "--policy", policy]) { UsesPoll = poller == "poll" };

    private static Contender And(this Contender contender, params string[] arguments) => contender with { Arguments = [.. contender.Arguments, .. arguments] };
}
