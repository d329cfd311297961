using OpenSslNb.Concurrency.Scheduling;

namespace OpenSslNb.Concurrency.Scenarios;

/// <summary>Two threads send through a queue that holds four messages; who finds it full waits to be told. Nothing is lost, doubled or out of order, and who waits is told.</summary>
internal sealed class SendersAndLowWater : Scenario
{
    private const int Each = 5;

    public override string Name => "senders-and-low-water";

    public override int Schedules => 1200;

    public override void Run(Stage stage)
    {
        var handler = new CountingHandler(stage);
        int mark = stage.Rng.Below(4);
        TlsStage tls = TlsStage.Open(stage, handler, new TlsConnectionOptions { OutboundLimit = 4, LowWaterMark = mark });
        int kind = stage.Rng.Below(3);
        int size = 1 + stage.Rng.Below(3);
        ControlledThread peer = stage.Spawn("peer", () => tls.Serve(() => tls.Peer.Received.Count == 2 * Each * size));
        ControlledThread first = stage.Spawn("sender 0", () => Send(stage, tls, handler, 'a', size));
        ControlledThread second = stage.Spawn("sender 1", () =>
        {
            if (kind == 0) Send(stage, tls, handler, 'A', size);
            else if (kind == 1) SendWaiting(stage, tls, 'A', size);
            else SendFromCallbacks(stage, tls, handler, 'A', size);
        });
        stage.Join(first, second, peer);
        byte[] received = [.. tls.Peer.Received];
        foreach (char letter in "aA")
        {
            byte[] expected = [.. Enumerable.Range(0, Each).SelectMany(i => Message(letter, i, size))];
            byte[] mine = [.. received.Where(value => value >= letter && value < letter + Each)];
            stage.Check(mine.AsSpan().SequenceEqual(expected), $"sent {Each} letters from {letter}; the peer has {System.Text.Encoding.ASCII.GetString(received)}");
        }

        tls.Close();
        stage.Check(handler.Closed == 1, $"OnClosed came {handler.Closed} times");
    }

    private static void Send(Stage stage, TlsStage tls, CountingHandler handler, char letter, int size)
    {
        for (int i = 0; i < Each; i++)
        {
            int told = handler.LowWaters;
            while (tls.Connection.TrySend(Message(letter, i, size)) is var result && result != SendResult.Queued)
            {
                stage.Check(result == SendResult.Full, "an open connection takes no data");
                int before = told;
                stage.WaitUntil(() => handler.LowWaters > before, "waits for low water");
                told = handler.LowWaters;
            }
        }
    }

    private static void SendWaiting(Stage stage, TlsStage tls, char letter, int size)
    {
        for (int i = 0; i < Each; i++)
        {
            ValueTask sent = tls.Connection.SendAsync(Message(letter, i, size));
            stage.WaitUntil(() => sent.IsCompleted, "waits for room");
            sent.GetAwaiter().GetResult();
        }
    }

    // As much as goes, and more at each low water: all of it on the loop's thread.
    private static void SendFromCallbacks(Stage stage, TlsStage tls, CountingHandler handler, char letter, int size)
    {
        int sent = 0;
        handler.LowWater = Pump;
        stage.Check(tls.Loop.Post(Pump), "a loop that runs has refused an action");
        stage.WaitUntil(() => sent == Each, "waits for the callbacks");

        void Pump()
        {
            while (sent < Each && tls.Connection.TrySend(Message(letter, sent, size)) == SendResult.Queued) sent++;
        }
    }

    private static byte[] Message(char letter, int number, int size) => [.. Enumerable.Repeat((byte)(letter + number), size)];
}
