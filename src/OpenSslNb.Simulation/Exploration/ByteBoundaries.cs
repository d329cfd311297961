using OpenSslNb.Interop;

namespace OpenSslNb.Simulation;

/// <summary>What was tried, and what went wrong.</summary>
/// <param name="Worlds">Worlds that were run.</param>
/// <param name="Failures">Those that ended otherwise than they must.</param>
internal sealed record ExplorationResult(int Worlds, IReadOnlyList<WorldResult> Failures);

/// <summary>One session, cut, blocked, reset or falsified at every byte of either direction, one world each. Every outcome is checked against what it must be.</summary>
internal sealed class ByteBoundaries
{
    // Record header of TLS: type, version, length (RFC 8446 §5.1).
    private const int HeaderLength = 5;

    private readonly ScriptedSession _session;
    private readonly WorldPlan _plan;
    private readonly Dictionary<Side, byte[]> _streams = [];

    private ByteBoundaries(ScriptedSession session, TransportKind transport)
    {
        _session = session;
        _plan = session.Plan(transport);
    }

    /// <summary>Runs every world of one session.</summary>
    /// <param name="session">Which session.</param>
    /// <param name="transport">Of both sides.</param>
    /// <param name="every">1 for every byte, n for every n-th.</param>
    /// <param name="progress">Told of each world.</param>
    public static ExplorationResult Explore(ScriptedSession session, TransportKind transport, int every, Action? progress = null)
    {
        var exploration = new ByteBoundaries(session, transport);
        using SafeSslSessionHandle? resumable = WorldRun.CreateSession(exploration._plan);
        exploration.Record(resumable);
        var failures = new List<WorldResult>();
        int worlds = 0;
        foreach (NetworkFault fault in exploration.Faults(every))
        {
            WorldResult result = exploration.Run(fault, resumable);
            worlds++;
            progress?.Invoke();
            if (!result.IsSound) failures.Add(result);
        }

        return new ExplorationResult(worlds, failures);
    }

    // The undisturbed session: it must be sound, and its bytes say where records begin.
    private void Record(SafeSslSessionHandle? resumable)
    {
        using var world = new World(_plan, session: resumable) { RecordsStreams = true };
        world.Run();
        if (world.Violations.Count > 0) throw new InvalidOperationException($"{_session}: even the undisturbed session fails: {world.Violations[0]}");
        bool resumed = world.Clients[0].WasResumed;
        if (resumed != _session.Resumes) throw new InvalidOperationException($"{_session}: the handshake was {(resumed ? "" : "not ")}resumed");
        (VirtualPipe up, VirtualPipe down) = world.Kernel.PipesOf(0)!.Value;
        _streams[Side.Client] = [.. up.Recording!];
        _streams[Side.Server] = [.. down.Recording!];
    }

    private IEnumerable<NetworkFault> Faults(int every)
    {
        foreach (Side sender in (Side[])[Side.Client, Side.Server])
        {
            for (int at = 0; at <= _streams[sender].Length; at += every)
            {
                foreach (ByteFaultKind kind in (ByteFaultKind[])[ByteFaultKind.Block, ByteFaultKind.Fin, ByteFaultKind.Reset, ByteFaultKind.Flip])
                {
                    yield return new NetworkFault(0, sender, new ByteFault(at, kind, at % 8));
                }
            }
        }
    }

    private WorldResult Run(NetworkFault fault, SafeSslSessionHandle? resumable) =>
        WorldRun.Run(_plan with { Faults = [fault], DeadlineSeconds = 30, MustEndAs = [new ExpectedEnd(0, 1 - fault.Sender, Expected(fault))] }, session: resumable);

    // The rules for any world hold already; with one fault at a known byte the outcome is known exactly.
    private CloseReason[] Expected(NetworkFault fault)
    {
        int length = _streams[fault.Sender].Length;
        long at = fault.Fault.At;
        return fault.Fault.Kind switch
        {
            ByteFaultKind.Block => [CloseReason.CloseNotify],

            // Behind its close_notify the receiver may still be sending its own.
            ByteFaultKind.Reset when at >= length => [CloseReason.CloseNotify, CloseReason.Reset],
            _ when at >= length => [CloseReason.CloseNotify],

            // A reset overtakes nothing here, but the receiver may be sending when it comes.
            ByteFaultKind.Fin => [CloseReason.Truncated],
            ByteFaultKind.Reset => [CloseReason.Reset],
            _ => ExpectedOfFlip(fault.Sender, (int)at),
        };
    }

    private CloseReason[] ExpectedOfFlip(Side sender, int at)
    {
        (int position, int header) = RecordAt(_streams[sender], at);
        bool isPlaintext = position < PlaintextLength(sender);
        int field = at - header;

        // The version in front of a plaintext record is not covered by anything (RFC 8446 §5.1: it must be ignored); a wrong length makes the receiver wait for bytes that never come, or cut the stream.
        CloseReason[] detected = [CloseReason.ProtocolError, CloseReason.VerificationFailed];
        if (field is 1 or 2 && isPlaintext) return [.. detected, CloseReason.CloseNotify];
        if (field is 3 or 4) return [.. detected, CloseReason.Truncated, CloseReason.HandshakeTimeout, CloseReason.IdleTimeout, CloseReason.WriteTimeout, CloseReason.ShutdownTimeout, CloseReason.Reset];
        return HandshakeMayStall(isPlaintext) ? [.. detected, CloseReason.Truncated, CloseReason.HandshakeTimeout, CloseReason.Reset] : detected;
    }

    // A message length or type inside a plaintext handshake record can make the receiver wait for more of it.
    private static bool HandshakeMayStall(bool isPlaintext) => isPlaintext;

    // Until ChangeCipherSpec (TLS 1.2) or the first record of application type (TLS 1.3) everything is in the clear.
    private int PlaintextLength(Side sender)
    {
        byte[] stream = _streams[sender];
        int position = 0;
        while (position + HeaderLength <= stream.Length)
        {
            byte type = stream[position];
            position += HeaderLength + ((stream[position + 3] << 8) | stream[position + 4]);
            if (type == 20) return position;
        }

        return stream.Length;
    }

    private static (int Position, int Header) RecordAt(byte[] stream, int at)
    {
        int position = 0;
        while (position + HeaderLength <= stream.Length)
        {
            int next = position + HeaderLength + ((stream[position + 3] << 8) | stream[position + 4]);
            if (at < next) return (position, position);
            position = next;
        }

        return (position, position);
    }
}
