using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace OpenSslNb.Benchmarks.Rivals;

/// <summary>What is common to the protocols: the end of a connection.</summary>
internal abstract class KestrelProtocol : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        try
        {
            await RunAsync(connection.Transport.Input, connection.Transport.Output);

            // Kestrel itself ends the connection without close_notify.
            await connection.Features.Get<ISslStreamFeature>()!.SslStream.ShutdownAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or ConnectionAbortedException)
        {
            // The peer just went away.
            connection.Abort();
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            connection.Abort();
        }
    }

    protected abstract Task RunAsync(PipeReader input, PipeWriter output);

    /// <summary>Takes all counts that are there.</summary>
    protected static bool TryRead(ref ReadOnlySequence<byte> data, ref CountReader counts, out long count)
    {
        count = 0;
        while (!data.IsEmpty)
        {
            ReadOnlySpan<byte> rest = data.FirstSpan;
            bool isRead = counts.TryRead(ref rest, out count);
            data = data.Slice(data.FirstSpan.Length - rest.Length);
            if (isRead) return true;
        }

        return false;
    }

    protected static async Task SendPatternAsync(PipeWriter output, long total)
    {
        for (long sent = 0; sent < total;)
        {
            ReadOnlyMemory<byte> block = BenchmarkPattern.NextBlock(sent, total);

            // Without data of the pipe before it, this goes to the stream as it is, not copied.
            await output.WriteAsync(block);
            sent += block.Length;
        }
    }
}

internal sealed class EchoProtocol : KestrelProtocol
{
    protected override async Task RunAsync(PipeReader input, PipeWriter output)
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync();
            ReadOnlySequence<byte> data = result.Buffer;
            if (data.IsSingleSegment)
            {
                if (!data.IsEmpty) await output.WriteAsync(data.First);
            }
            else
            {
                // In one piece: the writer makes records of each of its segments.
                int length = (int)data.Length;
                data.CopyTo(output.GetSpan(length));
                output.Advance(length);
                await output.FlushAsync();
            }

            input.AdvanceTo(data.End);
            if (result.IsCompleted) return;
        }
    }
}

internal sealed class SourceProtocol : KestrelProtocol
{
    protected override async Task RunAsync(PipeReader input, PipeWriter output)
    {
        var counts = default(CountReader);
        while (true)
        {
            ReadResult result = await input.ReadAsync();
            ReadOnlySequence<byte> data = result.Buffer;
            while (TryRead(ref data, ref counts, out long count)) await SendPatternAsync(output, count);
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted) return;
        }
    }
}

internal class SinkProtocol : KestrelProtocol
{
    private readonly bool _isDuplex;

    public SinkProtocol()
        : this(isDuplex: false)
    {
    }

    protected SinkProtocol(bool isDuplex) => _isDuplex = isDuplex;

    protected override async Task RunAsync(PipeReader input, PipeWriter output)
    {
        var counts = default(CountReader);
        var checker = default(PatternChecker);
        byte[] answer = new byte[sizeof(long)];
        Task? sending = null;
        while (true)
        {
            ReadResult result = await input.ReadAsync();
            ReadOnlySequence<byte> data = result.Buffer;
            while (sending is not null || !data.IsEmpty)
            {
                if (sending is null)
                {
                    if (!TryRead(ref data, ref counts, out long count)) break;
                    checker = new PatternChecker(count);
                    sending = _isDuplex ? SendPatternAsync(output, count) : Task.CompletedTask;
                }

                if (!Check(ref data, ref checker)) throw new IOException("the peer sent other bytes than the pattern's");
                if (!checker.IsDone) break;
                await sending;
                sending = null;
                BinaryPrimitives.WriteInt64BigEndian(answer, checker.Total);
                await output.WriteAsync(answer);
            }

            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted) return;
        }
    }

    private static bool Check(ref ReadOnlySequence<byte> data, ref PatternChecker checker)
    {
        while (!data.IsEmpty && !checker.IsDone)
        {
            ReadOnlySpan<byte> rest = data.FirstSpan;
            if (!checker.Check(ref rest)) return false;
            data = data.Slice(data.FirstSpan.Length - rest.Length);
        }

        return true;
    }
}

internal sealed class DuplexProtocol() : SinkProtocol(isDuplex: true);

internal sealed class PostedProtocol(PostWorkers workers) : KestrelProtocol
{
    protected override async Task RunAsync(PipeReader input, PipeWriter output)
    {
        var queue = new PostQueue();
        Task writing = WritePostedAsync(queue, output);
        try
        {
            var counts = default(CountReader);
            while (true)
            {
                ReadResult result = await input.ReadAsync();
                ReadOnlySequence<byte> data = result.Buffer;
                while (TryRead(ref data, ref counts, out long count)) workers.Begin(queue, count);
                input.AdvanceTo(data.End);
                if (result.IsCompleted) return;
            }
        }
        finally
        {
            queue.Close();
            await writing;
        }
    }

    private static async Task WritePostedAsync(PostQueue queue, PipeWriter output)
    {
        try
        {
            do
            {
                while (queue.TryTake(out ReadOnlyMemory<byte> messages)) await output.WriteAsync(messages);
            }
            while (await queue.WaitAsync());
        }
        finally
        {
            queue.Close();
        }
    }
}
