using System.Collections.Concurrent;
using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace OpenSslNb.Cli;

/// <summary><c>opensslnb serve</c>.</summary>
internal static class ServeCommand
{
    // Kept to the end of the process: a second signal that comes while the first has just been obeyed must not become the exit code.
    private static PosixSignalRegistration[] s_signals = [];

    public static Command Create()
    {
        Argument<string> protocol = new Argument<string>("protocol") { Description = "echo, discard or source" }.OneOf(Protocols.Names);
        Option<HostPort> listen = new Option<HostPort>("--listen") { Description = "where to listen; port 0 picks one", Required = true }.At();
        var cert = new Option<string>("--cert") { Description = "certificate chain, PEM", Required = true };
        var key = new Option<string>("--key") { Description = "private key, PEM", Required = true };
        var clientCa = new Option<string?>("--client-ca") { Description = "demand client certificates of these authorities, PEM" };
        Option<int> maximum = new Option<int>("--max-connections") { Description = "most connections at a time", DefaultValueFactory = _ => int.MaxValue }.AtLeast(1);
        Option<int> loops = new Option<int>("--loops") { Description = "number of loops, one thread each", DefaultValueFactory = _ => 1 }.AtLeast(1);
        var shared = new SharedOptions();
        var command = new Command("serve", "A TLS server of a simple protocol.") { protocol, listen, cert, key, clientCa, maximum, loops };
        shared.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using TraceFile? trace = shared.OpenTrace(parsed);
            using KeyLogFile? keyLog = shared.OpenKeyLog(parsed);
            using TlsCertificate certificate = TlsCertificate.FromPemFiles(parsed.GetValue(cert)!, parsed.GetValue(key)!);
            TlsTrust? trust = parsed.GetValue(clientCa) is { } path ? TlsTrust.FromPemFile(path) : null;
            TlsServerOptions options = shared.Apply(parsed, new TlsServerOptions { Certificate = certificate, ClientTrust = trust }, keyLog is null ? null : keyLog.Write);
            using TlsContext context = TlsContext.CreateServer(options);
            DescriptorLimit.Raise();
            int count = parsed.GetValue(loops);
            EventLoop[] eventLoops = [.. Enumerable.Range(0, count).Select(_ => shared.CreateLoop(parsed))];
            var listenerOptions = new TlsListenerOptions { MaximumConnections = parsed.GetValue(maximum), ReusePort = count > 1, Connection = shared.Connection(parsed, trace) };
            try
            {
                return await RunAsync(eventLoops, await ResolveAsync(parsed.GetValue(listen)), context, parsed.GetValue(protocol)!, listenerOptions);
            }
            finally
            {
                foreach (EventLoop loop in eventLoops) loop.Dispose();
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(EventLoop[] loops, IPEndPoint endPoint, TlsContext context, string protocol, TlsListenerOptions options)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        s_signals = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal)];
        var live = new ConcurrentDictionary<TlsConnection, Protocols.ProtocolHandler>();
        var listeners = new List<TlsListener>();
        int admitted = 0;
        foreach (EventLoop loop in loops)
        {
            loop.UnhandledCallbackException += e => Console.Error.WriteLine($"opensslnb: {e.Message}");
            listeners.Add(TlsListener.Start(loop, endPoint, context, Accept, options));

            // The port that the first one got is everybody's.
            endPoint = listeners[0].EndPoint;
        }

        Console.Out.WriteLine($"listening on {endPoint}");
        await Console.Out.FlushAsync();
        await stop.Task;
        listeners.ForEach(l => l.Dispose());
        foreach ((TlsConnection connection, Protocols.ProtocolHandler handler) in live) connection.Loop.Post(() => handler.Finish(connection));
        await Task.WhenAny(Task.WhenAll(live.Keys.Select(c => c.Closed)), Task.Delay(options.Connection.ShutdownTimeout));
        return ExitCode.Ok;

        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.TrySetResult();
        }

        TlsConnectionHandler Accept(TlsConnection connection)
        {
            Protocols.ProtocolHandler handler = Protocols.Create(protocol, options.Connection.OutboundLimit);
            live[connection] = handler;

            // A listener knows of its own connections alone; the limit is for all of them.
            bool refused = loops.Length > 1 && Interlocked.Increment(ref admitted) > options.MaximumConnections;
            if (refused || stop.Task.IsCompleted) connection.Dispose();
            connection.Closed.ContinueWith(_ => Forget(connection), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return handler;
        }

        void Forget(TlsConnection connection)
        {
            live.TryRemove(connection, out _);
            Interlocked.Decrement(ref admitted);
        }
    }

    private static async Task<IPEndPoint> ResolveAsync(HostPort listen)
    {
        (string host, int port) = listen;
        if (IPAddress.TryParse(host, out IPAddress? address)) return new IPEndPoint(address, port);
        try
        {
            return new IPEndPoint((await Dns.GetHostAddressesAsync(host))[0], port);
        }
        catch (SocketException e)
        {
            throw new IOException($"the name '{host}' of --listen could not be resolved: {e.Message}", e);
        }
    }
}
