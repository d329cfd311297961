using System.Text;
using OpenSslNb.Concurrency.Scheduling;

namespace OpenSslNb.Concurrency.Scenarios;

/// <summary>Sends larger than the queue, cancelled from another thread at any moment. Each completes once: sent as a whole, or not begun, or begun and then the connection is aborted.</summary>
internal sealed class SendsThatWaitAndAreCancelled : Scenario
{
    private const string First = "aaaaaaaaaa";
    private const string Second = "bbbbbb";

    public override string Name => "sends-that-wait-and-are-cancelled";

    public override int Schedules => 2000;

    public override void Run(Stage stage)
    {
        var handler = new CountingHandler(stage);
        TlsStage tls = TlsStage.Open(stage, handler, new TlsConnectionOptions { OutboundLimit = 4, LowWaterMark = 0 });
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        string[] outcomes = ["", ""];
        ControlledThread peer = stage.Spawn("peer", () => tls.Serve(() => false));

        // In two of three schedules our direction is closed meanwhile: what began to be sent goes out as a whole before close_notify, or close_notify does not go out.
        bool closes = stage.Rng.Below(3) > 0;
        bool isAlone = closes && stage.Rng.Below(2) == 0;
        stage.Join(
            stage.Spawn("sender 0", () => outcomes[0] = Send(stage, tls, First, first.Token)),
            stage.Spawn("sender 1", () => outcomes[1] = isAlone ? "not tried" : Send(stage, tls, Second, second.Token)),
            stage.Spawn("canceller", () => stage.Cancel(first)),
            stage.Spawn("closer", closes ? tls.Connection.CloseWrite : () => { }));
        stage.Check(stage.RegistrationsOf(second.Token) == 0, "a send that has completed is still registered with its token");
        tls.Connection.CloseWrite();
        stage.WaitUntil(() => tls.Peer.SawEnd, "the peer's end");
        stage.Join(peer);
        Judge(stage, tls, outcomes, Encoding.ASCII.GetString([.. tls.Peer.Received]));
        tls.Close();
        stage.Check(handler.Closed == 1, $"OnClosed came {handler.Closed} times");
    }

    private static string Send(Stage stage, TlsStage tls, string text, CancellationToken token)
    {
        ValueTask sent = tls.Connection.SendAsync(Encoding.ASCII.GetBytes(text), token);
        stage.WaitUntil(() => sent.IsCompleted, "waits for its send");
        try
        {
            sent.GetAwaiter().GetResult();
            return "sent";
        }
        catch (OperationCanceledException)
        {
            return "cancelled";
        }
        catch (TlsClosedException)
        {
            return "closed";
        }
    }

    private static void Judge(Stage stage, TlsStage tls, string[] outcomes, string received)
    {
        string story = $"outcomes {string.Join(" and ", outcomes)}, {tls.Connection.Outcome?.Reason.ToString() ?? "open"} {tls.Connection.Outcome?.Exception?.Message}; the peer has \"{received}\"{(tls.Peer.SawCloseNotify ? " and close_notify" : "")}";
        stage.Check(outcomes[0] == "cancelled" || tls.Connection.Outcome?.Reason != CloseReason.Aborted, $"aborted without a cancelled half: {story}");
        string[] expected = [.. Orders([outcomes[0] == "sent" ? First : "", outcomes[1] == "sent" ? Second : ""])];
        if (tls.Peer.SawCloseNotify)
        {
            stage.Check(expected.Contains(received), $"not what was sent: {story}");
            return;
        }

        // Cut short anywhere, but never with another message behind a half.
        stage.Check(tls.Connection.Outcome?.Reason == CloseReason.Aborted, $"no end: {story}");
        stage.Check(Orders([First, Second]).Any(order => order.StartsWith(received, StringComparison.Ordinal)), $"torn: {story}");
    }

    private static IEnumerable<string> Orders(string[] texts) => [texts[0] + texts[1], texts[1] + texts[0]];
}
