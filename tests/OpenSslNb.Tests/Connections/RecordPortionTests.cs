using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

/// <summary>However many records have come when the loop looks, and whoever holds them then (kernel, transport or OpenSSL): all are delivered, and nothing waits for the poller that the poller cannot see.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class RecordPortionTests(World world)
{
    [Test]
    public async Task Records_that_come_together_are_delivered_together_small_or_large()
    {
        using var bench = new Bench(world);
        var server = new RecordingHandler();
        using TlsListener listener = bench.Listen(_ => server);
        using var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync(listener.EndPoint);
        await using var peer = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await peer.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = world.Protocol == TlsProtocol.Tls12 ? SslProtocols.Tls12 : SslProtocols.Tls13 });

        // Many small ones, so that several are taken at a time from then on; many again; large ones, which end that; and one alone.
        var sent = new List<byte>();
        foreach ((int records, int length) in new[] { (40, 10), (40, 10), (1, 10), (30, 300), (9, 16_000), (5, 16_000), (2, 10), (40, 1), (1, 1) })
        {
            using var gate = new ManualResetEventSlim();
            Assert.That(bench.Loop.Post(() => gate.Wait(Bench.Deadline)), Is.True);
            for (int i = 0; i < records; i++)
            {
                byte[] record = new byte[length];
                record.AsSpan().Fill((byte)sent.Count);
                sent.AddRange(record);
                await peer.WriteAsync(record);
            }

            gate.Set();
            await Eventually.BecomesTrue(() => server.ReceivedLength == sent.Count, $"{records} records of {length} bytes");
        }

        Assert.That(server.Received, Is.EqualTo(sent.ToArray()));
    }
}
