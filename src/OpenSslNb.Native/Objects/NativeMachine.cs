using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Objects;

/// <summary><c>onb_machine</c>: a machine that one thread at a time is inside of.</summary>
internal sealed unsafe class NativeMachine(SslMachine machine, int outboundLimit)
{
    // The managed id of the thread that is inside; 0 when nobody is.
    private int _inside;
    private bool _isFreed;

    // Held while somebody is called back, so that nobody is once it is free.
    private readonly Lock _notifying = new();
    private Arena? _facts;
    private Arena? _outcome;
    private NativeInfo _info;
    private bool _hasInfo;
    private NativeClientHello* _hello;
    private CloseOutcome? _told;
    private NativeOutcome _toldAs;

    // A copy of the output where C can see it, and how much of it was skipped; not good any more after any other call.
    private byte* _stage;
    private int _stageCapacity;
    private int _staged;
    private int _skipped;

    public SslMachine Machine => machine;

    public bool IsShutDown { get; set; }

    public int OutboundLimit => outboundLimit;

    /// <summary>Calls back once, from whatever thread answers, when what the handshake waits for is there; not when it is free.</summary>
    public void Notify(delegate* unmanaged<void*, void> callback, void* user)
    {
        _ = machine.WaitForAnswerAsync().ContinueWith(_ => Tell(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        void Tell()
        {
            lock (_notifying)
            {
                if (!_isFreed) callback(user);
            }
        }
    }

    /// <summary>The calling thread is inside until what is returned is disposed.</summary>
    /// <exception cref="Refusal">Somebody is inside.</exception>
    public Visit Enter(bool keepsOutput = false)
    {
        int thread = Environment.CurrentManagedThreadId;
        int inside = Interlocked.CompareExchange(ref _inside, thread, 0);
        if (inside != 0) throw Busy(inside == thread);
        if (!keepsOutput) _staged = _skipped = 0;
        return new Visit(this);
    }

    /// <summary>Whether data fits the queue.</summary>
    public bool HasRoomFor(int length) => machine.QueuedBytes + length <= outboundLimit;

    public ReadOnlySpan<byte> StageOutput()
    {
        if (_staged == _skipped)
        {
            ReadOnlySpan<byte> output = machine.Output;
            if (output.Length > _stageCapacity)
            {
                _stage = (byte*)NativeMemory.Realloc(_stage, (nuint)output.Length);
                _stageCapacity = output.Length;
            }

            output.CopyTo(new Span<byte>(_stage, _stageCapacity));
            _staged = output.Length;
            _skipped = 0;
        }

        return new ReadOnlySpan<byte>(_stage + _skipped, _staged - _skipped);
    }

    public void SkipOutput(int count)
    {
        machine.SkipOutput(count);

        // More may have been made at once: then the copy is looked at again from the start.
        if (_staged - _skipped - count == machine.Output.Length) _skipped += count;
        else _staged = _skipped = 0;
    }

    public NativeInfo Info()
    {
        if (machine.Info is not { } info) throw Refusal.State("the handshake has not ended");
        if (!_hasInfo) _info = NativeInfo.Of(info, _facts ??= new Arena());
        _hasInfo = true;
        return _info;
    }

    public NativeClientHello* Hello()
    {
        if (_hello == null) _hello = NativeClientHello.Of(machine.Info?.ClientHello ?? throw Refusal.State("no ClientHello was kept, or the handshake has not ended"), _facts ??= new Arena());
        return _hello;
    }

    public NativeOutcome Outcome()
    {
        CloseOutcome? failure = machine.Failure;
        if (_outcome is null || failure != _told)
        {
            _toldAs = NativeOutcome.Of(failure, _outcome ??= new Arena());
            _told = failure;
        }

        return _toldAs;
    }

    /// <summary>Inside, and for ever: nobody enters it again.</summary>
    public void Free()
    {
        lock (_notifying) _isFreed = true;
        machine.Dispose();
        _facts?.Dispose();
        _outcome?.Dispose();
        NativeMemory.Free(_stage);
        _stage = null;
    }

    private Refusal Busy(bool isOwn) => (_isFreed, isOwn) switch
    {
        (true, _) => new Refusal(Result.BadHandle, "the machine was freed"),
        (_, true) => new Refusal(Result.Reentrant, "the machine is in use by this thread: not from inside its callbacks"),
        _ => new Refusal(Result.WrongThread, "another thread is inside this machine: one at a time"),
    };

    public readonly ref struct Visit(NativeMachine machine)
    {
        public void Dispose() => Volatile.Write(ref machine._inside, 0);
    }
}
