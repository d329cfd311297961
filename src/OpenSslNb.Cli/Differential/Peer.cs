using OpenSslNb.Simulation.Differential;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Cli.Differential;

/// <summary>One of the two that are compared, ready to be asked.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private readonly PeerProcess? _process;

    private Peer(PeerSource source, PeerProcess? process, ProbeTarget target)
    {
        Source = source;
        Target = target;
        Runner = new ScriptRunner(target);
        _process = process;
    }

    public PeerSource Source { get; }

    public ProbeTarget Target { get; }

    public ScriptRunner Runner { get; }

    /// <summary>Starts it if it has to be started.</summary>
    /// <param name="name">Which of the two, for messages.</param>
    /// <param name="source">Who.</param>
    /// <param name="patience">How long a start may take.</param>
    /// <param name="template">All of the target but its address.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<Peer> StartAsync(string name, PeerSource source, TimeSpan patience, Func<string, int, ProbeTarget> template, CancellationToken cancellation)
    {
        if (source.Address is { } address) return new Peer(source, null, template(address.Host, address.Port));
        try
        {
            PeerProcess process = await PeerProcess.StartAsync(source.Words, patience, cancellation);
            return new Peer(source, process, template("127.0.0.1", process.Port));
        }
        catch (IOException e)
        {
            throw new IOException($"{name} did not start ({source.Text}): {e.Message}", e);
        }
    }

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;
}
