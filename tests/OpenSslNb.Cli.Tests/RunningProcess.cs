using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace OpenSslNb.Cli.Tests;

/// <summary>A process whose streams are pumped all the time; killed with all its children when disposed.</summary>
internal sealed partial class RunningProcess : IDisposable
{
    public const int SIGHUP = 1;
    public const int SIGINT = 2;
    public const int SIGQUIT = 3;
    public const int SIGTERM = 15;

    /// <summary>How long a test waits for what must happen.</summary>
    /// <summary>Signals that ask for an end, each with the exit code that shells make of it.</summary>
    public static readonly object[][] EndingSignals = [[SIGHUP, 129], [SIGINT, 130], [SIGQUIT, 131], [SIGTERM, 143]];

    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(45);

    private readonly Process _process;

    private RunningProcess(Process process)
    {
        _process = process;
        Output = new CapturedStream(process.StandardOutput.BaseStream);
        Error = new CapturedStream(process.StandardError.BaseStream);
    }

    /// <summary>Standard output so far.</summary>
    public CapturedStream Output { get; }

    /// <summary>Standard error so far.</summary>
    public CapturedStream Error { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public static RunningProcess Start(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };

        // Programs of .NET find the run-time that runs us, wherever it is installed.
        start.Environment.TryAdd("DOTNET_ROOT", Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..")));
        return new RunningProcess(Process.Start(start)!);
    }

    /// <summary>Writes to standard input, which stays open.</summary>
    public async Task WriteInputAsync(ReadOnlyMemory<byte> data)
    {
        await _process.StandardInput.BaseStream.WriteAsync(data).AsTask().WaitAsync(Deadline);
        await _process.StandardInput.BaseStream.FlushAsync();
    }

    /// <inheritdoc cref="WriteInputAsync(ReadOnlyMemory{byte})"/>
    public Task WriteInputAsync(string text) => WriteInputAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Ends standard input.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    public void Signal(int signal)
    {
        if (!TrySignal(signal)) throw new InvalidOperationException($"signal {signal} could not be sent: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Sends a signal to a process that may have ended by itself: false then.</summary>
    public bool TrySignal(int signal) => kill(_process.Id, signal) == 0;

    /// <summary>Waits for the end of the process and of what it wrote.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitForExitAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Deadline);
            await Task.WhenAll(Output.Ended, Error.Ended).WaitAsync(Deadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)} did not end within {Deadline}; it said: {Error.Text}");
        }

        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}
