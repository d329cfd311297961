using System.Text;

namespace OpenSslNb.Peers.Tests;

/// <summary>What came so far out of a stream that somebody else pumps. Waits are over when the bytes are there, or fail when the stream ends without them.</summary>
internal sealed class ByteLog(string name)
{
    private readonly Lock _gate = new();

    // All below guarded by _gate.
    private readonly MemoryStream _bytes = new();
    private TaskCompletionSource _changed = NewSignal();
    private bool _ended;

    public byte[] ToArray()
    {
        lock (_gate) return _bytes.ToArray();
    }

    /// <summary>The last of it, for messages.</summary>
    public string Tail
    {
        get
        {
            byte[] all = ToArray();
            return Encoding.Latin1.GetString(all.AsSpan(Math.Max(0, all.Length - 600)));
        }
    }

    /// <summary>Appends all that the stream brings, until its end.</summary>
    public async Task PumpAsync(Stream stream)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            for (int count; (count = await stream.ReadAsync(buffer)) > 0;) Change(buffer.AsSpan(0, count), end: false);
        }
        catch (IOException)
        {
            // Killed while it spoke: the end all the same.
        }

        Change([], end: true);
    }

    /// <summary>Everything, once there are at least this many bytes behind an offset.</summary>
    public async Task<byte[]> WaitForBytesAsync(int count, int offset = 0)
    {
        await WaitAsync(all => all.Length >= offset + count, $"{count} bytes");
        return ToArray()[offset..];
    }

    /// <summary>Waits until the text is there so many times.</summary>
    public Task WaitForTextAsync(string text, int times = 1)
    {
        byte[] wanted = Encoding.Latin1.GetBytes(text);
        return WaitAsync(all => all.Count(wanted) >= times, $"'{text}' ({times} times)");
    }

    /// <summary>Where the text ends, once it is there.</summary>
    public async Task<int> WaitForEndOfTextAsync(string text)
    {
        await WaitForTextAsync(text);
        byte[] wanted = Encoding.Latin1.GetBytes(text);
        return ToArray().AsSpan().IndexOf(wanted) + wanted.Length;
    }

    /// <summary>Waits until all that came fulfils a condition; <paramref name="what"/> names it for messages.</summary>
    public async Task WaitAsync(Func<ReadOnlySpan<byte>, bool> condition, string what)
    {
        using var deadline = new CancellationTokenSource(ExternalProcess.Deadline);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (condition(_bytes.GetBuffer().AsSpan(0, (int)_bytes.Length))) return;
                if (_ended) throw new EndOfStreamException($"{name} ended without {what} after {_bytes.Length} bytes: {Tail}");
                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"no {what} on {name} within {ExternalProcess.Deadline}: {Tail}");
            }
        }
    }

    private void Change(ReadOnlySpan<byte> data, bool end)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _bytes.Write(data);
            _ended |= end;
            changed = _changed;
            _changed = NewSignal();
        }

        changed.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
