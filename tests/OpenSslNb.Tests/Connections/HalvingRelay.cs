using System.Net;
using System.Net.Sockets;

namespace OpenSslNb.Tests.Connections;

/// <summary>Between a client and a server: passes everything, until it is told to keep what comes to the server after so many bytes.</summary>
internal sealed class HalvingRelay : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly TaskCompletionSource _holding = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Socket? _client;
    private int _passes = int.MaxValue;

    public HalvingRelay(IPEndPoint server)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _ = RunAsync(server);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Completes when something is kept.</summary>
    public Task IsHolding => _holding.Task;

    public void HoldBackAfter(int bytes) => Volatile.Write(ref _passes, bytes);

    public void LetGo() => _released.TrySetResult();

    public void Dispose()
    {
        _released.TrySetResult();
        _listener.Dispose();
        _server.Dispose();
        _client?.Dispose();
    }

    private async Task RunAsync(IPEndPoint server)
    {
        try
        {
            _client = await _listener.AcceptAsync();
            _client.NoDelay = true;
            await _server.ConnectAsync(server);
            await Task.WhenAll(CopyAsync(_server, _client), HoldBackAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end of the test; whoever still waits is told why.
            _holding.TrySetException(e);
        }
    }

    private async Task HoldBackAsync()
    {
        byte[] buffer = new byte[64 * 1024];
        while (await _client!.ReceiveAsync(buffer) is > 0 and int count)
        {
            int passes = Math.Min(count, Volatile.Read(ref _passes));
            await _server.SendAsync(buffer.AsMemory(0, passes));
            if (Volatile.Read(ref _passes) != int.MaxValue) Volatile.Write(ref _passes, _passes - passes);
            if (passes == count) continue;
            _holding.TrySetResult();
            await _released.Task;
            Volatile.Write(ref _passes, int.MaxValue);
            await _server.SendAsync(buffer.AsMemory(passes, count - passes));
        }

        _server.Shutdown(SocketShutdown.Send);
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[64 * 1024];
        while (await from.ReceiveAsync(buffer) is > 0 and int count) await to.SendAsync(buffer.AsMemory(0, count));
        to.Shutdown(SocketShutdown.Send);
    }
}
