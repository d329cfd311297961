using System.Text;
using OpenSslNb.Concurrency.Scheduling;
using OpenSslNb.Connections;

namespace OpenSslNb.Concurrency.Scenarios;

/// <summary>A stream's reads, cancelled and repeated while data comes: every byte is read once and in order, and each read completes. In some schedules the stream is disposed meanwhile.</summary>
internal sealed class StreamReads : Scenario
{
    private const string Text = "abcdefgh";

    public override string Name => "stream-reads";

    public override int Schedules => 1200;

    public override void Run(Stage stage)
    {
        var handler = new StreamHandler();
        TlsStage tls = TlsStage.Open(stage, handler, new TlsConnectionOptions());
        bool disposes = stage.Rng.Below(3) == 0;
        CancellationTokenSource[] cancellations = [new(), new()];
        var read = new StringBuilder();
        ControlledThread peer = stage.Spawn("peer", () =>
        {
            for (int i = 0; i < Text.Length; i += 2) tls.Peer.Send(Encoding.ASCII.GetBytes(Text.Substring(i, 2)));
            tls.Peer.Close();
            tls.Serve(() => false);
        });
        ControlledThread reader = stage.Spawn("reader", () => ReadAll(stage, handler, cancellations, read));
        ControlledThread canceller = stage.Spawn("canceller", () =>
        {
            foreach (CancellationTokenSource cancellation in cancellations) stage.Cancel(cancellation);
        });
        ControlledThread? disposer = disposes ? stage.Spawn("disposer", handler.DisposeStream) : null;
        stage.Join(reader, canceller);
        if (disposer is not null) stage.Join(disposer);
        stage.Check(Text.StartsWith(read.ToString(), StringComparison.Ordinal), $"read out of order: {read}");
        stage.Check(disposes || read.ToString() == Text, $"read {read} of {Text}");
        tls.Connection.Close();
        stage.Join(peer);
        tls.Close();
    }

    private static void ReadAll(Stage stage, StreamHandler handler, CancellationTokenSource[] cancellations, StringBuilder read)
    {
        byte[] buffer = new byte[3];
        for (int i = 0; ; i++)
        {
            CancellationToken token = i % 2 == 0 && i / 2 < cancellations.Length ? cancellations[i / 2].Token : CancellationToken.None;
            try
            {
                ValueTask<int> pending = handler.ReadAsync(buffer, token);
                stage.WaitUntil(() => pending.IsCompleted, "waits for its read");
                int count = pending.GetAwaiter().GetResult();
                if (count == 0) return;
                read.Append(Encoding.ASCII.GetString(buffer, 0, count));
            }
            catch (OperationCanceledException)
            {
                stage.Check(token.IsCancellationRequested, "cancelled, and nobody did");
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }
}
