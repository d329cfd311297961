using System.Net;
using System.Net.Sockets;
using System.Text;

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

    /// <summary>Bytes of a read at most. What comes byte by byte may be together when it is read.</summary>
    public int ReadSize { get; init; } = 64 * 1024;

    /// <summary>Takes whatever comes behind the handshake for a request, answers it, and closes in good order.</summary>
    public bool ServesAnything { get; init; }

    /// <summary>Closes in good order once so much was echoed.</summary>
    public int EndsBehind { get; init; } = int.MaxValue;

    /// <summary>Nothing is heard any more behind so many reads.</summary>
    public int HearsReads { get; init; } = int.MaxValue;

    /// <summary>What becomes of a client that is not heard any more: waited for, or given up.</summary>
    public bool GivesUp { get; init; }

    /// <summary>Says something first.</summary>
    public bool Greets { get; init; }

    /// <summary>Is told what the application is sent, as ASCII.</summary>
    public Action<string> Hears { get; init; } = _ => { };

    /// <summary>What is sent of our records.</summary>
    public Func<byte[], byte[]> Says { get; init; } = bytes => bytes;

    public async Task ServeAsync(TlsContext context, Socket socket, CancellationToken cancellation)
    {
        using var machine = new SslMachine(context);
        byte[] buffer = new byte[ReadSize];
        int echoed = 0;
        int reads = 0;
        bool hasGreeted = false;
        while (true)
        {
            int count = await socket.ReceiveAsync(buffer, cancellation);
            if (count == 0 && !SeesEndOfStream) await Task.Delay(Timeout.Infinite, cancellation);
            if (count == 0) return;
            if (++reads > HearsReads && GivesUp) return;
            if (reads > HearsReads) continue;
            if (IsDeafAfterHandshake && machine.Info is not null) continue;
            if (Understands(buffer[..count]) is not { } understood) return;
            bool isServed = Feed(machine, understood);
            if (isServed) machine.Write("done"u8);
            else echoed += Echo(machine);
            if (Greets && !hasGreeted && machine.Info is not null) hasGreeted = machine.Write("hello"u8).IsDone;
            if (isServed || echoed >= EndsBehind) machine.Shutdown();
            if (machine.State == ConnectionState.PeerClosed && AnswersCloseNotify) machine.Shutdown();
            bool hasFailed = machine.State == ConnectionState.Failed;
            if (hasFailed && Failing == AfterFailure.SaysNothingAndWaits) await Task.Delay(Timeout.Infinite, cancellation);
            if (hasFailed && Failing == AfterFailure.SaysNothingAndCloses)
            {
                await EndAsync(socket, buffer, cancellation);
                return;
            }

            byte[] output = Says(machine.Output.ToArray());
            machine.SkipOutput(machine.Output.Length);
            if (output.Length > 0) await socket.SendAsync(output, cancellation);
            if (hasFailed && Failing == AfterFailure.SendsAndWaits) await Task.Delay(Timeout.Infinite, cancellation);
            if (isServed || echoed >= EndsBehind || hasFailed || machine.State is ConnectionState.Closed or ConnectionState.PeerClosed) return;
        }
    }

    // FIN, and no RST because of what the client has sent meanwhile.
    private static async Task EndAsync(Socket socket, byte[] buffer, CancellationToken cancellation)
    {
        socket.Shutdown(SocketShutdown.Send);
        while (await socket.ReceiveAsync(buffer, cancellation) > 0) continue;
    }

    // Record by record where it matters: one read may have the end of the handshake and what comes behind it.
    private bool Feed(SslMachine machine, byte[] bytes)
    {
        const int Header = 5;
        if (!ServesAnything) machine.Feed(bytes);
        for (int at = 0; ServesAnything && at < bytes.Length;)
        {
            if (machine.Info is not null) return true;
            int length = Math.Min(Header + ((bytes[at + 3] << 8) | bytes[at + 4]), bytes.Length - at);
            machine.Feed(bytes.AsSpan(at, length));
            machine.Read(new byte[Header]);
            at += length;
        }

        return false;
    }

    private int Echo(SslMachine machine)
    {
        byte[] plaintext = new byte[16 * 1024];
        int count = 0;
        for (SslStep step; (step = machine.Read(plaintext)).IsDone; count += step.Bytes)
        {
            Hears(Encoding.ASCII.GetString(plaintext, 0, step.Bytes));
            machine.Write(plaintext.AsSpan(0, step.Bytes));
        }

        if (machine.State == ConnectionState.Open) machine.Flush();
        return count;
    }
}
