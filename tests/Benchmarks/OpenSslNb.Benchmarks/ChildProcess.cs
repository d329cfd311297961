using System.Diagnostics;

namespace OpenSslNb.Benchmarks;

/// <summary>A server or load generator: lines in, lines out, and a deadline on every answer.</summary>
internal class ChildProcess : IDisposable
{
    // Ten thousand connections are set up before a load generator says that it is ready.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly string _name;
    private readonly List<string> _errors = [];

    /// <param name="name">For messages.</param>
    /// <param name="command">Program and arguments.</param>
    /// <param name="environment">Set besides what this process has.</param>
    protected ChildProcess(string name, IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null)
    {
        _name = name;
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string key, string value) in environment ?? new Dictionary<string, string>()) start.Environment[key] = value;
        _process = Process.Start(start) ?? throw new BenchmarkException($"{name} did not start");
        _process.ErrorDataReceived += (_, line) => KeepError(line.Data);
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public void Tell(string line)
    {
        try
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            throw Fault("ended too early");
        }
    }

    /// <summary>The next line.</summary>
    /// <exception cref="BenchmarkException">There is none, or none in time.</exception>
    public string Hear()
    {
        Task<string?> line = _process.StandardOutput.ReadLineAsync();
        if (!line.Wait(s_patience)) throw Fault($"said nothing for {s_patience.TotalSeconds:0} s");
        return line.Result ?? throw Fault("ended too early");
    }

    /// <summary>Waits for its own end, which must be a good one.</summary>
    public void Finish()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(s_patience)) throw Fault("did not end");
        if (_process.ExitCode != 0) throw Fault($"ended with status {_process.ExitCode}");
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
        GC.SuppressFinalize(this);
    }

    protected BenchmarkException Fault(string what)
    {
        // What it has said about it may still be on its way.
        if (_process.WaitForExit(1_000)) _process.WaitForExit();
        lock (_errors) return new BenchmarkException($"{_name} {what}{string.Concat(_errors.Select(line => $"\n  {line}"))}");
    }

    private void KeepError(string? line)
    {
        lock (_errors)
        {
            if (!string.IsNullOrEmpty(line) && _errors.Count < 20) _errors.Add(line);
        }
    }
}
