using System.CommandLine;
using System.Globalization;
using OpenSslNb.Redis;
using StackExchange.Redis;

namespace OpenSslNb.Cli;

/// <summary>Where a server has the keys of its session tickets from.</summary>
internal sealed class TicketKeyOptions
{
    // Redis is asked six times in that.
    private const int LeastSharedPeriod = 6;

    private readonly Option<string?> _file = new("--ticket-key-file") { Description = $"keys of session tickets, {TicketKey.Length} random bytes each, the first makes tickets; read again when it changes; for several servers", HelpName = "FILE" };
    private readonly Option<double?> _period = CreatePeriod();
    private readonly Option<string?> _redis = new("--ticket-key-redis") { Description = "share the keys of session tickets with other servers through the Redis there; a new key every 8 hours, or after --ticket-key-period", HelpName = "HOST:PORT|!SOCKET" };
    private readonly Option<string?> _password = new("--ticket-key-redis-password-file") { Description = "password for it: the first line of this file; for its owner alone", HelpName = "FILE" };

    public Option[] All => [_file, _period, _redis, _password];

    public void AddTo(Command command)
    {
        foreach (Option option in All) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.IsGiven(_file) && result.IsGiven(_period)) result.AddError("--ticket-key-file and --ticket-key-period exclude each other: a file's keys change with the file");
            if (result.IsGiven(_file) && result.IsGiven(_redis)) result.AddError("--ticket-key-file and --ticket-key-redis exclude each other: the keys come from one place");
            if (result.GetResult(_redis)?.Tokens is [{ Value: var place }] && place.Contains(',')) result.AddError("--ticket-key-redis must be HOST:PORT or !SOCKET, without settings: a password comes from --ticket-key-redis-password-file");
            if (result.IsGiven(_redis) && result.GetResult(_period)?.Tokens is [{ Value: var seconds }] && double.TryParse(seconds, CultureInfo.InvariantCulture, out double period) && period < LeastSharedPeriod) result.AddError($"--ticket-key-period must be {LeastSharedPeriod} seconds or more with --ticket-key-redis, and not '{seconds}': all servers must know a key before it makes tickets");
            if (result.IsGiven(_password) && !result.IsGiven(_redis)) result.AddError("--ticket-key-redis-password-file needs --ticket-key-redis");
        });
    }

    /// <summary>One for all loops; null for keys that never change.</summary>
    public async Task<TicketKeySource?> StartAsync(ParseResult parsed)
    {
        TimeSpan? period = parsed.GetValue(_period) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        if (parsed.GetValue(_redis) is { } place) return await StartRedisAsync(place, parsed.GetValue(_password), period);
        if (period is not null) return new TicketKeySource(new RandomTicketKeys(period.Value));
        if (parsed.GetValue(_file) is not { } path) return null;
        var file = new TicketKeyFile(path);
        file.ReloadFailed += Tell;
        return new TicketKeySource(file);
    }

    private static async Task<TicketKeySource> StartRedisAsync(string place, string? passwordFile, TimeSpan? period)
    {
        var options = new RedisTicketKeyOptions();

        // A key must be known to all servers three refreshes before it is used.
        if (period is not null) options = options with { Period = period.Value, Overlap = period.Value, RefreshEvery = TimeSpan.FromTicks(Math.Min(options.RefreshEvery.Ticks, period.Value.Ticks / 6)) };
        ConnectionMultiplexer? redis = null;
        try
        {
            ConfigurationOptions configuration = ConfigurationOptions.Parse(place);
            configuration.Password = passwordFile is null ? null : SecretFile.FirstLine(passwordFile);
            redis = await ConnectionMultiplexer.ConnectAsync(configuration);
            RedisTicketKeys keys = await RedisTicketKeys.StartAsync(redis, options);
            keys.RefreshFailed += Tell;
            return new TicketKeySource(keys, keys, redis);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or FormatException or ArgumentException)
        {
            if (redis is not null) await redis.DisposeAsync();

            throw new IOException($"--ticket-key-redis {place}: {FirstSentence(e)}", e);
        }
    }

    private static void Tell(Exception fault) => Console.Error.WriteLine($"opensslnb: the ticket keys stay as they are: {FirstSentence(fault)}");

    // What the client of Redis says further is advice for programmers; that the server has refused the password is said by the innermost fault alone.
    private static string FirstSentence(Exception fault)
    {
        for (Exception? cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure }) return $"the password is refused: {cause.Message.Split(". ")[0]}";
        }

        return fault.Message.Split(". ")[0];
    }

    private static Option<double?> CreatePeriod()
    {
        var option = new Option<double?>("--ticket-key-period") { Description = "seconds after which a new key makes session tickets; the old one reads them as long again" };
        return option.Seconds();
    }
}

/// <summary>Ticket keys, and what they need while they are used.</summary>
/// <param name="keys">The keys.</param>
/// <param name="needed">Disposed with them, in order.</param>
internal sealed class TicketKeySource(ITicketKeySource keys, params IAsyncDisposable[] needed) : IAsyncDisposable
{
    public ITicketKeySource Keys => keys;

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable one in needed) await one.DisposeAsync();
    }
}
