namespace OpenSslNb.Simulation;

/// <summary>Time that moves only when the world moves it. The loops, and OpenSSL itself, read it in the simulation.</summary>
internal sealed class VirtualClock : TimeProvider
{
    /// <summary>When every simulated world begins; the simulation's certificate is valid then.</summary>
    public static readonly DateTimeOffset Epoch = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Microseconds since the world began.</summary>
    public long Microseconds { get; private set; }

    public override long TimestampFrequency => 1_000_000;

    /// <summary>Seconds since 1970, for <c>time(2)</c>.</summary>
    public long UnixSeconds => Epoch.ToUnixTimeSeconds() + (Microseconds / 1_000_000);

    public override long GetTimestamp() => Microseconds;

    public override DateTimeOffset GetUtcNow() => Epoch.AddMicroseconds(Microseconds);

    /// <summary>Moves time; never backwards.</summary>
    public void AdvanceTo(long microseconds)
    {
        if (microseconds < Microseconds) throw new ArgumentOutOfRangeException(nameof(microseconds), microseconds, $"time cannot go back from {Microseconds}");
        Microseconds = microseconds;
    }
}
