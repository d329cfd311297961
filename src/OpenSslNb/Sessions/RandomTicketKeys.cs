namespace OpenSslNb;

/// <summary>Ticket keys of this process alone, changed on a schedule: what is read of old tickets ends with their keys (forward secrecy). For all threads.</summary>
public sealed class RandomTicketKeys : ITicketKeySource
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private volatile State _state;

    /// <param name="period">How long a key makes tickets; 8 hours unless given.</param>
    /// <param name="overlap">How long it reads them after that; as long as <paramref name="period"/> unless given. Tickets are good for two hours at most, so that more is for nothing.</param>
    /// <param name="clock">The system's unless given.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is not positive, or the overlap is negative.</exception>
    public RandomTicketKeys(TimeSpan? period = null, TimeSpan? overlap = null, TimeProvider? clock = null)
    {
        Period = period ?? TimeSpan.FromHours(8);
        Overlap = overlap ?? Period;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Period, TimeSpan.Zero, nameof(period));
        ArgumentOutOfRangeException.ThrowIfLessThan(Overlap, TimeSpan.Zero, nameof(overlap));
        _clock = clock ?? TimeProvider.System;
        _state = new State([(TicketKey.Create(), _clock.GetUtcNow())]);
    }

    /// <summary>How long a key makes tickets.</summary>
    public TimeSpan Period { get; }

    /// <summary>How long it reads them after that.</summary>
    public TimeSpan Overlap { get; }

    /// <inheritdoc/>
    public IReadOnlyList<TicketKey> Keys
    {
        get
        {
            DateTimeOffset now = _clock.GetUtcNow();
            State state = _state;
            if (now < Due(state)) return state.Keys;
            lock (_gate)
            {
                if (now >= Due(_state)) _state = Next(_state, now);
                return _state.Keys;
            }
        }
    }

    // When something is to change: the first key makes no more tickets, or the last one reads none.
    private DateTimeOffset Due(State state)
    {
        DateTimeOffset rotation = state.Made[0].At + Period;
        if (state.Made.Count == 1) return rotation;
        DateTimeOffset expiry = state.Made[^1].At + Period + Overlap;
        return rotation < expiry ? rotation : expiry;
    }

    private State Next(State state, DateTimeOffset now)
    {
        IEnumerable<(TicketKey Key, DateTimeOffset At)> made = state.Made;
        if (now >= state.Made[0].At + Period) made = made.Prepend((TicketKey.Create(), now));
        return new State([.. made.Where((key, i) => i == 0 || now < key.At + Period + Overlap)]);
    }

    private sealed class State(IReadOnlyList<(TicketKey Key, DateTimeOffset At)> made)
    {
        // The newest first.
        public IReadOnlyList<(TicketKey Key, DateTimeOffset At)> Made { get; } = made;

        public IReadOnlyList<TicketKey> Keys { get; } = [.. made.Select(key => key.Key)];
    }
}
