using OpenSslNb.Connections;

namespace OpenSslNb.Simulation;

/// <content>The rules that hold after every step, and those that hold at the end.</content>
internal sealed partial class World
{
    // A turn may come once for nothing, when what it was for was done by the turn before it.
    private const int MostIdleTurns = 2;

    // Above the limit of the ciphertext: what reads answer by themselves, and what OpenSSL's own record buffer adds.
    private const int AnswerReserve = 16 * 1024;

    private readonly Dictionary<EventLoop, int> _idleTurns = [];

    private void Turn(EventLoop loop)
    {
        (long, long, long, int) before = Effect;
        if (_plan.PoisonErrorQueue) ErrorPoison.Add();
        loop.RunTurn();
        bool isIdle = Effect == before && NeedsTurn(loop) && loop.MillisecondsToNextTimer != 0;
        int idle = _idleTurns[loop] = isIdle ? _idleTurns.GetValueOrDefault(loop) + 1 : 0;
        if (idle > MostIdleTurns) Violate($"busy: {idle} turns of the {(loop == _clientLoop ? "clients" : "servers")}' loop did nothing, and it wants another");
    }

    // What any useful turn changes.
    private (long Activity, long Progress, long Disturbances, int Callbacks) Effect => (Kernel.Activity, _trace.Progress, Kernel.Disturbances, Peers.Sum(peer => peer.CallbackCount));

    private void CheckStep()
    {
        foreach (string violation in Kernel.Violations) Violate(violation);
        foreach (WorldPeer peer in Peers)
        {
            if (peer.Connection is { } connection && peer.Outcome is null) CheckConnection(peer, connection);
        }

        for (int i = 0; i < _clients.Length; i++) CheckPrefixes(_clients[i], _servers[i]);
    }

    private void CheckConnection(WorldPeer peer, TlsConnection connection)
    {
        ConnectionSnapshot snapshot = connection.Driver.Inspect();
        if (snapshot.IsEnded || !snapshot.IsActive || connection.Driver.Index < 0) return;
        if (snapshot.Registered != snapshot.Wanted && !snapshot.HasTurnDue) Violate($"{peer}: the poller waits for {snapshot.Registered}, the operations want {snapshot.Wanted} ({snapshot.Operations})");
        if (connection.QueuedBytes > _plan.OutboundLimit) Violate($"{peer}: {connection.QueuedBytes} bytes are queued");
        if (snapshot.Unsent > _plan.CiphertextLimit + AnswerReserve) Violate($"{peer}: {snapshot.Unsent} bytes of ciphertext are kept");
        if (snapshot.KeptInbound > _plan.InboundLimit) Violate($"{peer}: {snapshot.KeptInbound} bytes are kept for a reader that has paused");
    }

    // Every byte was compared when it came; more than was sent must not have come.
    private void CheckPrefixes(WorldPeer client, WorldPeer server)
    {
        if (client.Received > server.Accepted) Violate($"{client}: received {client.Received} of {server.Accepted}");
        if (server.Received > client.Accepted) Violate($"{server}: received {server.Received} of {client.Accepted}");
    }

    /// <summary>The rules for the end of the world.</summary>
    public void CheckEnd()
    {
        if (!IsOver)
        {
            foreach (WorldPeer peer in Peers.Where(peer => !IsSettled(peer))) Violate($"deadlock: {peer} has not ended: {peer.Connection?.Driver.Inspect()}");
        }

        OutcomeRules.Check(this, Violate);
    }
}
