using System.CommandLine;

namespace OpenSslNb.Cli;

/// <summary>Files of those who run for long: what they write, and when they look at what they have read.</summary>
internal sealed class ServerFileOptions(SharedOptions shared)
{
    private readonly Option<string?> _log = new("--connection-log") { Description = "append a line of JSON about each connection that has ended: what was agreed on, the client's hello with its JA3 and JA4, what passed, why it ended; opened anew on SIGHUP", HelpName = "FILE" };
    private readonly Option<double?> _watch = new Option<double?>("--watch-files") { Description = "look every so many seconds whether certificates have changed, and read them again as on SIGHUP" }.Seconds();

    public Option Log => _log;

    public Option Watch => _watch;

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_watch, _log]) command.Options.Add(option);
    }

    /// <summary>Opens what is written to.</summary>
    public ServerFiles Open(ParseResult parsed)
    {
        TraceFile? trace = shared.OpenTrace(parsed);
        LineFile? keyLog = null;
        try
        {
            keyLog = shared.OpenKeyLog(parsed);
            return new ServerFiles(trace, keyLog, parsed.GetValue(_log) is { } path ? _log.Reading(() => new ConnectionLog(path)) : null);
        }
        catch
        {
            keyLog?.Dispose();
            trace?.Dispose();
            throw;
        }
    }

    /// <summary>What <c>--watch-files</c> says, or null.</summary>
    public TimeSpan? LookEvery(ParseResult parsed) => parsed.GetValue(_watch) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
}

/// <summary>What a server writes while it runs; null for what it was not told to write.</summary>
/// <param name="Trace">All that connections do.</param>
/// <param name="KeyLog">Their secrets.</param>
/// <param name="Log">Their facts.</param>
internal sealed record ServerFiles(TraceFile? Trace, LineFile? KeyLog, ConnectionLog? Log) : IDisposable
{
    /// <summary>Writes to the log of secrets; null when there is none.</summary>
    public Action<string>? WriteSecret => KeyLog is null ? null : KeyLog.Write;

    /// <summary>Goes on in new files where the old ones were moved away. One that cannot be opened is told of, and goes on where it was.</summary>
    public void Reopen()
    {
        foreach (Action? reopen in (Action?[])[KeyLog is null ? null : KeyLog.Reopen, Log is null ? null : Log.Reopen])
        {
            try
            {
                reopen?.Invoke();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"opensslnb: a log goes on where it was: {e.Message}");
            }
        }
    }

    public void Dispose()
    {
        Log?.Dispose();
        KeyLog?.Dispose();
        Trace?.Dispose();
    }
}
