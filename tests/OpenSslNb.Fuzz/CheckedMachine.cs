using System.Runtime.CompilerServices;
using OpenSslNb.Interop;
using OpenSslNb.Transport;

namespace OpenSslNb.Fuzz;

/// <summary>A machine that is held to its promises after every call.</summary>
internal sealed unsafe class CheckedMachine : IDisposable
{
    public const int CiphertextLimit = 32 * 1024;
    private const int AnswerReserve = 16 * 1024;
    private const int OutboundLimit = 256 * 1024;

    private readonly string _name;
    private readonly SslMachine _machine;
    private readonly Action<string>? _trace;
    private readonly byte[] _plaintext = new byte[4096];
    private ConnectionState _state;
    private CloseOutcome? _failure;
    private long _fed;
    private int _outputAtDeath;
    private bool _shutdownAsked;
    private bool _streamEnded;

    public CheckedMachine(TlsContext context, Action<string>? trace)
    {
        _name = context.IsServer ? "server" : "client";
        _machine = new SslMachine(context, context.IsServer ? null : "localhost", OutboundLimit, CiphertextLimit);
        _trace = trace;
    }

    public PlaintextStream Received { get; } = new();

    public PlaintextStream Sent { get; } = new();

    public ConnectionState State => _machine.State;

    public CloseOutcome? Failure => _machine.Failure;

    public long QueuedBytes => _machine.QueuedBytes;

    /// <summary>Grows whenever a byte goes in or out, or the state changes.</summary>
    public long Moved { get; private set; }

    public bool IsEstablished => State is not ConnectionState.Handshaking && _machine.Info is not null;

    /// <summary>True if what it sends can still grow: neither lost nor closed for sending.</summary>
    public bool MaySend => !_shutdownAsked && State != ConnectionState.Failed;

    public bool ShutdownAsked => _shutdownAsked;

    public void Feed(ReadOnlySpan<byte> ciphertext)
    {
        _fed += ciphertext.Length;
        Moved += ciphertext.Length;
        _machine.Feed(ciphertext);
        Check("Feed", null);
    }

    public void EndOfStream()
    {
        _streamEnded = true;
        _machine.FeedEndOfStream();
        Check("FeedEndOfStream", null);
    }

    public byte[] TakeOutput()
    {
        byte[] output = _machine.Output.ToArray();
        _machine.SkipOutput(output.Length);
        Moved += output.Length;
        _outputAtDeath = 0;
        Check("SkipOutput", null);
        return output;
    }

    /// <summary>Steps everything until it is blocked.</summary>
    public void Pump()
    {
        SslStep step;
        do
        {
            step = Call("Read", () => _machine.Read(_plaintext));
            if (step.IsDone && step.Bytes > 0) Received.Check(_plaintext.AsSpan(0, step.Bytes));
            FuzzFailure.Unless(Received.Length <= _fed, $"{_name} read more than it was fed");
        }
        while (step.IsDone && step.Bytes > 0);

        if (step is { IsBlocked: true, Want: SslWant.Read }) FuzzFailure.Unless(!Transport(_machine).HasBufferedInput, $"{_name}: a read waits for input that has come");
        if (QueuedBytes > 0) Call("Flush", _machine.Flush);
        if (_shutdownAsked) Call("Shutdown", _machine.Shutdown);
    }

    public void Write(int size)
    {
        byte[] data = Sent.Next(size);
        bool mayThrow = _shutdownAsked || QueuedBytes + size > OutboundLimit;
        if (Refused("Write", mayThrow, () => Call("Write", () => _machine.Write(data)))) return;
        if (State != ConnectionState.Failed) Sent.Advance(size);
    }

    public void Rekey(bool isTls13, bool requestPeer)
    {
        // Between records and handshakes is inside knowledge; in these states it is documented to throw.
        if (isTls13) Refused("UpdateKeys", true, () => Call("UpdateKeys", () => _machine.UpdateKeys(requestPeer)));
        else Refused("Renegotiate", true, _machine.Renegotiate);
        Check("rekey", null);
    }

