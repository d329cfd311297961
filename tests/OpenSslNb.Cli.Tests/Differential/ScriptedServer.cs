using System.Net;
using System.Net.Sockets;

namespace OpenSslNb.Cli.Tests.Differential;

/// <summary>A server that does the same to every client, TLS or not: acts, ends as it is told to, and takes the next one.</summary>
internal sealed class ScriptedServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly TaskCompletionSource _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _clients;

    private ScriptedServer(Func<Socket, Task> act)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _ = Task.Run(() => RunAsync(act));
    }

    public string Target => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}";

    /// <summary>How many it has accepted.</summary>
    public int Clients => Volatile.Read(ref _clients);

    /// <summary>Completes with the first client.</summary>
    public Task Accepted => _accepted.Task.WaitAsync(RunningProcess.Deadline);

    /// <summary>Answers the first record with these bytes, and ends with FIN, or with RST.</summary>
    public static ScriptedServer Answering(string hex, bool resets = false) => new(async socket =>
    {
        await ReadRecordAsync(socket);
        await socket.SendAsync(Convert.FromHexString(hex));
        if (resets)
        {
            // The client has the bytes, and RST comes after them.
            socket.LingerState = new LingerOption(true, 0);
            return;
        }

        socket.Shutdown(SocketShutdown.Send);
        await ReadToEndAsync(socket);
    });

    /// <summary>Resets every connection as soon as it has it.</summary>
    public static ScriptedServer Resetting() => new(socket =>
    {
        socket.LingerState = new LingerOption(true, 0);
        return Task.CompletedTask;
    });

    /// <summary>Says nothing, ever.</summary>
    public static ScriptedServer Silent() => new(ReadToEndAsync);

    public void Dispose() => _listener.Dispose();

    private async Task RunAsync(Func<Socket, Task> act)
    {
        while (true)
        {
            using Socket socket = await _listener.AcceptAsync();
            Interlocked.Increment(ref _clients);
            _accepted.TrySetResult();
            await act(socket);
        }
    }

    private static async Task ReadRecordAsync(Socket socket)
    {
        byte[] header = await ReadAsync(socket, 5);
        await ReadAsync(socket, (header[3] << 8) | header[4]);
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        for (int done = 0; done < count;)
        {
            int read = await socket.ReceiveAsync(bytes.AsMemory(done));
            if (read == 0) throw new EndOfStreamException();
            done += read;
        }

        return bytes;
    }

    private static async Task ReadToEndAsync(Socket socket)
    {
        byte[] buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer) > 0) continue;
    }
}
