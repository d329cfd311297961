using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OpenSslNb.Interop;

namespace OpenSslNb.Cli.Differential;

/// <summary>A server that we have started, in a process group of its own, which is ended as a whole.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private const int SIGKILL = 9;
    private const int SIGTERM = 15;
    private const int Attempts = 3;

    private static readonly TimeSpan s_betweenConnects = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_patienceForSuspects = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly ProcessMark _mark;
    private readonly LastWords _said = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _hurry;

    // Held while it starts: whoever would kill it waits for that, and does not come too early.
    private readonly Lock _starting = new();
    private bool _isStarted;

    private PeerProcess(ProcessStartInfo start, ProcessMark mark, int port, CancellationToken hurry)
    {
        _mark = mark;
        Port = port;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };

        // WaitForExitAsync waits for whoever has the pipes too, and that may be a child that went on.
        _process.Exited += (_, _) => _ended.TrySetResult();
        _process.ErrorDataReceived += (_, line) => _said.Keep(line.Data);

        // Its output is read lest it wait for somebody who does.
        _process.OutputDataReceived += (_, _) => { };
        _hurry = hurry.Register(Kill);
        try
        {
            lock (_starting) _isStarted = _process.Start();
        }
        catch
        {
            _hurry.Dispose();
            _process.Dispose();
            throw;
        }

        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    public int Port { get; }

    /// <summary>Starts it and waits until it takes connections.</summary>
    /// <param name="words">The command.</param>
    /// <param name="patience">How long it may take.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="hurry">Kills it at once.</param>
    /// <exception cref="IOException">It did not come so far; with what it said.</exception>
    public static async Task<PeerProcess> StartAsync(string[] words, TimeSpan patience, CancellationToken cancellation, CancellationToken hurry)
    {
        for (int attempt = 1; ; attempt++)
        {
            PeerProcess peer = Start(words, FreePort(), hurry);
            try
            {
                await peer.AnswerAsync(patience, cancellation);
                return peer;
            }
            catch (Exception e)
            {
                await peer.DisposeAsync();

                // Somebody else has got the port between our look and the server's.
                string said = string.Join('\n', peer._said.Lines);
                if (attempt < Attempts && e is IOException && said.Contains("in use", StringComparison.OrdinalIgnoreCase)) continue;
                if (e is not IOException) throw;
                throw new IOException($"{e.Message}{(said.Length == 0 ? "" : $"; it said:\n{said}")}", e);
            }
        }
    }

    /// <summary>Whether it has ended by itself.</summary>
    /// <param name="isSuspect">It refuses connections: it may be about to end.</param>
    /// <returns>Null when it runs.</returns>
    public async Task<PeerEnd?> FindEndAsync(bool isSuspect)
    {
        if (isSuspect) await Task.WhenAny(_ended.Task, Task.Delay(s_patienceForSuspects));
        if (!_process.HasExited) return null;
        await _said.ToEndAsync();
        return new PeerEnd(_process.ExitCode, _said.Lines);
    }

    /// <summary>Whether it takes connections.</summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port, cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Signal(SIGTERM);
        await Task.WhenAny(_ended.Task, Task.Delay(s_patience));
        if (!_process.HasExited) _said.Keep("(it did not end on SIGTERM)");

        // Its children too, and itself if it would not go.
        Signal(SIGKILL);
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _hurry.Dispose();
        _process.Dispose();
    }

    private static PeerProcess Start(string[] words, int port, CancellationToken hurry)
    {
        string[] command = [.. words.Select(word => word.Replace(PeerSource.Port, port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))];

        // It becomes the command: the process is the leader of a group that holds all that it starts, and our terminal's signals do not reach it.
        string[] leading = FindsOnPath("setsid") ? ["setsid", .. command] : command;
        var start = new ProcessStartInfo(leading[0], leading[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        var mark = new ProcessMark();
        mark.PutOn(start);
        try
        {
            return new PeerProcess(start, mark, port, hurry);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new IOException(e.Message, e);
        }
    }

    private static bool FindsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task AnswerAsync(TimeSpan patience, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(patience);
        try
        {
            while (true)
            {
                bool answers = await AnswersAsync(deadline.Token);

                // Whoever answers then is somebody that it left behind, and whom nobody could end.
                if (await FindEndAsync(isSuspect: false) is { } end) throw new IOException($"it {end.Words}{(answers || end.ExitCode == 0 ? "" : $" and never listened on 127.0.0.1:{Port}")}");
                if (answers) return;
                await Task.Delay(s_betweenConnects, deadline.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"nobody listens on 127.0.0.1:{Port} after {patience.TotalSeconds:0.#} s");
        }
    }

    private void Kill()
    {
        lock (_starting)
        {
            if (_isStarted) Signal(SIGKILL);
        }
    }

    private unsafe void Signal(int signal)
    {
        // A group that is not there yet, or has no members any more.
        if (LibC.kill(-_process.Id, signal) != 0 && !_process.HasExited) LibC.kill(_process.Id, signal);

        // And those that have left the group.
        foreach (int process in _mark.Bearers()) LibC.kill(process, signal);
    }
}
