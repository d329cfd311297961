using System.Collections.Concurrent;

namespace OpenSslNb;

/// <summary>
/// Threads for handshakes whose private keys take their time: in hardware, over a network, or very large (<see cref="TlsOptions.HandshakeWorkers"/>). The loop's thread does everything else. May be shared by any number of contexts and loops.
/// </summary>
public sealed class TlsWorkers : IDisposable
{
    [ThreadStatic]
    private static bool t_isCurrent;

    private readonly BlockingCollection<Action> _queue = [];
    private readonly Thread[] _threads;

    /// <summary>Starts the threads.</summary>
    /// <param name="count">How many handshakes may use their key at the same time; at least 1.</param>
    public TlsWorkers(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _threads = new Thread[count];
        for (int i = 0; i < count; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = $"opensslnb worker {i + 1}" };
            _threads[i].Start();
        }
    }

    /// <summary>Steps that wait for a thread.</summary>
    public int QueueLength => _queue.Count;

    /// <summary>Ends the threads when they have done what was queued. Handshakes that need one afterwards fail with <see cref="CloseReason.LocalError"/>. Not from a callback of a handshake.</summary>
    public void Dispose()
    {
        if (_queue.IsAddingCompleted) return;
        _queue.CompleteAdding();
        foreach (Thread thread in _threads) thread.Join();
    }

    /// <summary>True on the threads of any of them.</summary>
    internal static bool IsCurrent => t_isCurrent;

    internal bool TryQueue(Action step)
    {
        try
        {
            return _queue.TryAdd(step);
        }
        catch (InvalidOperationException)
        {
            // Disposed: the only way to learn it that has no race.
            return false;
        }
    }

    private void Run()
    {
        t_isCurrent = true;
        foreach (Action step in _queue.GetConsumingEnumerable()) step();
    }
}
