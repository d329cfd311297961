using System.Diagnostics;
using NUnit.Framework;

namespace OpenSslNb.Peers.Tests;

/// <summary>A program that runs beside the test: its output is pumped all the time, and it is gone, with its children, when this is disposed.</summary>
internal sealed class ExternalProcess : IAsyncDisposable
{
    /// <summary>How long a test waits for what a program must do; generous, because machines are busy.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task _pumps;

    private ExternalProcess(Process process)
    {
        _process = process;
        _pumps = Task.WhenAll(Output.PumpAsync(process.StandardOutput.BaseStream), Error.PumpAsync(process.StandardError.BaseStream));
    }

    public ByteLog Output { get; } = new("standard output");

    public ByteLog Error { get; } = new("standard error");

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts a program; ignores the test if it is not installed.</summary>
    /// <param name="program">A name in the path, or a path.</param>
    /// <param name="package">The Debian package that has it.</param>
    /// <param name="arguments">Passed as they are.</param>
    public static ExternalProcess Start(string program, string package, params IEnumerable<string> arguments)
    {
        string path = Find(program, package);
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        return new ExternalProcess(Process.Start(start) ?? throw new IOException($"{path} did not start"));
    }

    /// <summary>Like <see cref="Start"/>, for programs that would keep what they say in a buffer while their output is a pipe (<c>stdbuf(1)</c>).</summary>
    public static ExternalProcess StartLineBuffered(string program, string package, params IEnumerable<string> arguments) =>
        Start("stdbuf", "coreutils", ["-oL", Find(program, package), .. arguments]);

    /// <summary>Writes to the program's standard input; may wait for it to read.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> data)
    {
        try
        {
            Stream input = _process.StandardInput.BaseStream;
            await input.WriteAsync(data).AsTask().WaitAsync(Deadline);
            await input.FlushAsync().WaitAsync(Deadline);
        }
        catch (IOException e)
        {
            throw new IOException($"{_process.StartInfo.FileName} takes no more input; it said: {Error.Tail}", e);
        }
    }

    /// <summary>The program reads the end of its standard input.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>The exit code, once it has exited and all that it said was read.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Deadline);
        await _pumps.WaitAsync(Deadline);
        return _process.ExitCode;
    }

    /// <summary>Fails with the program's own words unless it exits with 0.</summary>
    public async Task ExitWellAsync()
    {
        int code = await ExitAsync();
        Assert.That(code, Is.Zero, $"{_process.StartInfo.FileName} failed: {Error.Tail}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().WaitAsync(Deadline);
        await _pumps.WaitAsync(Deadline);
        _process.Dispose();
    }

    private static string Find(string program, string package)
    {
        if (Path.IsPathRooted(program) && File.Exists(program)) return program;
        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), "/usr/sbin"];
        string? path = folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
        if (path is null) Assert.Ignore($"{program} is not installed: apt-get install {package}");
        return path!;
    }
}
