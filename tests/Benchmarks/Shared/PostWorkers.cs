using System.Buffers.Binary;

namespace OpenSslNb.Benchmarks;

/// <summary>A connection that any thread may post messages to.</summary>
internal interface IPostTarget
{
    /// <summary>Copies one message behind those before it. Waits while some 1 MiB is queued.</summary>
    /// <returns>False when the connection has ended.</returns>
    bool Post(ReadOnlySpan<byte> message);
}

/// <summary>The eight threads of the server that have something to say at any time and know nothing of its loops.</summary>
internal sealed class PostWorkers
{
    private const int WorkerCount = 8;
    private const int MessageLength = 64;
    private const int HeaderLength = sizeof(uint) + sizeof(ulong);

    private readonly Worker[] _workers = [.. Enumerable.Range(0, WorkerCount).Select(number => new Worker((uint)number))];

    /// <summary>Has each worker post so many messages to the target, after what it was given before.</summary>
    public void Begin(IPostTarget target, long messages)
    {
        foreach (Worker worker in _workers) worker.Begin(target, messages);
    }

    private sealed class Worker
    {
        private readonly uint _number;
        private readonly object _gate = new();

        // Guarded by _gate.
        private readonly Queue<(IPostTarget Target, long Messages)> _jobs = new();

        public Worker(uint number)
        {
            _number = number;
            new Thread(Run) { IsBackground = true, Name = $"poster {number}" }.Start();
        }

        public void Begin(IPostTarget target, long messages)
        {
            lock (_gate)
            {
                _jobs.Enqueue((target, messages));
                Monitor.Pulse(_gate);
            }
        }

        private void Run()
        {
            Span<byte> message = stackalloc byte[MessageLength];
            BinaryPrimitives.WriteUInt32BigEndian(message, _number);
            BenchmarkPattern.Slice(0, MessageLength - HeaderLength).Span.CopyTo(message[HeaderLength..]);
            while (true)
            {
                (IPostTarget target, long messages) = NextJob();
                for (long i = 0; i < messages; i++)
                {
                    BinaryPrimitives.WriteUInt64BigEndian(message[sizeof(uint)..], (ulong)i);
                    if (!target.Post(message)) break;
                }
            }
        }

        private (IPostTarget Target, long Messages) NextJob()
        {
            lock (_gate)
            {
                (IPostTarget, long) job;
                while (!_jobs.TryDequeue(out job)) Monitor.Wait(_gate);
                return job;
            }
        }
    }
}
