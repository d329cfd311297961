using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Authentication.ExtendedProtection;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Connections;

/// <summary>Both sides derive the same, whoever asks and from wherever.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
public sealed class KeyingMaterialTests(World world)
{
    [Test]
    public async Task Both_sides_export_the_same_bytes_for_one_label_and_context_and_others_for_another()
    {
        using var bench = new Bench(world);
        (TlsConnection client, TlsConnection server, TlsListener listener) = await PairAsync(bench);
        using (listener)
        {
            byte[] bytes = await client.ExportKeyingMaterialAsync("EXPERIMENTAL one", 48, new byte[] { 1, 2 });
            Assert.That(bytes, Has.Length.EqualTo(48));
            Assert.That(await server.ExportKeyingMaterialAsync("EXPERIMENTAL one", 48, new byte[] { 1, 2 }), Is.EqualTo(bytes));
            Assert.That(await server.ExportKeyingMaterialAsync("EXPERIMENTAL two", 48, new byte[] { 1, 2 }), Is.Not.EqualTo(bytes));
            Assert.That(await server.ExportKeyingMaterialAsync("EXPERIMENTAL one", 48, new byte[] { 1 }), Is.Not.EqualTo(bytes));
            byte[] none = await client.ExportKeyingMaterialAsync("EXPERIMENTAL one", 48);
            byte[] empty = await server.ExportKeyingMaterialAsync("EXPERIMENTAL one", 48, ReadOnlyMemory<byte>.Empty);
            Assert.That(empty.AsSpan().SequenceEqual(none), Is.EqualTo(world.Protocol == TlsProtocol.Tls13), "TLS 1.2 tells an empty context from none");
        }
    }

    [Test]
    public async Task Bindings_agree_and_those_that_there_are_not_say_why()
    {
        using var bench = new Bench(world);
        (TlsConnection client, TlsConnection server, TlsListener listener) = await PairAsync(bench);
        using (listener)
        {
            foreach (TlsChannelBinding kind in (TlsChannelBinding[])[TlsChannelBinding.Exporter, TlsChannelBinding.ServerEndPoint])
            {
                Assert.That(await client.GetChannelBindingAsync(kind), Is.EqualTo(await server.GetChannelBindingAsync(kind)).And.Length.EqualTo(32));
            }

            if (world.Protocol == TlsProtocol.Tls12) Assert.That(await client.GetChannelBindingAsync(TlsChannelBinding.Unique), Is.EqualTo(await server.GetChannelBindingAsync(TlsChannelBinding.Unique)).And.Length.EqualTo(12));
            else Assert.That((await Assert.ThrowsAsync<InvalidOperationException>(() => client.GetChannelBindingAsync(TlsChannelBinding.Unique)))!.Message, Does.Contain("TLS 1.3"));
        }
    }

    [Test]
    public async Task SslStream_has_the_same_bindings()
    {
        using var bench = new Bench(world);
        TlsConnection? accepted = null;
        using TlsListener listener = bench.Listen(connection =>
        {
            accepted = connection;
            return new EchoHandler();
        });
        using var socket = new TcpClient();
        await socket.ConnectAsync(listener.EndPoint);
        await using var peer = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await peer.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = world.Protocol == TlsProtocol.Tls12 ? SslProtocols.Tls12 : SslProtocols.Tls13 });
        await Eventually.BecomesTrue(() => accepted?.State == ConnectionState.Open, "the handshake");

        // A SEC_CHANNEL_BINDINGS structure with the name of the binding in front of its bytes.
        Assert.That(BytesOf(peer, ChannelBindingKind.Endpoint), Is.EqualTo("tls-server-end-point:"u8.ToArray().Concat(await accepted!.GetChannelBindingAsync(TlsChannelBinding.ServerEndPoint))));
        if (world.Protocol == TlsProtocol.Tls12) Assert.That(BytesOf(peer, ChannelBindingKind.Unique), Is.EqualTo("tls-unique:"u8.ToArray().Concat(await accepted.GetChannelBindingAsync(TlsChannelBinding.Unique))));
    }

    [Test]
    public async Task There_is_nothing_to_derive_before_the_handshake_and_after_the_end()
    {
        using var bench = new Bench(world);
        Task<byte[]>? early = null;
        using TlsListener listener = bench.Listen(connection =>
        {
            early = connection.ExportKeyingMaterialAsync("EXPERIMENTAL", 16);
            return new EchoHandler();
        });
        TlsConnection client = await bench.ConnectAsync(listener, new RecordingHandler());
        Assert.That(early!.IsFaulted && early.Exception!.InnerException is InvalidOperationException, Is.True);
        client.Dispose();
        await client.Closed.WaitAsync(Bench.Deadline);
        await Assert.ThrowsAsync<TlsClosedException>(() => client.ExportKeyingMaterialAsync("EXPERIMENTAL", 16));
        Assert.Throws<ArgumentException>(() => client.ExportKeyingMaterialAsync("", 16));
        Assert.Throws<ArgumentException>(() => client.ExportKeyingMaterialAsync(new string('x', 250), 16));
        Assert.Throws<ArgumentOutOfRangeException>(() => client.ExportKeyingMaterialAsync("EXPERIMENTAL", 0));
        bench.Loop.Dispose();
        await Assert.ThrowsAsync<TlsClosedException>(() => client.ExportKeyingMaterialAsync("EXPERIMENTAL", 16));
    }

    private static byte[] BytesOf(SslStream stream, ChannelBindingKind kind)
    {
        using ChannelBinding binding = stream.TransportContext.GetChannelBinding(kind)!;
        byte[] all = new byte[binding.Size];
        System.Runtime.InteropServices.Marshal.Copy(binding.DangerousGetHandle(), all, 0, all.Length);
        return all[BitConverter.ToInt32(all, 28)..];
    }

    private static async Task<(TlsConnection Client, TlsConnection Server, TlsListener Listener)> PairAsync(Bench bench)
    {
        TlsConnection? accepted = null;
        TlsListener listener = bench.Listen(connection =>
        {
            accepted = connection;
            return new EchoHandler();
        });
        TlsConnection client = await bench.ConnectAsync(listener, new RecordingHandler());
        await Eventually.BecomesTrue(() => accepted?.State == ConnectionState.Open, "the handshake");
        return (client, accepted!, listener);
    }
}
