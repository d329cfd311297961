using System.Net;
using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

/// <summary>A listener whose certificate is renewed while it serves.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class ReplaceContextTests(World world)
{
    [Test]
    public async Task No_handshake_fails_while_contexts_change_and_each_connection_has_one_of_them()
    {
        const int Renewals = 30;
        const int Clients = 4;
        const int AtLeastEach = 3;
        int before = NativeLive.Context;
        using (var root = new TestAuthority())
        using (var bench = new Bench(world))
        {
            using TlsContext client = TlsContext.CreateClient((TlsClientOptions)bench.Client.Options with { Trust = root.Trust });
            TlsContext first = Create(bench, root);
            using TlsListener listener = TlsListener.Start(bench.Loop, new IPEndPoint(IPAddress.Loopback, 0), first, _ => new EchoHandler(), new TlsListenerOptions { Connection = bench.Connection });
            first.Dispose();
            await using TlsStream standing = await ConnectAsync(bench, listener, client);
            bool stop = false;
            int[] served = new int[Clients];
            Task[] crowd = [.. Enumerable.Range(0, Clients).Select(one => Task.Run(async () =>
            {
                while (!Volatile.Read(ref stop))
                {
                    await using TlsStream stream = await ConnectAsync(bench, listener, client);
                    await EchoAsync(stream);
                    Interlocked.Increment(ref served[one]);
                }
            }))];

            // Everybody comes and comes again meanwhile.
            for (int i = 0; i < Renewals || Enumerable.Range(0, Clients).Any(one => Volatile.Read(ref served[one]) < AtLeastEach); i++)
            {
                if (crowd.FirstOrDefault(task => task.IsFaulted) is { } failed) await failed;

                // Given up at once: what the listener and its connections need they hold.
                using TlsContext next = Create(bench, root);
                listener.ReplaceContext(next);
                await EchoAsync(standing);
            }

            Volatile.Write(ref stop, true);
            await Task.WhenAll(crowd).WaitAsync(Bench.Deadline);
            Assert.That(bench.Unhandled, Is.Empty);
        }

        Assert.That(NativeLive.Context, Is.EqualTo(before), "every context is freed");
    }

    [Test]
    public async Task Connections_after_the_change_have_the_new_certificate_and_those_before_keep_the_old_one()
    {
        using var root = new TestAuthority();
        using var bench = new Bench(world);
        using TlsContext client = TlsContext.CreateClient((TlsClientOptions)bench.Client.Options with { Trust = root.Trust });
        using TlsContext old = Create(bench, root);
        using TlsContext renewed = Create(bench, root);
        using TlsListener listener = TlsListener.Start(bench.Loop, new IPEndPoint(IPAddress.Loopback, 0), old, _ => new EchoHandler(), new TlsListenerOptions { Connection = bench.Connection });
        await using TlsStream before = await ConnectAsync(bench, listener, client);
        listener.ReplaceContext(renewed);
        await using TlsStream after = await ConnectAsync(bench, listener, client);
        Assert.That(Own(before).SequenceEqual(Own(after)), Is.False);
        await EchoAsync(before);
        await EchoAsync(after);
    }

    [Test]
    public void A_context_that_cannot_serve_is_refused()
    {
        using var bench = new Bench(world);
        using TlsListener listener = bench.Listen(_ => new EchoHandler());
        Assert.That(() => listener.ReplaceContext(bench.Client), Throws.ArgumentException);
        TlsContext gone = TlsContext.CreateServer((TlsServerOptions)bench.Server.Options);
        gone.Dispose();
        Assert.That(() => listener.ReplaceContext(gone), Throws.InstanceOf<ObjectDisposedException>());
    }

    private static byte[] Own(TlsStream stream) => stream.Connection.Info!.PeerCertificates[0].ToArray();

    private static TlsContext Create(Bench bench, TestAuthority root)
    {
        using TlsCertificate certificate = root.Issue(["127.0.0.1"]).Load();
        return TlsContext.CreateServer((TlsServerOptions)bench.Server.Options with { Certificate = certificate });
    }

    private static Task<TlsStream> ConnectAsync(Bench bench, TlsListener listener, TlsContext client) =>
        TlsStream.ConnectAsync(bench.Loop, "127.0.0.1", listener.EndPoint.Port, client, new TlsConnectOptions { Connection = bench.Connection }).WaitAsync(Bench.Deadline);

    private static async Task EchoAsync(TlsStream stream)
    {
        await stream.WriteAsync(new byte[] { 7 });
        await stream.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Bench.Deadline);
    }
}