    public void Shutdown()
    {
        _shutdownAsked = true;
        Call("Shutdown", _machine.Shutdown);
    }

    public void Dispose()
    {
        _machine.Dispose();
        FuzzFailure.Unless(State is ConnectionState.Failed or ConnectionState.Closed, $"{_name}: disposed, but {State}");
    }

    private bool Refused(string what, bool mayThrow, Action call)
    {
        try
        {
            call();
            return false;
        }
        catch (InvalidOperationException e) when (mayThrow)
        {
            _trace?.Invoke($"  {_name} {what} refused: {e.Message}");
            return true;
        }
    }

    private SslStep Call(string what, Func<SslStep> call)
    {
        SslStep step = call();
        Check(what, step);
        return step;
    }

    private void Check(string what, SslStep? step)
    {
        _trace?.Invoke($"  {_name} {what}: {step} state={State} queued={QueuedBytes} output={_machine.Output.Length} interest={_machine.Interest}");
        string at = $"{_name} after {what} ({step}, {_state} to {State})";
        FuzzFailure.Unless(LibCrypto.ERR_peek_error() == 0, $"{at}: the error queue is not empty");
        FuzzFailure.Unless(_machine.Output.Length <= CiphertextLimit + AnswerReserve, $"{at}: {_machine.Output.Length} bytes of output");
        FuzzFailure.Unless(QueuedBytes <= OutboundLimit, $"{at}: {QueuedBytes} bytes queued");
        FuzzFailure.Unless(MayFollow(_state, State), $"{at}: no such way between states");
        if (State == ConnectionState.Failed) CheckDead(at, step);
        else CheckAlive(at, step);
        if (_state != State) Moved++;
        _state = State;
    }

    private void CheckAlive(string at, SslStep? step)
    {
        FuzzFailure.Unless(Failure is null, $"{at}: a failure without being failed");
        if (step is not { } ended) return;
        FuzzFailure.Unless(ended.Kind != SslStepKind.Failed, $"{at}: failed, but the machine is not");
        if (!ended.IsBlocked) return;
        FuzzFailure.Unless(ended.Want is SslWant.Read or SslWant.Write, $"{at}: nobody can satisfy this want");
        FuzzFailure.Unless(ended.Want != SslWant.Write || !_machine.Output.IsEmpty, $"{at}: waits for room, and there is nothing to take");
    }

    // Death is final: one outcome with a name, no call that says anything else, no output that grows.
    private void CheckDead(string at, SslStep? step)
    {
        CloseReason reason = Failure?.Reason ?? CloseReason.None;
        FuzzFailure.Unless(reason is CloseReason.ProtocolError or CloseReason.VerificationFailed || (reason == CloseReason.Truncated && _streamEnded), $"{at}: ended as {Failure}");
        FuzzFailure.Unless(step is null || step.Value.Kind == SslStepKind.Failed, $"{at}: a step that goes on after death");
        if (_failure is not null)
        {
            FuzzFailure.Unless(ReferenceEquals(_failure, Failure), $"{at}: died twice, of {_failure} and {Failure}");
            FuzzFailure.Unless(_machine.Output.Length <= _outputAtDeath, $"{at}: output after death");
        }

        _failure = Failure;
        _outputAtDeath = _machine.Output.Length;
    }

    private static bool MayFollow(ConnectionState before, ConnectionState after) => before == after || (before, after) switch
    {
        (ConnectionState.Handshaking, ConnectionState.Closed) => false,
        (ConnectionState.Handshaking, _) => true,
        (ConnectionState.Open, not ConnectionState.Handshaking) => true,
        (ConnectionState.LocalClosed or ConnectionState.PeerClosed, ConnectionState.Closed or ConnectionState.Failed) => true,
        _ => false,
    };

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_transport")]
    private static extern ref MemoryTransport TransportField(SslMachine machine);

    private static MemoryTransport Transport(SslMachine machine) => TransportField(machine);
}
