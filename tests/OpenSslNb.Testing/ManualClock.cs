namespace OpenSslNb.Testing;

/// <summary>A clock that stands still until it is told to go on: what a loop does at a deadline is then not a matter of how fast the machine is.</summary>
public sealed class ManualClock : TimeProvider
{
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + TimeSpan.FromTicks(GetTimestamp());

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks);

    /// <summary>Lets time pass, and waits until the loop has seen it.</summary>
    public async Task AdvanceAsync(OpenSslNb.EventLoop loop, TimeSpan time)
    {
        Advance(time);

        // The turn that is on may have read the clock before; the next one does, but fires timers after posts; what they cause is done in the one after that.
        for (int turn = 0; turn < 4; turn++)
        {
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            loop.Post(seen.SetResult);
            await seen.Task.WaitAsync(Bench.Deadline);
        }
    }
}
