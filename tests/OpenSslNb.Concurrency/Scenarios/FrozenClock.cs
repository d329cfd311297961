namespace OpenSslNb.Concurrency.Scenarios;

/// <summary>A clock that stands still: no deadline comes, so nothing but a wake-up ends a wait.</summary>
internal sealed class FrozenClock : TimeProvider
{
    public static FrozenClock Instance { get; } = new();

    public override long GetTimestamp() => 0;
}
