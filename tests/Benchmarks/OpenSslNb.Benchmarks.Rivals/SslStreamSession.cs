using System.Buffers;
using System.Buffers.Binary;
using System.Net.Security;
using System.Runtime.CompilerServices;

namespace OpenSslNb.Benchmarks.Rivals;

/// <summary>One connection: each protocol is a loop until the peer closes.</summary>
internal sealed class SslStreamSession(SslStream stream, SslStreamTuning tuning) : IDisposable
{
    private const int ReadSize = 64 * 1024;

    private readonly byte[] _answer = new byte[sizeof(long)];
    private byte[]? _buffer;

    public void Dispose() => ReturnBuffer();

    public async Task EchoAsync()
    {
        while (await ReadAsync() is { IsEmpty: false } data) await stream.WriteAsync(data);
    }

    public async Task SourceAsync()
    {
        var counts = default(CountReader);
        while (await ReadAsync() is { IsEmpty: false } data)
        {
            while (TryRead(ref counts, ref data, out long count)) await SendPatternAsync(count);
        }
    }

    public async Task SinkAsync(bool isDuplex)
    {
        var counts = default(CountReader);
        var checker = default(PatternChecker);
        Task? sending = null;
        while (await ReadAsync() is { IsEmpty: false } data)
        {
            while (sending is not null || !data.IsEmpty)
            {
                if (sending is null)
                {
                    if (!TryRead(ref counts, ref data, out long count)) break;
                    checker = new PatternChecker(count);
                    sending = isDuplex ? SendPatternAsync(count) : Task.CompletedTask;
                }

                if (!Check(ref checker, ref data)) throw new IOException("the peer sent other bytes than the pattern's");
                if (!checker.IsDone) break;
                await sending;
                sending = null;
                BinaryPrimitives.WriteInt64BigEndian(_answer, checker.Total);
                await stream.WriteAsync(_answer);
            }
        }
    }

    public async Task PostedAsync(PostWorkers workers)
    {
        var queue = new PostQueue();
        Task writing = WritePostedAsync(queue);
        try
        {
            var counts = default(CountReader);
            while (await ReadAsync() is { IsEmpty: false } data)
            {
                while (TryRead(ref counts, ref data, out long count)) workers.Begin(queue, count);
            }
        }
        finally
        {
            queue.Close();
            await writing;
        }
    }

    private static bool TryRead(ref CountReader counts, ref ReadOnlyMemory<byte> data, out long count)
    {
        ReadOnlySpan<byte> rest = data.Span;
        bool isRead = counts.TryRead(ref rest, out count);
        data = data[^rest.Length..];
        return isRead;
    }

    private static bool Check(ref PatternChecker checker, ref ReadOnlyMemory<byte> data)
    {
        ReadOnlySpan<byte> rest = data.Span;
        bool isRight = checker.Check(ref rest);
        data = data[^rest.Length..];
        return isRight;
    }

    private async Task WritePostedAsync(PostQueue queue)
    {
        try
        {
            do
            {
                while (queue.TryTake(out ReadOnlyMemory<byte> messages)) await stream.WriteAsync(messages);
            }
            while (await queue.WaitAsync());
        }
        finally
        {
            queue.Close();
        }
    }

    private async Task SendPatternAsync(long total)
    {
        for (long sent = 0; sent < total;)
        {
            ReadOnlyMemory<byte> block = BenchmarkPattern.NextBlock(sent, total, tuning.BlockSize);
            await stream.WriteAsync(block);
            sent += block.Length;
        }
    }

    // What came, valid until the next read; empty at the end.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadOnlyMemory<byte>> ReadAsync()
    {
        if (tuning.WaitsWithoutBuffer)
        {
            // A read of nothing completes when there is something.
            ReturnBuffer();
            _ = await stream.ReadAsync(Memory<byte>.Empty);
        }

        _buffer ??= ArrayPool<byte>.Shared.Rent(ReadSize);
        int count = await stream.ReadAsync(_buffer);
        return _buffer.AsMemory(0, count);
    }

    private void ReturnBuffer()
    {
        if (_buffer is not null) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }
}
