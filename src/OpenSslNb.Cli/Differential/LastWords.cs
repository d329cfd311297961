namespace OpenSslNb.Cli.Differential;

/// <summary>The last lines that somebody has written, fit to be shown. From any thread.</summary>
internal sealed class LastWords
{
    private const int MostLines = 20;
    private const int LongestLine = 400;

    // Whoever still has the pipe may keep it for ever.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);

    private readonly Queue<string> _lines = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string[] Lines
    {
        get { lock (_lines) return [.. _lines]; }
    }

    /// <summary>Takes a line; null is the end.</summary>
    public void Keep(string? line)
    {
        if (line is null)
        {
            _ended.TrySetResult();
            return;
        }

        // A terminal must not do what it says.
        string shown = string.Concat(line.Take(LongestLine).Select(c => char.IsControl(c) && c != '\t' ? '?' : c));
        lock (_lines)
        {
            _lines.Enqueue(shown);
            if (_lines.Count > MostLines) _lines.Dequeue();
        }
    }

    /// <summary>Waits for the end, if that comes soon.</summary>
    public Task ToEndAsync() => Task.WhenAny(_ended.Task, Task.Delay(s_patience));
}
