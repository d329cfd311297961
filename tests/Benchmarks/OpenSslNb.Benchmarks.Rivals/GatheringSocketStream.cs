using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace OpenSslNb.Benchmarks.Rivals;

/// <summary>Several records a system call: reads ahead, and sends what was written when it is flushed or much.</summary>
internal sealed class GatheringSocketStream(Socket socket) : SocketStream(socket)
{
    private const int Size = 72 * 1024;

    private byte[]? _read;
    private int _readStart;
    private int _readEnd;
    private byte[]? _written;
    private int _writtenLength;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_readEnd > _readStart) return ValueTask.FromResult(Take(buffer.Span));
        if (buffer.IsEmpty) return base.ReadAsync(buffer, cancellationToken);
        _read ??= ArrayPool<byte>.Shared.Rent(Size);
        ValueTask<int> receiving = base.ReadAsync(_read, cancellationToken);
        if (!receiving.IsCompletedSuccessfully) return FinishReadAsync(receiving, buffer);
        (_readStart, _readEnd) = (0, receiving.Result);
        return ValueTask.FromResult(Take(buffer.Span));
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _written ??= ArrayPool<byte>.Shared.Rent(Size);
        if (_writtenLength + buffer.Length > _written.Length) return SendAndKeepAsync(buffer, cancellationToken);
        buffer.Span.CopyTo(_written.AsSpan(_writtenLength));
        _writtenLength += buffer.Length;
        return ValueTask.CompletedTask;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => SendAsync(cancellationToken).AsTask();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> FinishReadAsync(ValueTask<int> receiving, Memory<byte> buffer)
    {
        int received = await receiving;
        (_readStart, _readEnd) = (0, received);
        return Take(buffer.Span);
    }

    private int Take(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, _readEnd - _readStart);
        _read.AsSpan(_readStart, count).CopyTo(destination);
        _readStart += count;
        if (_readStart == _readEnd) ReturnRead();
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAndKeepAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await SendAsync(cancellationToken);
        if (buffer.Length > Size) await base.WriteAsync(buffer, cancellationToken);
        else await WriteAsync(buffer, cancellationToken);
    }

    private ValueTask SendAsync(CancellationToken cancellationToken)
    {
        if (_writtenLength == 0) return ValueTask.CompletedTask;
        ValueTask sending = base.WriteAsync(_written.AsMemory(0, _writtenLength), cancellationToken);
        if (!sending.IsCompletedSuccessfully) return FinishSendAsync(sending);
        sending.GetAwaiter().GetResult();
        ReturnWritten();
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishSendAsync(ValueTask sending)
    {
        await sending;
        ReturnWritten();
    }

    private void ReturnRead()
    {
        if (_read is not null) ArrayPool<byte>.Shared.Return(_read);
        _read = null;
    }

    private void ReturnWritten()
    {
        if (_written is not null) ArrayPool<byte>.Shared.Return(_written);
        _written = null;
        _writtenLength = 0;
    }
}
