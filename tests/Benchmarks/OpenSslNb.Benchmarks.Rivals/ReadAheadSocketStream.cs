using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace OpenSslNb.Benchmarks.Rivals;

/// <summary>Several records a receive. Waiting without a buffer stays possible: a read of nothing goes to the socket.</summary>
internal sealed class ReadAheadSocketStream(Socket socket) : SocketStream(socket)
{
    // Four full records and more.
    private const int Size = 72 * 1024;

    private byte[]? _read;
    private int _readStart;
    private int _readEnd;

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

    private void ReturnRead()
    {
        if (_read is not null) ArrayPool<byte>.Shared.Return(_read);
        _read = null;
    }
}
