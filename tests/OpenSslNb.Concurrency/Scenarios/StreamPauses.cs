using OpenSslNb.Concurrency.Scheduling;
using OpenSslNb.Connections;

namespace OpenSslNb.Concurrency.Scenarios;

/// <summary>More comes than a stream keeps, while a reader takes it: the pause and the resumption never cross, or the reader would wait for ever.</summary>
internal sealed class StreamPauses : Scenario
{
    private const int Total = 160 * 1024;

    public override string Name => "stream-pauses";

    public override int Schedules => 600;

    public override void Run(Stage stage)
    {
        var handler = new StreamHandler();
        TlsStage tls = TlsStage.Open(stage, handler, new TlsConnectionOptions());
        int chunk = (16 + (16 * stage.Rng.Below(4))) * 1024;
        int read = 0;
        ControlledThread peer = stage.Spawn("peer", () => Send(stage, tls));
        ControlledThread reader = stage.Spawn("reader", () =>
        {
            byte[] buffer = new byte[chunk];
            while (read < Total)
            {
                ValueTask<int> pending = handler.ReadAsync(buffer, CancellationToken.None);
                stage.WaitUntil(() => pending.IsCompleted, "waits for its read");
                int count = pending.GetAwaiter().GetResult();
                stage.Check(count > 0 && IsPattern(buffer.AsSpan(0, count), read), $"wrong bytes at {read}");
                read += count;
            }
        });
        stage.Join(peer, reader);
        tls.Connection.Dispose();
        tls.Close();
    }

    private static void Send(Stage stage, TlsStage tls)
    {
        byte[] block = new byte[16 * 1024];
        for (int sent = 0; sent < Total; sent += block.Length)
        {
            for (int i = 0; i < block.Length; i++) block[i] = PatternAt(sent + i);
            tls.Peer.Send(block);
            stage.Pause();
        }

        stage.WaitUntil(() => tls.Peer.IsAllShipped || tls.Peer.CanShip, "waits to send");
        while (!tls.Peer.IsAllShipped)
        {
            tls.Peer.Pump();
            stage.WaitUntil(() => tls.Peer.IsAllShipped || tls.Peer.CanShip, "waits to send");
        }
    }

    private static byte PatternAt(int position) => (byte)(position % 251);

    private static bool IsPattern(ReadOnlySpan<byte> bytes, int start)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != PatternAt(start + i)) return false;
        }

        return true;
    }
}
