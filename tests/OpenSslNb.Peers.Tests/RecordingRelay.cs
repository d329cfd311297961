using System.Net;
using System.Net.Sockets;

namespace OpenSslNb.Peers.Tests;

/// <summary>A TLS record as it passed on the wire.</summary>
/// <param name="Type">ContentType of RFC 8446 §5.1.</param>
/// <param name="Length">Bytes behind its header.</param>
internal readonly record struct WireRecord(byte Type, int Length)
{
    public const byte ApplicationData = 23;

    private const int Header = 5;

    public int WholeLength => Header + Length;

    /// <summary>The whole records at the beginning of what passed in one direction.</summary>
    public static IReadOnlyList<WireRecord> Read(ReadOnlySpan<byte> bytes)
    {
        var records = new List<WireRecord>();
        while (bytes.Length >= Header)
        {
            int length = (bytes[3] << 8) | bytes[4];
            if (bytes.Length < Header + length) break;
            records.Add(new WireRecord(bytes[0], length));
            bytes = bytes[(Header + length)..];
        }

        return records;
    }
}

/// <summary>Stands between one client and a server, forwards all that comes, and keeps it.</summary>
internal sealed class RecordingRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _running;

    public RecordingRelay(int serverPort)
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _running = Task.Run(() => RunAsync(serverPort));
    }

    public int Port { get; }

    public Direction FromClient { get; } = new();

    public Direction FromServer { get; } = new();

    /// <summary>Both sides have closed.</summary>
    public Task EndAsync() => _running.WaitAsync(ExternalProcess.Deadline);

    public void Dispose() => _listener.Dispose();

    private async Task RunAsync(int serverPort)
    {
        using Socket client = await _listener.AcceptSocketAsync();
        client.NoDelay = true;
        using RawClient server = await RawClient.ConnectAsync(serverPort);
        await Task.WhenAll(FromClient.ForwardAsync(client, server.Socket), FromServer.ForwardAsync(server.Socket, client));
    }

    /// <summary>What passed in one direction so far.</summary>
    internal sealed class Direction
    {
        private readonly Lock _gate = new();
        private readonly MemoryStream _bytes = new();

        public byte[] Bytes
        {
            get { lock (_gate) return _bytes.ToArray(); }
        }

        public IReadOnlyList<WireRecord> Records => WireRecord.Read(Bytes);

        /// <summary>Kept before it is forwarded: whoever has got it finds it here.</summary>
        public async Task ForwardAsync(Socket from, Socket to)
        {
            byte[] buffer = new byte[64 * 1024];
            try
            {
                for (int count; (count = await from.ReceiveAsync(buffer)) > 0;)
                {
                    lock (_gate) _bytes.Write(buffer, 0, count);
                    for (int sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                }

                to.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // One of them is gone, so the other is let go.
                from.Close();
                to.Close();
            }
            catch (ObjectDisposedException)
            {
                // The other direction has let them go.
            }
        }
    }
}
