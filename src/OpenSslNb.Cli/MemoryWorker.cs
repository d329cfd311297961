using System.Diagnostics;
using System.Globalization;
using OpenSslNb.Simulation;

namespace OpenSslNb.Cli;

/// <summary>Which allocations of a session are to fail.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The last that may.</param>
/// <param name="Every">1 for all.</param>
/// <param name="PlantsCrash">The process dies on purpose at the first.</param>
internal sealed record MemoryRange(long From, long To, int Every, bool PlantsCrash);

/// <summary>Runs the trials of a session in processes of their own. One that dies is the fault of the allocation that it had announced; another goes on behind it.</summary>
internal sealed class MemoryWorker(MemorySession session, MemoryRange range)
{
    private const char Separator = '\t';

    // A trial takes milliseconds.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // What the process has announced and not finished; 0 for nothing.
    private long _running;
    private bool _hung;

    /// <summary>Allocations of one session.</summary>
    public long Total { get; private set; }

    /// <summary>What a worker says first.</summary>
    public static string TotalLine(long total) => Line("total", total);

    /// <summary>What a worker says before a trial.</summary>
    public static string StartLine(long number) => Line("trying", number);

    /// <summary>What a worker says after a trial.</summary>
    public static string TrialLine(MemoryTrial trial) => Line("tried", trial.Number, trial.Kind, trial.Place, trial.Detail.ReplaceLineEndings(" "));

    /// <summary>Every trial of the range, in order.</summary>
    /// <exception cref="IOException">The worker does not even begin.</exception>
    public async IAsyncEnumerable<MemoryTrial> RunAsync()
    {
        if (session == MemorySession.ColdStart) await CountAsync();
        long next = range.From;
        do
        {
            (_running, _hung) = (0, false);
            using Process process = Start(next);
            Task<string> error = process.StandardError.ReadToEndAsync();
            while (await ReadAsync(process) is { } line)
            {
                if (Take(line) is { } trial) yield return trial;
            }

            await process.WaitForExitAsync();
            if (process.ExitCode == 0)
            {
                if (session != MemorySession.ColdStart) yield break;
                next = MemorySweep.Next(next, range.Every);
                continue;
            }

            if (_running == 0) throw new IOException($"{session.Name} cannot be run: {(await error).Trim()}");
            yield return await DeadAsync(process.ExitCode, await error);
            next = MemorySweep.Next(_running, range.Every);
        }
        while (next <= Math.Min(range.To, Total));
    }

    private static string Line(params object[] fields) => string.Join(Separator, fields.Select(field => string.Create(CultureInfo.InvariantCulture, $"{field}")));

    // A first session in which nothing fails: how many allocations there are.
    private async Task CountAsync()
    {
        using Process process = Start(int.MaxValue);
        while (await ReadAsync(process) is { } line) _ = Take(line);
        await process.WaitForExitAsync();
    }

    private MemoryTrial? Take(string line)
    {
        string[] fields = line.Split(Separator);
        long number = long.Parse(fields[1], CultureInfo.InvariantCulture);
        if (fields[0] == "total") Total = Math.Max(Total, number);
        else _running = fields[0] == "trying" ? number : 0;
        return fields[0] == "tried" ? new MemoryTrial(number, Enum.Parse<TrialKind>(fields[2]), fields[3], fields[4]) : null;
    }

    // Null at the end of its output, which comes soon when it is killed for not coming back.
    private async Task<string?> ReadAsync(Process process)
    {
        Task<string?> line = process.StandardOutput.ReadLineAsync();
        try
        {
            return await line.WaitAsync(s_patience);
        }
        catch (TimeoutException)
        {
            _hung = true;
            process.Kill();
            return await line;
        }
    }

    private async Task<MemoryTrial> DeadAsync(int exitCode, string error)
    {
        if (_hung) return new MemoryTrial(_running, TrialKind.Hung, "", $"nothing was heard for {s_patience}");
        string stack = await NativeStack.OfAsync(Command(_running, range with { To = _running }));
        return new MemoryTrial(_running, TrialKind.Crashed, "", $"{TlsContext.OpenSslVersionText}, exit code {exitCode}: {stack}{error.Trim()}");
    }

    private Process Start(long from)
    {
        string[] command = Command(from, from == range.From ? range : range with { PlantsCrash = false });
        return Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    private string[] Command(long from, MemoryRange part)
    {
        string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
        string[] plant = part.PlantsCrash ? ["--plant", "crash"] : [];
        return [Environment.ProcessPath!, "sim-memory", "--in-process", "--session", session.Name, "--from", Text(from), "--to", Text(part.To), "--every", Text(part.Every), .. plant];
    }
}
