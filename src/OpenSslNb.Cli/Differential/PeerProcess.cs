using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OpenSslNb.Interop;

namespace OpenSslNb.Cli.Differential;

/// <summary>A server that we have started, in a process group of its own, which is ended as a whole.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private const int SIGKILL = 9;
    private const int SIGTERM = 15;
    private const int KeptErrors = 4096;
    private const int Attempts = 3;

    private static readonly TimeSpan s_betweenConnects = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private PeerProcess(Process process, int port)
    {
        _process = process;
        Port = port;
        process.ErrorDataReceived += (_, line) => Keep(line.Data);

        // Its output is read lest it wait for somebody who does.
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    public int Port { get; }

    private string Errors
    {
        get { lock (_errors) return _errors.ToString().TrimEnd(); }
    }

    /// <summary>Starts it and waits until it takes connections.</summary>
    /// <param name="words">The command.</param>
    /// <param name="patience">How long it may take.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">It did not come so far; with what it said.</exception>
    public static async Task<PeerProcess> StartAsync(string[] words, TimeSpan patience, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            PeerProcess peer = Start(words, FreePort());
            try
            {
                await peer.AnswerAsync(patience, cancellation);
                return peer;
            }
            catch (Exception e)
            {
                await peer.DisposeAsync();

                // Somebody else has got the port between our look and the server's.
                if (attempt < Attempts && e is IOException && peer.Errors.Contains("in use", StringComparison.OrdinalIgnoreCase)) continue;
                if (e is not IOException) throw;
                throw new IOException($"{e.Message}{(peer.Errors.Length == 0 ? "" : $"; it said:\n{peer.Errors}")}", e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Signal(SIGTERM);
        using (var deadline = new CancellationTokenSource(s_patience))
        {
            try
            {
                await _process.WaitForExitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                Keep("(it did not end on SIGTERM)");
            }
        }

        // Its children too, and itself if it would not go.
        Signal(SIGKILL);
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static PeerProcess Start(string[] words, int port)
    {
        string[] command = [.. words.Select(word => word.Replace(PeerSource.Port, port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal))];

        // It becomes the command: the process is the leader of a group that holds all that it starts, and our terminal's signals do not reach it.
        string[] leading = FindsOnPath("setsid") ? ["setsid", .. command] : command;
        var start = new ProcessStartInfo(leading[0], leading[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        try
        {
            return new PeerProcess(Process.Start(start)!, port);
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
            while (!await AnswersAsync(deadline.Token))
            {
                if (_process.HasExited)
                {
                    await _process.WaitForExitAsync(deadline.Token);
                    throw new IOException($"it ended with exit code {_process.ExitCode} and never listened on 127.0.0.1:{Port}");
                }

                await Task.Delay(s_betweenConnects, deadline.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"nobody listens on 127.0.0.1:{Port} after {patience.TotalSeconds:0.#} s");
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
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

    private unsafe void Signal(int signal)
    {
        // A group that is not there yet, or has no members any more.
        if (LibC.kill(-_process.Id, signal) != 0 && !_process.HasExited) LibC.kill(_process.Id, signal);
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_errors)
        {
            _errors.Append(line).Append('\n');
            if (_errors.Length > KeptErrors) _errors.Remove(0, _errors.Length - KeptErrors);
        }
    }
}
