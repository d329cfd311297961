using System.Collections.Concurrent;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Our server in this process, an echo unless told otherwise, with all that became of its connections.</summary>
internal sealed class ServerUnderTest : IDisposable
{
    private readonly ConcurrentQueue<TlsConnection> _accepted = new();

    public ServerUnderTest(World world, bool allowRenegotiation = false, Func<TlsConnectionHandler>? handler = null, TlsConnectionOptions? connection = null)
    {
        Bench = new Bench(world, allowRenegotiation, connection);
        Files = new PemFiles(Bench);
        Bench.Loop.UnhandledCallbackException += Faults.Enqueue;
        Listener = Bench.Listen(accepted =>
        {
            _accepted.Enqueue(accepted);
            return handler is null ? new EchoHandler() : handler();
        });
    }

    public Bench Bench { get; }

    public PemFiles Files { get; }

    public TlsListener Listener { get; }

    /// <summary>What the loop had nobody to tell.</summary>
    public ConcurrentQueue<Exception> Faults { get; } = new();

    public int Port => Listener.EndPoint.Port;

    public string PortText => Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public int AcceptedCount => _accepted.Count;

    /// <summary>The connection with this number, counted from 0 in the order in which they were accepted.</summary>
    public async Task<TlsConnection> AcceptedAsync(int index)
    {
        await Eventually.BecomesTrue(() => _accepted.Count > index, $"connection {index} is accepted");
        return _accepted.ElementAt(index);
    }

    /// <summary>How the connection with this number ended.</summary>
    public async Task<CloseOutcome> OutcomeAsync(int index)
    {
        TlsConnection connection = await AcceptedAsync(index);
        return await connection.Closed.WaitAsync(ExternalProcess.Deadline);
    }

    public void Dispose()
    {
        Listener.Dispose();
        Bench.Dispose();
        Files.Dispose();
    }
}
