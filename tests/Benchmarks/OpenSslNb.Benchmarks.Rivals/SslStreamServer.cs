using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace OpenSslNb.Benchmarks.Rivals;

/// <summary>A server of the kind that one writes with <see cref="SslStream"/> over <see cref="Socket"/>, with all that is known to make it fast.</summary>
internal sealed class SslStreamServer
{
    private readonly SslStreamTuning _tuning;
    private readonly Lazy<PostWorkers> _workers = new();

    private SslStreamServer(SslStreamTuning tuning) => _tuning = tuning;

    public static ServerPorts Start(ReadOnlySpan<string> arguments)
    {
        var parsed = new ServerArguments(arguments, SslStreamTuning.Options);
        var server = new SslStreamServer(SslStreamTuning.From(parsed));
        SslServerAuthenticationOptions ecdsa = Options(Identity.Load(parsed.EcdsaCertificate, parsed.EcdsaKey), parsed.Tickets);
        SslServerAuthenticationOptions rsa = Options(Identity.Load(parsed.RsaCertificate, parsed.RsaKey), parsed.Tickets);
        return new ServerPorts(
            Echo: server.Listen(ecdsa, session => session.EchoAsync()),
            EchoRsa: server.Listen(rsa, session => session.EchoAsync()),
            Source: server.Listen(ecdsa, session => session.SourceAsync()),
            Sink: server.Listen(ecdsa, session => session.SinkAsync(isDuplex: false)),
            Duplex: server.Listen(ecdsa, session => session.SinkAsync(isDuplex: true)),
            Posted: server.Listen(ecdsa, session => session.PostedAsync(server._workers.Value)));
    }

    private static SslServerAuthenticationOptions Options(Identity identity, int tickets)
    {
        if (tickets is not (0 or 2)) Console.Error.WriteLine($"--tickets {tickets} is 2 here: SslStream knows only all or nothing");
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = identity.CreateContext(),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            AllowRenegotiation = false,
            AllowTlsResume = tickets > 0,
        };
    }

    private int Listen(SslServerAuthenticationOptions options, Func<SslStreamSession, Task> protocol)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(4096);
        _ = AcceptAsync(listener, options, protocol);
        return ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    private async Task AcceptAsync(Socket listener, SslServerAuthenticationOptions options, Func<SslStreamSession, Task> protocol)
    {
        while (true)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptAsync(), options, protocol);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                // Gone before it was accepted: its own affair.
                continue;
            }
        }
    }

    private async Task ServeAsync(Socket socket, SslServerAuthenticationOptions options, Func<SslStreamSession, Task> protocol)
    {
        try
        {
            socket.NoDelay = true;
            await using var stream = new SslStream(_tuning.CreateTransport(socket), leaveInnerStreamOpen: false);
            await stream.AuthenticateAsServerAsync(options);
            using var session = new SslStreamSession(stream, _tuning);
            await protocol(session);
            await stream.ShutdownAsync();
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The peer just went away.
            socket.Dispose();
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            socket.Dispose();
        }
    }
}
