namespace OpenSslNb.Fuzz;

/// <summary>A target, a peer of the same kind, and the wire between them. Brings the target to a state, lets the fuzzer act, and lets all come to rest.</summary>
internal sealed partial class Scenario : IDisposable
{
    private const int MostActions = 64;
    private const int MostRounds = 1000;

    private readonly CheckedMachine _target;
    private readonly CheckedMachine _peer;
    private readonly Wire _toTarget = new();
    private readonly Forger _forger;
    private readonly bool _isTls13;
    private readonly int _chunk;
    private readonly Action<string>? _trace;
    private bool _isLazy;

    // What the target gets is no longer what the peer has sent: it may fail.
    private bool _isTampered;

    // A close_notify in the middle of a renegotiation is a protocol error, so either side may fail innocently.
    private bool _isRenegotiated;

    public Scenario(ref FuzzInput input, Action<string>? trace)
    {
        var contexts = FuzzContexts.For(input.IsTls13);
        KeyLog.Clear();
        _isTls13 = input.IsTls13;
        _chunk = int.MaxValue;
        _trace = trace;
        _trace?.Invoke($"target is {(input.TargetIsServer ? "server" : "client")}, {(_isTls13 ? "TLS 1.3" : "TLS 1.2")}, {input.State}, chunk {input.Chunk}");
        _target = new CheckedMachine(input.TargetIsServer ? contexts.Server : contexts.Client, trace);
        _peer = new CheckedMachine(input.TargetIsServer ? contexts.Client : contexts.Server, trace);
        _forger = new Forger(peerIsServer: !input.TargetIsServer, _isTls13);
        BringTo(input.State, input.TargetIsServer, input.PeerBegins);
        _chunk = input.Chunk;
        _isLazy = input.IsLazy;
    }

    public void Run(ref FuzzInput input)
    {
        for (int i = 0; i < MostActions && input.TryNext(out FuzzAction action); i++)
        {
            _trace?.Invoke($"{action}");
            Act(action, ref input);
            CheckInnocence();
        }

        _isLazy = false;
        ComeToRest();
    }

    public void Dispose()
    {
        _target.Dispose();
        _peer.Dispose();
    }

    private void Act(FuzzAction action, ref FuzzInput input)
    {
        switch (action)
        {
            case FuzzAction.Deliver:
                for (int count = input.Byte() & 7; count >= 0; count--) Deliver();
                break;
            case FuzzAction.PeerWrites:
                _peer.Write(input.Size());
                break;
            case FuzzAction.PeerRekeys:
                Rekey(_peer, (input.Byte() & 1) != 0);
                break;
            case FuzzAction.PeerShutsDown:
                _peer.Shutdown();
                break;
            case FuzzAction.PeerReads:
                PeerReads();
                break;
            case FuzzAction.TargetWrites:
                _target.Write(input.Size());
                break;
            case FuzzAction.TargetRekeys:
                Rekey(_target, (input.Byte() & 1) != 0);
                break;
            case FuzzAction.TargetShutsDown:
                _target.Shutdown();
                break;
            default:
                Tamper(action, ref input);
                break;
        }
    }

    private void Tamper(FuzzAction action, ref FuzzInput input)
    {
        Collect();
        switch (action)
        {
            case FuzzAction.ForgedRecord:
                Forge(input.Byte(), input.Counted());
                break;
            case FuzzAction.RawBytes:
                FeedTarget(input.Counted(), isGenuine: false);
                break;
            case FuzzAction.EndOfStream:
                _isTampered = true;
                _target.EndOfStream();
                Step();
                break;
            case FuzzAction.Swap:
                _isTampered |= _toTarget.Swap();
                break;
            default:
                int where = input.Byte() | (input.Byte() << 8);
                byte value = input.Byte();
                if (_toTarget.Take() is { } record) FeedTampered(action, record, where % Math.Max(1, record.Length), value);
                break;
        }
    }

    private void FeedTampered(FuzzAction action, byte[] record, int where, byte value)
    {
        switch (action)
        {
            case FuzzAction.FlipBits:
                record[where] ^= value;
                FeedTarget(record, isGenuine: value == 0);
                break;
            case FuzzAction.Truncate:
                FeedTarget(record.AsSpan(0, where), isGenuine: false);
                break;
            case FuzzAction.Duplicate:
                FeedTarget(record, isGenuine: true);
                FeedTarget(record, isGenuine: false);
                break;
            default:
                _isTampered = true;
                break;
        }
    }

    private void Forge(byte type, ReadOnlySpan<byte> content)
    {
        if (_forger.Forge(type, content) is not { } record) return;
        _target.Received.IsGenuine = false;
        FeedTarget(record, isGenuine: false);
    }

    private void Rekey(CheckedMachine machine, bool requestPeer)
    {
        _isRenegotiated |= !_isTls13;
        machine.Rekey(_isTls13, requestPeer);
    }

    private void Deliver()
    {
        Collect();
        if (_toTarget.Take() is { } record) FeedTarget(record, isGenuine: true);
    }

    private void FeedTarget(ReadOnlySpan<byte> bytes, bool isGenuine)
    {
        bool isKeyUpdate = isGenuine && _forger.Observe(bytes);
        _isTampered |= !isGenuine;
        PlantedBug.BeforeFeed(_target, isKeyUpdate, bytes);
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(_chunk, bytes.Length);
            _target.Feed(bytes[..count]);
            bytes = bytes[count..];
            Step();
        }
    }

    private void Step()
    {
        if (!_isLazy) _target.Pump();
    }

    private void Collect() => _toTarget.Append(_peer.TakeOutput());

    private void PeerReads()
    {
        _target.Pump();
        byte[] output = _target.TakeOutput();
        _forger.SeeHello(output);
        _peer.Feed(output);
        _peer.Pump();
    }

    private void CheckInnocence()
    {
        if (_isTampered || (_isRenegotiated && (_target.ShutdownAsked || _peer.ShutdownAsked))) return;
        FuzzFailure.Unless(_target.State != ConnectionState.Failed, $"the target failed though nobody has touched the bytes: {_target.Failure}");
        FuzzFailure.Unless(_peer.State != ConnectionState.Failed, $"the peer failed though nobody has touched the bytes: {_peer.Failure}");
    }
}
