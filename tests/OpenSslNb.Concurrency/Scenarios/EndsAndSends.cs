using OpenSslNb.Concurrency.Scheduling;

namespace OpenSslNb.Concurrency.Scenarios;

/// <summary>A connection is ended in one way or two, from any thread, while others send and the loop stops: it ends once, frees everything, and nobody waits for ever.</summary>
internal sealed class EndsAndSends : Scenario
{
    public override string Name => "ends-and-sends";

    public override int Schedules => 1200;

    public override void Run(Stage stage)
    {
        var handler = new CountingHandler(stage);
        TlsStage tls = TlsStage.Open(stage, handler, new TlsConnectionOptions { OutboundLimit = 4, LowWaterMark = 2 });
        Action[] ends = [tls.Connection.Dispose, tls.Connection.Abort, tls.Connection.Close, tls.Connection.CloseWrite, tls.Loop.Dispose];
        Action firstEnd = ends[stage.Rng.Below(ends.Length)];
        Action secondEnd = ends[stage.Rng.Below(ends.Length)];
        int answers = stage.Rng.Below(2);

        // Inside a callback too, or not at all.
        Action?[] inside = [.. ends, () => _ = tls.Connection.TrySend("z"u8), null];
        handler.OnData = inside[stage.Rng.Below(inside.Length)];
        ControlledThread peer = stage.Spawn("peer", () =>
        {
            tls.Peer.Send("data"u8);
            tls.Serve(() => handler.Closed > 0);
            if (answers == 1) tls.Peer.Close();
        });
        ControlledThread sender = stage.Spawn("sender", () => Send(stage, tls));
        ControlledThread closer = stage.Spawn("closer", firstEnd);
        secondEnd();
        stage.Join(sender, closer);
        tls.Connection.Dispose();
        stage.WaitUntil(() => tls.Connection.Closed.IsCompleted, "waits for Closed");
        stage.Check(handler.Closed == 1, $"OnClosed came {handler.Closed} times before Closed completed");
        stage.Join(peer);
        tls.Close();
        stage.Check(handler.Closed == 1, $"OnClosed came {handler.Closed} times");
    }

    private static void Send(Stage stage, TlsStage tls)
    {
        _ = tls.Connection.TrySend("ab"u8);
        ValueTask sent = tls.Connection.SendAsync("cdefgh"u8.ToArray());
        stage.WaitUntil(() => sent.IsCompleted, "waits for its send");
        try
        {
            sent.GetAwaiter().GetResult();
        }
        catch (TlsClosedException e)
        {
            stage.Check(tls.Connection.TrySend("x"u8) == SendResult.Closed, $"open after {e.Message}");
        }
    }
}
