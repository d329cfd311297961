using System.Net;
using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Servers with one context per loop: a client that comes again may be dealt to another loop.</summary>
[TestFixture(TlsProtocol.Tls12)]
[TestFixture(TlsProtocol.Tls13)]
public sealed class TicketKeyTests(TlsProtocol protocol)
{
    [Test]
    public async Task A_session_of_one_context_is_resumed_by_those_that_share_its_ticket_keys_and_by_no_other()
    {
        using var bench = new Bench(new World(TransportKind.Buffered, PollerKind.Epoll, protocol));
        var options = (TlsServerOptions)bench.Server.Options;
        using TlsContext sharing = TlsContext.CreateServer(options with { TicketKeysOf = bench.Server });
        using TlsContext grandchild = TlsContext.CreateServer(options with { TicketKeysOf = sharing });
        using TlsContext other = TlsContext.CreateServer(options);
        Assert.That(await IsResumedAsync(bench, bench.Server), Is.True);
        Assert.That(await IsResumedAsync(bench, sharing), Is.True);
        Assert.That(await IsResumedAsync(bench, grandchild), Is.True);
        Assert.That(await IsResumedAsync(bench, other), Is.False);
    }

    [Test]
    public void Ticket_keys_of_a_context_that_is_gone_are_refused()
    {
        using TlsCertificate certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));
        TlsContext gone = TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate });
        gone.Dispose();
        int before = NativeLive.Context;
        Assert.Throws<ObjectDisposedException>(() => TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate, TicketKeysOf = gone }));
        Assert.That(NativeLive.Context, Is.EqualTo(before));
    }

    // A session that the bench's server has given, offered to another context.
    private static async Task<bool> IsResumedAsync(Bench bench, TlsContext second)
    {
        using TlsListener first = Listen(bench, bench.Server);
        using TlsListener again = Listen(bench, second);
        var handler = new RecordingHandler();
        TlsConnection connection = await bench.ConnectAsync(first, handler);

        // Tickets of TLS 1.3 come before the first data.
        connection.Send("hello"u8);
        await Eventually.BecomesTrue(() => handler.ReceivedLength == 5, "the echo");
        SafeSslSessionHandle? session = await bench.Loop.AskAsync(connection.Driver.TakeSession);
        using (session)
        {
            var options = new TlsConnectOptions { Connection = bench.Connection, Session = session };
            using TlsConnection resumed = await TlsConnector.ConnectAsync(bench.Loop, "127.0.0.1", again.EndPoint.Port, bench.Client, new RecordingHandler(), options).WaitAsync(Bench.Deadline);
            return resumed.Info!.IsResumed;
        }
    }

    private static TlsListener Listen(Bench bench, TlsContext context) =>
        TlsListener.Start(bench.Loop, new IPEndPoint(IPAddress.Loopback, 0), context, _ => new EchoHandler(), new TlsListenerOptions { Connection = bench.Connection });
}
