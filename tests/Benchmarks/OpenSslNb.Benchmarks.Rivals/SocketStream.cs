using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace OpenSslNb.Benchmarks.Rivals;

/// <summary>The least that an <see cref="System.Net.Security.SslStream"/> needs of a socket.</summary>
internal class SocketStream(Socket socket) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ValueTask<int> sending = socket.SendAsync(buffer, SocketFlags.None, cancellationToken);
        if (!sending.IsCompletedSuccessfully) return FinishAsync(sending, buffer, cancellationToken);
        int sent = sending.Result;
        return sent == buffer.Length ? ValueTask.CompletedTask : FinishAsync(ValueTask.FromResult(sent), buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush() => throw new NotSupportedException("only the asynchronous members are used");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("only the asynchronous members are used");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("only the asynchronous members are used");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) socket.Dispose();
        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishAsync(ValueTask<int> sending, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        int sent = await sending;
        while (sent < buffer.Length) sent += await socket.SendAsync(buffer[sent..], SocketFlags.None, cancellationToken);
    }
}
