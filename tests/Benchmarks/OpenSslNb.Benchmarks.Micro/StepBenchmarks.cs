using BenchmarkDotNet.Attributes;
using OpenSslNb.Engine;

namespace OpenSslNb.Benchmarks.Micro;

/// <summary>What one message of 64 bytes costs in the machine, OpenSSL's work included, over memory.</summary>
[MemoryDiagnoser]
public class StepBenchmarks
{
    private const int Batch = 4096;

    private readonly byte[] _message = new byte[64];
    private readonly byte[] _plaintext = new byte[64 * 1024];
    private EstablishedPair _pair = null!;
    private OutboundQueue _posted = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _pair = new EstablishedPair();
        _posted = new OutboundQueue(_pair.Server.Chunks);
    }

    [GlobalCleanup]
    public void CleanUp() => _pair.Dispose();

    /// <summary>The machine's step, behind the shortest way to its queue.</summary>
    [Benchmark]
    public int WriteStep()
    {
        Side side = _pair.Server;
        side.Machine.Outbound.Append(_message);
        return Flush(side);
    }

    /// <summary>The way of a send from any thread: queued, handed over to the machine in one piece, written, flushed.</summary>
    [Benchmark]
    public int EnqueueAndFlush()
    {
        Side side = _pair.Server;
        _posted.Append(_message);
        side.Machine.Outbound.TakeAll(_posted);
        return Flush(side);
    }

    [IterationSetup(Target = nameof(ReadStep))]
    public void WriteAhead()
    {
        // Each iteration with a connection of its own: the others have lost what was written and dropped.
        _pair.Dispose();
        _pair = new EstablishedPair();
        for (int i = 0; i < Batch; i++)
        {
            _pair.Server.Machine.Outbound.Append(_message);
            _pair.Server.Machine.AskWrite();
            _ = Step(_pair.Server, SslOperations.Write);
            _pair.Server.CarryTo(_pair.Client);
        }
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public int ReadStep()
    {
        int bytes = 0;
        for (int i = 0; i < Batch; i++) bytes += Step(_pair.Client, SslOperations.Read);
        return bytes == Batch * _message.Length ? bytes : throw new InvalidOperationException($"{bytes} bytes were read");
    }

    private int Flush(Side side)
    {
        side.Machine.AskWrite();
        int bytes = Step(side, SslOperations.Write);
        side.DropOutput();
        return bytes;
    }

    private int Step(Side side, SslOperations operation)
    {
        bool isAttempted = side.Machine.TryStep(operation, _plaintext, out _, out SslStep step);
        return isAttempted && step.IsDone ? step.Bytes : throw new InvalidOperationException($"the step ended as {step}");
    }
}
