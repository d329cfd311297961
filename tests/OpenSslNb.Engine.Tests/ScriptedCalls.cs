using NUnit.Framework;

namespace OpenSslNb.Engine.Tests;

/// <summary>What one attempt was given.</summary>
internal readonly record struct SeenCall(SslOperation Operation, nint Pointer, int Length, byte[] Bytes);

/// <summary>The answers of an OpenSSL that does as it is told. A call that is not in the script fails the test, and so does an answer that was not used.</summary>
internal sealed class Script
{
    private readonly Queue<(SslOperation Operation, SslStep Step, int Input, Action? During)> _answers = new();

    public List<SeenCall> Seen { get; } = [];

    public List<int> RoomAsked { get; } = [];

    public bool HasRoom { get; set; } = true;

    public bool IsInHandshake { get; set; }

    public bool ReadWaitsForBlockedWrite { get; set; }

    public ulong InputPosition { get; private set; }

    /// <summary>The next call must be this operation.</summary>
    /// <param name="operation">What must be called.</param>
    /// <param name="step">How it ends.</param>
    /// <param name="input">Ciphertext bytes that it takes from the transport.</param>
    /// <param name="during">Runs while the call is on the stack.</param>
    public Script Then(SslOperation operation, SslStep step, int input = 0, Action? during = null)
    {
        _answers.Enqueue((operation, step, input, during));
        return this;
    }

    public void MustBeUsedUp() => Assert.That(_answers, Is.Empty, "answers that no call came for");

    public SslStep Answer(SeenCall call)
    {
        Seen.Add(call);
        Assert.That(_answers.TryDequeue(out var answer), Is.True, $"unexpected call: {call.Operation}");
        Assert.That(call.Operation, Is.EqualTo(answer.Operation));
        InputPosition += (ulong)answer.Input;
        answer.During?.Invoke();
        return answer.Step;
    }
}

/// <summary>The machine's seam, answered by a <see cref="Script"/>.</summary>
internal readonly struct ScriptedCalls(Script script) : ISslCalls
{
    public bool IsInHandshake => script.IsInHandshake;

    public bool ReadWaitsForBlockedWrite => script.ReadWaitsForBlockedWrite;

    public ulong InputPosition => script.InputPosition;

    public SslStep Handshake() => script.Answer(new SeenCall(SslOperation.Handshake, 0, 0, []));

    public unsafe SslStep Read(Span<byte> destination)
    {
        fixed (byte* pointer = destination)
        {
            SslStep step = script.Answer(new SeenCall(SslOperation.Read, (nint)pointer, destination.Length, []));
            if (step.IsDone) destination[..step.Bytes].Fill((byte)'r');
            return step;
        }
    }

    public SslStep Write(in PendingWrite write) =>
        script.Answer(new SeenCall(SslOperation.Write, OutboundQueueTests.PointerOf(write), write.Length, write.Bytes.ToArray()));

    public unsafe SslStep WriteAtOnce(ReadOnlySpan<byte> data)
    {
        fixed (byte* pointer = data) return script.Answer(new SeenCall(SslOperation.Write, (nint)pointer, data.Length, data.ToArray()));
    }

    // The offset in place of a pointer: a file has none.
    public SslStep SendFile(int file, long offset, long count) => script.Answer(new SeenCall(SslOperation.Write, (nint)offset, (int)count, []));

    public bool CanWriteAtOnce(int plaintextLength) => !script.IsInHandshake && HasRoomFor(plaintextLength);

    public SslStep Shutdown() => script.Answer(new SeenCall(SslOperation.Shutdown, 0, 0, []));

    public bool HasRoomFor(int plaintextLength)
    {
        script.RoomAsked.Add(plaintextLength);
        return script.HasRoom;
    }
}

/// <summary>A machine on a script, with everything that a test looks at.</summary>
internal sealed class ScriptedMachine : IStepObserver
{
    private readonly byte[] _plaintext = GC.AllocateArray<byte>(64, pinned: true);

    public ScriptedMachine()
    {
        Machine = new SslMachine<ScriptedCalls>(new ScriptedCalls(Script), new OutboundQueue(new ChunkPool()), Counters, this);
    }

    public Script Script { get; } = new();

    public EngineCounters Counters { get; } = new();

    public SslMachine<ScriptedCalls> Machine { get; }

    public List<StepRecord> Observed { get; } = [];

    public ReadOnlySpan<byte> Plaintext => _plaintext;

    /// <summary>A machine past its handshake, whose first read found nothing.</summary>
    public static ScriptedMachine Established(bool readWaitsForBlockedWrite = false)
    {
        var scripted = new ScriptedMachine();
        scripted.Script.ReadWaitsForBlockedWrite = readWaitsForBlockedWrite;
        scripted.Script.Then(SslOperation.Handshake, SslStep.Done(), input: 1).Then(SslOperation.Read, SslStep.Blocked(SslWant.Read));
        scripted.RunToEnd();
        return scripted;
    }

    public void Send(ReadOnlySpan<byte> data)
    {
        Machine.Outbound.Append(data);
        Machine.AskWrite();
    }

    public bool TryStep() => Machine.TryStep(SslOperations.All, _plaintext, out _, out _);

    public SslStep Step(SslOperation expected)
    {
        Assert.That(Machine.TryStep(SslOperations.All, _plaintext, out SslOperation operation, out SslStep step), Is.True, $"nothing to attempt: {Machine.Operations}");
        Assert.That(operation, Is.EqualTo(expected));
        return step;
    }

    /// <summary>Steps until nothing can be attempted; the script must be used up then.</summary>
    public void RunToEnd()
    {
        for (int i = 0; TryStep(); i++) Assert.That(i, Is.LessThan(100), "livelock");
        Script.MustBeUsedUp();
    }

    void IStepObserver.OnAttempt()
    {
        // Only when an attempt ended is of interest here.
    }

    void IStepObserver.OnStep(in StepRecord record) => Observed.Add(record);
}
