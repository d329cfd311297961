using OpenSslNb.Loop;

namespace OpenSslNb.Connections;

/// <summary>
/// The connections of one loop that hold record buffers and follow <see cref="MemoryPolicy.Balanced"/>. Swept by one timer, which is armed only while there are any: an idle loop sleeps. Used by the loop's thread alone.
/// </summary>
internal sealed class WarmConnections
{
    // Connections that become due one after the other share a sweep.
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(500);

    private readonly EventLoop _loop;
    private readonly LoopTimer _sweep;

    // Linked through the connections themselves.
    private ConnectionDriver? _first;

    public WarmConnections(EventLoop loop)
    {
        _loop = loop;
        _sweep = new ActionTimer(Sweep);
    }

    /// <summary>A connection that is not among them has used its buffers.</summary>
    public void Add(ConnectionDriver connection)
    {
        connection.NextWarm = _first;
        if (_first is not null) _first.PreviousWarm = connection;
        _first = connection;
        if (!_sweep.IsArmed) ArmIn(connection.TimeToCoolDown);
    }

    /// <summary>A connection that is among them has ended, or has freed its buffers.</summary>
    public void Remove(ConnectionDriver connection)
    {
        if (connection.PreviousWarm is { } previous) previous.NextWarm = connection.NextWarm;
        else _first = connection.NextWarm;
        if (connection.NextWarm is { } next) next.PreviousWarm = connection.PreviousWarm;
        connection.NextWarm = connection.PreviousWarm = null;
    }

    private void Sweep()
    {
        TimeSpan pause = TimeSpan.MaxValue;
        for (ConnectionDriver? connection = _first; connection is not null;)
        {
            // Read before it leaves the list.
            ConnectionDriver? next = connection.NextWarm;
            TimeSpan left = connection.TimeToCoolDown;
            if ((left > TimeSpan.Zero || !connection.TryCoolDown()) && left < pause) pause = left;
            connection = next;
        }

        if (_first is not null) ArmIn(pause);
    }

    private void ArmIn(TimeSpan time) => _loop.Arm(_sweep, time < s_shortestPause ? s_shortestPause : time);
}
