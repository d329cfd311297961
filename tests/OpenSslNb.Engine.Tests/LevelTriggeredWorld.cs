using NUnit.Framework;

namespace OpenSslNb.Engine.Tests;

/// <summary>
/// A peer, a level-triggered poller and a loop around one <see cref="BlockedOperations"/>, all bounded. It keeps the seam's contract: before the end of the handshake only the
/// handshake takes input, afterwards only a read does; everything else that needs input says so again until input was taken.
/// </summary>
internal sealed class LevelTriggeredWorld
{
    private const int Bound = 64;
    private readonly SslWant[] _first;
    private BlockedOperations _operations;
    private bool _inputTaken;

    public LevelTriggeredWorld(BlockedOperations operations)
    {
        _operations = operations;
        _first = [.. ReachableStates.Operations.Select(o => operations.WantOf(o))];
    }

    /// <summary>Bytes lie in the socket; the poller says so until they are taken.</summary>
    public required bool HasInput { get; set; }

    /// <summary>The socket takes bytes; the poller says so whenever it is asked.</summary>
    public required bool TakesOutput { get; init; }

    /// <summary>The application lets reading go on and answers what it is asked.</summary>
    public bool ApplicationCooperates { get; init; }

    /// <summary>Runs until nothing can happen any more.</summary>
    public BlockedOperations RunUntilQuiet(BlockedOperations start)
    {
        for (int i = 0; i < Bound; i++)
        {
            if (_operations.Next() is { } operation) Attempt(operation);
            else if (!Poll() && !Answer()) return _operations;
        }

        Assert.Fail($"no rest after {Bound} rounds, input={HasInput} output={TakesOutput}, from\n{ReachableStates.Describe(start)}\nnow {_operations} Interest={_operations.Interest}");
        return default;
    }

    private void Attempt(SslOperation operation)
    {
        SslStep step = Outcome(operation);
        bool takes = step.IsDone && IsTaker(operation) && HasInput;
        if (takes)
        {
            HasInput = false;
            _inputTaken = true;
        }

        _operations.Complete(operation, step, more: operation == SslOperation.Read, tookInput: takes);
    }

    private SslStep Outcome(SslOperation operation)
    {
        SslWant want = _first[(int)operation];
        if (want == SslWant.Write && !TakesOutput) return SslStep.Blocked(SslWant.Write);
        if (IsTaker(operation)) return HasInput || (want != SslWant.Read && operation != SslOperation.Read) ? SslStep.Done() : SslStep.Blocked(SslWant.Read);
        return want == SslWant.Read && !_inputTaken ? SslStep.Blocked(SslWant.Read) : SslStep.Done();
    }

    private bool IsTaker(SslOperation operation) => operation == (_operations.IsEstablished ? SslOperation.Read : SslOperation.Handshake);

    private bool Poll()
    {
        Interest ready = _operations.Interest & ((HasInput ? Interest.Read : Interest.None) | (TakesOutput ? Interest.Write : Interest.None));
        if ((ready & Interest.Read) != 0) _operations.OnReadable();
        if ((ready & Interest.Write) != 0) _operations.OnWritable();
        return ready != Interest.None;
    }

    private bool Answer()
    {
        if (!ApplicationCooperates) return false;
        BlockedOperations before = _operations;
        _operations.Permit(ReadPermission.Always);
        foreach (SslWant want in ReachableStates.Wants.Where(w => w is not (SslWant.Read or SslWant.Write))) _operations.Satisfy(want);
        return !before.Equals(_operations);
    }
}
