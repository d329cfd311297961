namespace OpenSslNb.Cli.Differential;

/// <summary>That a server which we have started has ended by itself.</summary>
/// <param name="ExitCode">Its exit code, or 128 and the signal.</param>
/// <param name="Said">Its last lines on standard error.</param>
internal sealed record PeerEnd(int ExitCode, IReadOnlyList<string> Said)
{
    private const int SignalBase = 128;

    /// <summary>The last case in which it took a connection; null when it took none.</summary>
    public string? Case { get; init; }

    /// <summary>What ended it, as far as the exit code tells; null when it was no signal.</summary>
    public string? Signal => (ExitCode - SignalBase) switch
    {
        <= 0 or > 64 => null,
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        int other => $"signal {other}",
    };

    /// <summary>How it ended.</summary>
    public string Words => ExitCode == 0 ? "ended with exit code 0; a server has to stay in the foreground" : $"ended with exit code {ExitCode}{(Signal is { } signal ? $" ({signal})" : "")}";

    /// <summary>When it ended.</summary>
    public string When => Case is null ? "before the first case" : $"in case '{Case}', or after it";
}
