using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>What the process holds while a server has no connection; an attack must leave it at that.</summary>
internal sealed class Baseline
{
    private readonly ServerUnderTest _server;
    private readonly int _descriptors;
    private readonly (int Ssl, int Context, int Bio, int Certificate, int Key) _native;

    private Baseline(ServerUnderTest server)
    {
        _server = server;
        _descriptors = CountDescriptors();
        _native = CountNative();
    }

    /// <summary>Serves one good client first, so that everything that is made once is there.</summary>
    public static async Task<Baseline> TakeAsync(ServerUnderTest server)
    {
        await ServeGoodClientAsync(server);
        await Eventually.BecomesTrue(() => server.Listener.ConnectionCount == 0, "the first client's connection is gone");
        return new Baseline(server);
    }

    /// <summary>A client that behaves gets its bytes back.</summary>
    public static async Task ServeGoodClientAsync(ServerUnderTest server)
    {
        using GoodClient client = await GoodClient.ConnectAsync(server);
        byte[] sent = Payload.Bytes(7, 100_000);
        Payload.AssertSame(await client.ExchangeAsync(sent), sent);
        await client.CloseAsync();
    }

    /// <summary>A good client is served, and nothing has stayed behind: no connection, no descriptor, no native object.</summary>
    public async Task AssertUnharmedAsync()
    {
        await ServeGoodClientAsync(_server);
        await Eventually.BecomesTrue(() => _server.Listener.ConnectionCount == 0, "all connections are gone");
        await Eventually.BecomesTrue(() => CountDescriptors() <= _descriptors, $"descriptors fall back to {_descriptors}");
        await Eventually.BecomesTrue(() => CountNative() == _native, $"native objects fall back to {_native}");
        Assert.That(_server.Faults, Is.Empty);
    }

    // Sockets, pipes, event and poll descriptors. Files are left out: the runtime opens assemblies when it likes.
    private static int CountDescriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(path => new FileInfo(path).LinkTarget is { } target && !target.StartsWith('/'));

    private static (int Ssl, int Context, int Bio, int Certificate, int Key) CountNative() =>
        (NativeLive.Ssl, NativeLive.Context, NativeLive.Bio, NativeLive.Certificate, NativeLive.Key);
}
