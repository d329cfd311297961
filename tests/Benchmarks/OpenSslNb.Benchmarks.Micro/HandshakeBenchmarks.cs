using BenchmarkDotNet.Attributes;

namespace OpenSslNb.Benchmarks.Micro;

/// <summary>A full TLS 1.3 handshake in memory, both sides: with our machines and with OpenSSL alone. What is small between the two shows in <see cref="PairedHandshake"/>.</summary>
[MemoryDiagnoser]
public class HandshakeBenchmarks
{
    private Contexts _contexts = null!;
    private RawHandshake _raw = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _contexts = new Contexts();
        _raw = new RawHandshake(_contexts.Certificate);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _raw.Dispose();
        _contexts.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void OpenSslAlone() => _raw.Run();

    [Benchmark]
    public void TwoMachines() => Run(_contexts);

    /// <summary>Makes two machines, brings them through the handshake and frees them.</summary>
    internal static void Run(Contexts contexts)
    {
        using var server = new SslMachine(contexts.Server);
        using var client = new SslMachine(contexts.Client);
        bool clientDone = false;
        bool serverDone = false;
        while (!clientDone || !serverDone)
        {
            clientDone = Step(client, server);
            serverDone = Step(server, client);
        }
    }

    private static bool Step(SslMachine machine, SslMachine peer)
    {
        SslStep step = machine.Handshake();
        if (step.Failure is { } failure) throw new InvalidOperationException(failure.ToString());
        peer.Feed(machine.Output);
        machine.SkipOutput(machine.Output.Length);
        return step.IsDone;
    }
}
