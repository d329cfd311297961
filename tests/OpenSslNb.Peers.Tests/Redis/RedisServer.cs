using StackExchange.Redis;

namespace OpenSslNb.Peers.Tests.Redis;

/// <summary>Debian's redis-server on loopback, without a disk.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly ServerProgram _program;
    private bool _isStopped;

    private RedisServer(ServerProgram program, ConnectionMultiplexer connection)
    {
        _program = program;
        Connection = connection;
    }

    public ConnectionMultiplexer Connection { get; }

    public string EndPoint => $"127.0.0.1:{_program.Port}";

    public static async Task<RedisServer> StartAsync()
    {
        ServerProgram program = await ServerProgram.StartAsync(
            port => ExternalProcess.StartLineBuffered("redis-server", "redis-server", "--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "/"),
            "Ready to accept connections",
            onOutput: true);
        return new RedisServer(program, await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{program.Port},abortConnect=false,syncTimeout=2000,asyncTimeout=2000"));
    }

    /// <summary>Ends the server; the connection to it stays.</summary>
    public async ValueTask StopAsync()
    {
        if (_isStopped) return;
        _isStopped = true;
        await _program.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await StopAsync();
    }
}
