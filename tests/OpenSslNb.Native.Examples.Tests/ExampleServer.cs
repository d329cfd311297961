using NUnit.Framework;
using OpenSslNb.Peers.Tests;

namespace OpenSslNb.Native.Examples.Tests;

/// <summary>An example that listens, under whatever watches it.</summary>
internal sealed class ExampleServer : IAsyncDisposable
{
    private readonly ServerProgram _program;

    private ExampleServer(ServerProgram program) => _program = program;

    /// <summary>The echo servers, by the names of their files.</summary>
    public static IEnumerable<string> EchoServers => ["echo_server", "uv_echo_server", "cpp_echo"];

    public int Port => _program.Port;

    public ExternalProcess Process => _program.Process;

    /// <summary>An echo server that was built with the archive.</summary>
    public static Task<ExampleServer> StartEchoAsync(string name) => StartAsync(Archive.Program(name), EchoArguments(name));

    public static IEnumerable<string> EchoArguments(string name) => [.. name == "cpp_echo" ? ["serve"] : Array.Empty<string>(), "0", Archive.Certificate, Archive.Key];

    /// <summary>Any program that says where it listens.</summary>
    public static async Task<ExampleServer> StartAsync(string program, params IEnumerable<string> arguments) =>
        new(await ServerProgram.StartAsync(ExternalProcess.Start(program, program, arguments), "listening on 127.0.0.1:"));

    /// <summary>Asks it to end, and expects that it does so well. What it wrote to standard error.</summary>
    public async Task<string> StopAsync()
    {
        await Tool.RunAsync("sh", "dash", "-c", $"kill -TERM {Process.Id}");
        int code = await Process.ExitAsync();
        string words = System.Text.Encoding.UTF8.GetString(Process.Error.ToArray());
        Assert.That(code, Is.Zero, words);
        return words;
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
