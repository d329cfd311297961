using StackExchange.Redis;

namespace OpenSslNb.Redis;

/// <summary>
/// Ticket keys that servers share through Redis, changed on a schedule with an overlap: any of the servers makes the next key, all of them know it before it makes tickets, and sessions of one are resumed by all.
/// While Redis does not answer, the last keys stay in use. For all threads.
/// </summary>
/// <remarks>Give it to <see cref="TlsServerOptions.TicketKeys"/>. The keys are in Redis as they are: guard it, and the way to it (RFC 5077 §5.5).</remarks>
public sealed class RedisTicketKeys : ITicketKeySource, IAsyncDisposable
{
    // Others may change the keys at the same moment; the second look finds what they have done.
    private const int MostAttempts = 5;

    private readonly IDatabase _redis;
    private readonly RedisTicketKeyOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private volatile Current _current;
    private Task _running = Task.CompletedTask;

    private RedisTicketKeys(IDatabase redis, RedisTicketKeyOptions options)
    {
        _redis = redis;
        _options = options;
        _current = new Current(KeySchedule.Empty, [], DateTimeOffset.MaxValue);
    }

    /// <summary>Why Redis could not be asked when it was last tried, while older keys are in use; null when all is well.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Redis could not be asked, or has something else under the name. On a thread of the pool.</summary>
    public event Action<Exception>? RefreshFailed;

    /// <inheritdoc/>
    public IReadOnlyList<TicketKey> Keys
    {
        get
        {
            Current current = _current;
            DateTimeOffset now = _options.Clock.GetUtcNow();
            if (now < current.Until) return current.Keys;

            // Unless a refresh has just brought others.
            Current next = At(current.Schedule, now);
            _ = Interlocked.CompareExchange(ref _current, next, current);
            return next.Keys;
        }
    }

    /// <summary>Gets the keys, or makes the first, and asks again from then on.</summary>
    /// <param name="connection">To Redis; not disposed here.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="RedisException">Redis does not answer.</exception>
    /// <exception cref="RedisTimeoutException">Redis does not answer in time.</exception>
    /// <exception cref="FormatException">It has something else under the name.</exception>
    public static async Task<RedisTicketKeys> StartAsync(IConnectionMultiplexer connection, RedisTicketKeyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var keys = new RedisTicketKeys(connection.GetDatabase(), (options ?? new RedisTicketKeyOptions()).Validated());
        await keys.RefreshAsync().ConfigureAwait(false);
        keys._running = keys.RunAsync();
        return keys;
    }

    /// <summary>Asks Redis now, and makes the next key if it is time.</summary>
    /// <exception cref="RedisException">Redis does not answer; the keys stay as they are.</exception>
    /// <exception cref="RedisTimeoutException">Redis does not answer in time; the keys stay as they are.</exception>
    /// <exception cref="FormatException">It has something else under the name; the keys stay as they are.</exception>
    public async Task RefreshAsync()
    {
        for (int attempt = 1; ; attempt++)
        {
            RedisValue stored = await _redis.StringGetAsync(_options.Name).ConfigureAwait(false);
            DateTimeOffset now = _options.Clock.GetUtcNow();
            KeySchedule schedule = stored.IsNull ? KeySchedule.Empty : KeySchedule.Parse((byte[])stored!);
            KeySchedule planned = schedule.Planned(now, _options);
            if (planned != schedule && !await TryStoreAsync(stored, planned).ConfigureAwait(false))
            {
                if (attempt < MostAttempts) continue;

                // Whoever was faster each time has keys that are as good; the next look finds them.
                planned = schedule;
            }

            _current = At(planned, now);
            Fault = null;
            return;
        }
    }

    /// <summary>Asks no more. The last keys stay in use.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private static Current At(KeySchedule schedule, DateTimeOffset now) => new(schedule, schedule.KeysAt(now), schedule.NextChange(now));

    private async Task<bool> TryStoreAsync(RedisValue before, KeySchedule schedule)
    {
        ITransaction transaction = _redis.CreateTransaction();
        _ = transaction.AddCondition(before.IsNull ? Condition.KeyNotExists(_options.Name) : Condition.StringEqual(_options.Name, before));
        Task<bool> setting = transaction.StringSetAsync(_options.Name, schedule.ToBytes());
        return await transaction.ExecuteAsync().ConfigureAwait(false) && await setting.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(_options.RefreshEvery, _options.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false)) await TryRefreshAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async Task TryRefreshAsync()
    {
        try
        {
            await RefreshAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever it was: who asks no more would go on with these keys for good.
            Fault = e;
            Tell(e);
        }
    }

    private void Tell(Exception fault)
    {
        try
        {
            RefreshFailed?.Invoke(fault);
        }
        catch (Exception e)
        {
            Fault = new AggregateException("a handler of RefreshFailed has failed", fault, e);
        }
    }

    private sealed record Current(KeySchedule Schedule, IReadOnlyList<TicketKey> Keys, DateTimeOffset Until);
}
