namespace OpenSslNb.Testing;

/// <summary>A clock that stands still until it is told to go on: what a loop does at a deadline is then not a matter of how fast the machine is.</summary>
public sealed class ManualClock : TimeProvider
{
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    /// <summary>Lets time pass, and waits until the loop has seen it.</summary>
    public async Task AdvanceAsync(OpenSslNb.EventLoop loop, TimeSpan time)
    {
        Interlocked.Add(ref _now, time.Ticks);

        // The first turn reads the clock and fires what is due; what that caused is done when the second has run.
        for (int turn = 0; turn < 2; turn++)
        {
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            loop.Post(seen.SetResult);
            await seen.Task.WaitAsync(Bench.Deadline);
        }
    }
}
