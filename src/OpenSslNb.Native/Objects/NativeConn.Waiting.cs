using System.Buffers;
using Microsoft.Win32.SafeHandles;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Objects;

/// <content>Who waits for something of the connection: told exactly once, on the loop's thread, and before its end.</content>
internal sealed unsafe partial class NativeConn
{
    // Guarded by _gate.
    private readonly HashSet<Waiter> _waiting = [];

    public Result SendAll(void* data, nuint length, delegate* unmanaged<int, void*, void> callback, void* user)
    {
        var memory = new CallerMemory((byte*)data, (int)length);
        return Start(Required.SendAsync(memory.Memory).AsTask(), new SendWaiter(callback, user));
    }

    public Result SendFile(SafeFileHandle file, long offset, long length, delegate* unmanaged<int, void*, void> callback, void* user) =>
        Start(Required.SendFileAsync(file, offset, length).AsTask(), new SendWaiter(callback, user));

    public Result RequestCertificate(delegate* unmanaged<nint, int, NativeBytesView*, nuint, void*, void> callback, void* user)
    {
        Task<IReadOnlyList<ReadOnlyMemory<byte>>> request = Required.RequestCertificateAsync();
        return Start(request, new CertificateWaiter(this, request, callback, user));
    }

    private Result Start(Task task, Waiter waiter)
    {
        if (task.IsFaulted) return Fault.Of(task.Exception.InnerException!);
        if (task.IsCompletedSuccessfully)
        {
            waiter.Tell(Result.Ok);
            return Result.Ok;
        }

        waiter.Task = task;
        lock (_gate)
        {
            if (_isFinished != 0) return Fault.Of(Result.SendClosed, "the connection has ended");
            _waiting.Add(waiter);
        }

        _ = task.ContinueWith(
            static (_, state) =>
            {
                var (conn, waiter) = ((NativeConn, Waiter))state!;
                conn.Owner.Loop.Post(() => conn.Tell(waiter));
            },
            (this, waiter),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return Result.Ok;
    }

    private void Tell(Waiter waiter)
    {
        lock (_gate)
        {
            if (!_waiting.Remove(waiter)) return;
        }

        Owner.EnterCallback();
        waiter.Tell(ResultOf(waiter.Task!));
        Owner.LeaveCallback();
    }

    private void AbandonWaiting()
    {
        Waiter[] rest;
        lock (_gate) rest = [.. _waiting];
        foreach (Waiter waiter in rest) Tell(waiter);
    }

    private static Result ResultOf(Task task) => task.Exception?.InnerException is { } fault ? Fault.ResultOf(fault) : task.IsCompletedSuccessfully ? Result.Ok : Result.SendClosed;

    private abstract class Waiter
    {
        public Task? Task { get; set; }

        public abstract void Tell(Result result);
    }

    private sealed class SendWaiter(delegate* unmanaged<int, void*, void> callback, void* user) : Waiter
    {
        public override void Tell(Result result)
        {
            if (callback != null) callback((int)result, user);
        }
    }

    private sealed class CertificateWaiter(NativeConn conn, Task<IReadOnlyList<ReadOnlyMemory<byte>>> request, delegate* unmanaged<nint, int, NativeBytesView*, nuint, void*, void> callback, void* user) : Waiter
    {
        public override void Tell(Result result)
        {
            using var memory = new Arena();
            IReadOnlyList<ReadOnlyMemory<byte>> certificates = result == Result.Ok ? request.Result : [];
            callback(conn.Handle, (int)result, memory.BytesList(certificates), (nuint)certificates.Count, user);
        }
    }

    /// <summary>Memory that C has promised to leave there.</summary>
    private sealed class CallerMemory(byte* pointer, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(pointer, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(pointer + elementIndex);

        public override void Unpin()
        {
            // It never moves.
        }

        protected override void Dispose(bool disposing)
        {
            // It is C's.
        }
    }
}
