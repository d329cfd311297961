namespace OpenSslNb.Redis;

/// <summary>How <see cref="RedisTicketKeys"/> shares its keys. The same for all servers that share them.</summary>
public sealed record RedisTicketKeyOptions
{
    /// <summary>Under which name Redis has the keys. Whoever can read it can read the sessions of all their tickets.</summary>
    public string Name { get; init; } = "opensslnb:ticket-keys";

    /// <summary>How long a key makes tickets; 8 hours unless told otherwise.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromHours(8);

    /// <summary>How long it reads them after that; 2 hours, for which tickets are good at most, unless told otherwise.</summary>
    public TimeSpan Overlap { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How often Redis is asked. A new key is there three times as long before it makes tickets, so that every server knows it by then. 30 seconds unless told otherwise.</summary>
    public TimeSpan RefreshEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>By which keys change; the system's unless told otherwise. The servers' may differ by less than three times <see cref="RefreshEvery"/>.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    internal TimeSpan Lead => 3 * RefreshEvery;

    internal RedisTicketKeyOptions Validated()
    {
        ArgumentException.ThrowIfNullOrEmpty(Name);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RefreshEvery, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Overlap, TimeSpan.Zero);
        if (Period <= Lead) throw new ArgumentOutOfRangeException(nameof(Period), Period, $"Period must be longer than three times RefreshEvery, {Lead}: every server must know a key before it makes tickets");
        return this;
    }
}
