using OpenSslNb.Engine;
using OpenSslNb.OpenSsl;
using OpenSslNb.Transport;

namespace OpenSslNb.Benchmarks.Micro;

/// <summary>One side: the engine's machine, as a connection of the loop has it, over memory.</summary>
internal sealed class Side : IDisposable
{
    private readonly SslInstance _instance;

    public Side(TlsContext context)
    {
        Transport = new MemoryTransport(ciphertextLimit: 128 * 1024);
        _instance = new SslInstance(context, Transport);
        Machine = new SslMachine<SslCalls>(new SslCalls(_instance), new OutboundQueue(Chunks), new EngineCounters());
    }

    public MemoryTransport Transport { get; }

    public SslMachine<SslCalls> Machine { get; }

    public ChunkPool Chunks { get; } = new();

    public nint Ssl => _instance.Ssl;

    /// <summary>Drops what was written.</summary>
    public void DropOutput() => Transport.SkipOutput(Transport.Unsent);

    /// <summary>Carries what was written to the other side.</summary>
    public void CarryTo(Side other)
    {
        if (Transport.Unsent == 0) return;
        other.Transport.Feed(Transport.Output);
        other.Machine.OnReadable();
        DropOutput();
    }

    public void Dispose()
    {
        Machine.Fail(new CloseOutcome(CloseReason.Disposed));
        Machine.Outbound.Clear();
        _instance.Dispose();
    }
}

/// <summary>Two sides after their handshake, with nothing on its way.</summary>
internal sealed class EstablishedPair : IDisposable
{
    private readonly Contexts _contexts = new();

    public EstablishedPair()
    {
        Server = new Side(_contexts.Server);
        Client = new Side(_contexts.Client);
        byte[] plaintext = new byte[OutboundChunk.Capacity];
        for (int round = 0; round < 10; round++)
        {
            Step(Client, Server, plaintext);
            Step(Server, Client, plaintext);
        }

        if (!Client.Machine.IsEstablished || !Server.Machine.IsEstablished) throw new InvalidOperationException("the handshake did not end");
    }

    public Side Server { get; }

    public Side Client { get; }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
        _contexts.Dispose();
    }

    // The client reads the tickets too.
    private static void Step(Side side, Side other, byte[] plaintext)
    {
        while (side.Machine.TryStep(SslOperations.All, plaintext, out _, out SslStep step) && !step.IsBlocked)
        {
            if (step.Failure is { } failure) throw new InvalidOperationException(failure.ToString());
        }

        side.CarryTo(other);
    }
}
