using NUnit.Framework;

namespace OpenSslNb.Engine.Tests;

/// <summary>The machine allocates nothing once it is warm.</summary>
public sealed class SteadyStateTests
{
    [Test]
    public void Ten_thousand_rounds_of_crossed_and_plain_steps_allocate_nothing()
    {
        var machine = new SslMachine<RoundOfSteps>(new RoundOfSteps(), new OutboundQueue(new ChunkPool()), new EngineCounters());
        byte[] plaintext = new byte[100];
        byte[] message = new byte[1000];
        Run(machine, plaintext, message, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int steps = Run(machine, plaintext, message, 10_000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(steps, Is.GreaterThan(10_000));
    }

    private static int Run(SslMachine<RoundOfSteps> machine, byte[] plaintext, byte[] message, int rounds)
    {
        int steps = 0;
        for (int i = 0; i < rounds; i++)
        {
            if (machine.Outbound.Length < OutboundChunk.Capacity) machine.Outbound.Append(message);
            machine.AskWrite();
            while (machine.TryStep(SslOperations.All, plaintext, out _, out _)) steps++;
            if ((machine.Interest & Interest.Read) != 0) machine.OnReadable();
            if ((machine.Interest & Interest.Write) != 0) machine.OnWritable();
        }

        return steps;
    }

    /// <summary>Blocks every second call, in changing directions.</summary>
    private struct RoundOfSteps : ISslCalls
    {
        private int _calls;

        public readonly bool IsInHandshake => false;

        public readonly bool ReadWaitsForBlockedWrite => false;

        public readonly ulong InputPosition => (ulong)_calls;

        public readonly SslStep Handshake() => SslStep.Done();

        public SslStep Read(Span<byte> destination) => Next(SslStep.Done(destination.Length));

        public SslStep Write(in PendingWrite write) => Next(SslStep.Done());

        public readonly SslStep WriteAtOnce(ReadOnlySpan<byte> data) => SslStep.Done(data.Length);

        public readonly bool CanWriteAtOnce(int plaintextLength) => true;

        public readonly SslStep SendFile(int file, long offset, long count) => SslStep.Done((int)count);

        public readonly SslStep Shutdown() => SslStep.Done();

        public readonly bool HasRoomFor(int plaintextLength) => true;

        private SslStep Next(SslStep done) => (++_calls % 5) switch
        {
            0 or 2 => SslStep.Blocked(SslWant.Read),
            3 => SslStep.Blocked(SslWant.Write),
            _ => done,
        };
    }
}
