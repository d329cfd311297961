using System.Net;
using System.Net.Sockets;

namespace OpenSslNb.Peers.Tests.Probing;

/// <summary>A TCP server whose manners are a function of the connection. Connections are served side by side unless told otherwise.</summary>
internal sealed class PlantedServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;

    public PlantedServer(Func<Socket, CancellationToken, Task> serve, bool oneAtATime = false, Func<int, bool>? endsAfter = null)
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _running = Task.Run(() => AcceptAsync(serve, oneAtATime, endsAfter ?? (_ => false)));
    }

    public int Port { get; }

    public void Dispose()
    {
        _end.Cancel();
        _running.Wait(ExternalProcess.Deadline);
        _listener.Stop();
        _end.Dispose();
    }

    private async Task AcceptAsync(Func<Socket, CancellationToken, Task> serve, bool oneAtATime, Func<int, bool> endsAfter)
    {
        var all = new List<Task>();
        try
        {
            for (int count = 1; ; count++)
            {
                Socket socket = await _listener.AcceptSocketAsync(_end.Token);
                socket.NoDelay = true;
                Task one = ServeAsync(serve, socket);
                all.Add(one);
                if (oneAtATime || endsAfter(count)) await one;
                if (!endsAfter(count)) continue;
                _listener.Stop();
                break;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // Disposed.
        }

        await Task.WhenAll(all);
    }

    private async Task ServeAsync(Func<Socket, CancellationToken, Task> serve, Socket socket)
    {
        using (socket)
        {
            try
            {
                await serve(socket, _end.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // The client is gone, or the test is over.
            }
        }
    }
}

/// <summary>An echo over our machine, with I/O of its own, so that it can have any manners.</summary>
internal sealed class Manners
{
    /// <summary>What becomes of an alert that ends the connection.</summary>
    public enum AfterFailure
    {
        SendsAndCloses,
        SaysNothingAndCloses,
        SaysNothingAndWaits,
        SendsAndWaits,
    }

    public AfterFailure Failing { get; init; }

    /// <summary>close_notify is answered with close_notify.</summary>
    public bool AnswersCloseNotify { get; init; } = true;

    /// <summary>The end of the client's stream ends the connection.</summary>
    public bool SeesEndOfStream { get; init; } = true;

    /// <summary>Nothing is heard that comes behind the handshake.</summary>
    public bool IsDeafAfterHandshake { get; init; }

    /// <summary>What of a read is taken for TLS: a server that thinks that a <c>recv</c> is a record, for one.</summary>
    public Func<byte[], byte[]?> Understands { get; init; } = bytes => bytes;

    /// <summary>What is sent of our records.</summary>
    public Func<byte[], byte[]> Says { get; init; } = bytes => bytes;

    public async Task ServeAsync(TlsContext context, Socket socket, CancellationToken cancellation)
    {
        using var machine = new SslMachine(context);
        byte[] buffer = new byte[64 * 1024];
        while (true)
        {
            int count = await socket.ReceiveAsync(buffer, cancellation);
            if (count == 0 && !SeesEndOfStream) await Task.Delay(Timeout.Infinite, cancellation);
            if (count == 0) return;
            if (IsDeafAfterHandshake && machine.Info is not null) continue;
            if (Understands(buffer[..count]) is not { } understood) return;
            machine.Feed(understood);
            Echo(machine);
            if (machine.State == ConnectionState.PeerClosed && AnswersCloseNotify) machine.Shutdown();
            bool hasFailed = machine.State == ConnectionState.Failed;
            if (hasFailed && Failing == AfterFailure.SaysNothingAndWaits) await Task.Delay(Timeout.Infinite, cancellation);
            if (hasFailed && Failing == AfterFailure.SaysNothingAndCloses) return;
            byte[] output = Says(machine.Output.ToArray());
            machine.SkipOutput(machine.Output.Length);
            if (output.Length > 0) await socket.SendAsync(output, cancellation);
            if (hasFailed && Failing == AfterFailure.SendsAndWaits) await Task.Delay(Timeout.Infinite, cancellation);
            if (hasFailed || machine.State is ConnectionState.Closed or ConnectionState.PeerClosed) return;
        }
    }

    private static void Echo(SslMachine machine)
    {
        byte[] plaintext = new byte[16 * 1024];
        SslStep step;
        while ((step = machine.Read(plaintext)).IsDone) machine.Write(plaintext.AsSpan(0, step.Bytes));
        if (machine.State == ConnectionState.Open) machine.Flush();
    }
}
