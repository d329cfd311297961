using System.Net.Security;
using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.Invariants;

/// <summary>A peer that is gone must not kill the process, in a host that has left SIGPIPE at its default.</summary>
[TestFixtureSource(typeof(World), nameof(World.All))]
[NonParallelizable]
public sealed class SigPipeTests(World world)
{
    private const int SigPipe = 13;

    [Test]
    public async Task Sending_to_a_peer_that_has_reset_the_connection_raises_no_SIGPIPE()
    {
        // The runtime ignores the signal; a host in C may not. If one is raised now, this process ends.
        nint before = SetDisposition(0);
        try
        {
            using var bench = new Bench(world);
            for (int i = 0; i < 10; i++) await SendIntoTheVoidAsync(bench);
        }
        finally
        {
            _ = SetDisposition(before);
        }
    }

    private static unsafe nint SetDisposition(nint disposition) => LibC.signal(SigPipe, disposition);

    private static async Task SendIntoTheVoidAsync(Bench bench)
    {
        var handler = new RecordingHandler { Opened = connection => connection.PauseReading() };
        using var server = new ClosingServer(bench, handler);
        RawPeer raw = await RawPeer.ConnectAsync(server.EndPoint);
        SslStream tls = await raw.SecureAsync();
        await tls.WriteAsync("x"u8.ToArray());
        TlsConnection connection = await server.AcceptedAsync();
        raw.Reset();
        byte[] block = new byte[64 * 1024];

        // The first send may still find a socket; the ones after it find a broken pipe.
        await Eventually.BecomesTrue(() => connection.TrySend(block) == SendResult.Closed, "the connection ends");
        CloseOutcome outcome = await server.EndAsync();
        Assert.That(outcome.Reason, Is.EqualTo(CloseReason.Reset), outcome.ToString());
    }
}
