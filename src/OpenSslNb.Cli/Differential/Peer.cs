using OpenSslNb.Simulation.Differential;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Cli.Differential;

/// <summary>One of the two that are compared.</summary>
/// <param name="name">Which of the two, for messages: its option.</param>
/// <param name="source">Who.</param>
/// <param name="template">All of the target but its address.</param>
internal sealed class Peer(string name, PeerSource source, Func<string, int, ProbeTarget> template) : IAsyncDisposable
{
    private PeerProcess? _process;
    private ScriptRunner? _runner;
    private string? _lastCase;

    public string Name => name;

    public PeerSource Source => source;

    /// <summary>Null before it is ready.</summary>
    public ProbeTarget? Target { get; private set; }

    /// <summary>Null unless it was started, and has ended by itself.</summary>
    public PeerEnd? End { get; private set; }

    /// <summary>Starts it if it has to be started.</summary>
    /// <param name="patience">How long a start may take.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="hurry">Kills it at once.</param>
    public async Task StartAsync(TimeSpan patience, CancellationToken cancellation, CancellationToken hurry)
    {
        try
        {
            if (source.Address is null) _process = await PeerProcess.StartAsync(source.Words, patience, cancellation, hurry);
        }
        catch (IOException e)
        {
            throw new IOException($"{name} did not start ({source.Text}): {e.Message}", e);
        }

        Target = source.Address is { } address ? template(address.Host, address.Port) : template("127.0.0.1", _process!.Port);
        _runner = new ScriptRunner(Target);
    }

    /// <summary>Does a case.</summary>
    /// <returns>Null when it had ended before that.</returns>
    /// <exception cref="IOException">Nobody is there, and never was.</exception>
    public async Task<Transcript?> RunAsync(ScriptCase script, CancellationToken cancellation)
    {
        Transcript? transcript = null;
        IOException? refusal = null;
        try
        {
            transcript = await _runner!.RunAsync(script, cancellation);
        }
        catch (IOException e)
        {
            refusal = new IOException($"{name}: {e.Message}", e);
        }

        bool tookConnection = transcript is not null && _runner!.HasConnected;
        if (tookConnection) _lastCase = script.Name;
        await LookAsync(isSuspect: !tookConnection);
        if (End is not null) return tookConnection ? transcript : null;
        return refusal is null ? transcript : throw refusal;
    }

    /// <summary>Looks whether it is still there when nothing is left to do: it may take its time to end.</summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        if (_process is not null) await LookAsync(!await _process.AnswersAsync(cancellation));
    }

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task LookAsync(bool isSuspect)
    {
        if (End is null && _process is not null && await _process.FindEndAsync(isSuspect) is { } end) End = end with { Case = _lastCase };
    }
}
