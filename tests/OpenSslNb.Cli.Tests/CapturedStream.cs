using System.Text;

namespace OpenSslNb.Cli.Tests;

/// <summary>What a process writes, read as fast as it comes, so that the process never waits for the test.</summary>
internal sealed class CapturedStream
{
    private readonly Lock _gate = new();
    private readonly MemoryStream _bytes = new();
    private TaskCompletionSource _changed = NewSignal();
    private bool _hasEnded;

    public CapturedStream(Stream source) => Ended = PumpAsync(source);

    /// <summary>Completes at the end of the stream.</summary>
    public Task Ended { get; }

    public byte[] Bytes
    {
        get { lock (_gate) return _bytes.ToArray(); }
    }

    public string Text => Encoding.UTF8.GetString(Bytes);

    public long Length
    {
        get { lock (_gate) return _bytes.Length; }
    }

    /// <summary>Waits until so many bytes have come.</summary>
    public Task WaitForLengthAsync(long length) => WaitAsync(() => Length >= length, $"{length} bytes");

    /// <summary>Waits until the text has come, or has come so often.</summary>
    public Task WaitForTextAsync(string text, int occurrences = 1) => WaitAsync(() => Text.Split(text).Length > occurrences, $"'{text}'");

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task WaitAsync(Func<bool> condition, string what)
    {
        using var deadline = new CancellationTokenSource(RunningProcess.Deadline);
        while (true)
        {
            Task changed;
            bool hasEnded;
            lock (_gate)
            {
                changed = _changed.Task;
                hasEnded = _hasEnded;
            }

            if (condition()) return;
            if (hasEnded) throw new EndOfStreamException($"the output ended before {what}; it was {Length} bytes: {Excerpt()}");
            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{what} did not come within {RunningProcess.Deadline}; so far {Length} bytes: {Excerpt()}");
            }
        }
    }

    private string Excerpt() => Text is { Length: > 2000 } text ? text[..2000] : Text;

    private async Task PumpAsync(Stream source)
    {
        byte[] buffer = new byte[64 * 1024];
        int count;
        do
        {
            count = await source.ReadAsync(buffer);
            TaskCompletionSource changed;
            lock (_gate)
            {
                _bytes.Write(buffer.AsSpan(0, count));
                _hasEnded = count == 0;
                changed = _changed;
                _changed = NewSignal();
            }

            changed.SetResult();
        }
        while (count > 0);
    }
}
