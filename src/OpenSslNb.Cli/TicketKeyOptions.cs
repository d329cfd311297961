using System.CommandLine;

namespace OpenSslNb.Cli;

/// <summary>Where <c>serve</c> has the keys of its session tickets from.</summary>
internal sealed class TicketKeyOptions
{
    private readonly Option<string?> _file = new("--ticket-key-file") { Description = $"keys of session tickets, {TicketKey.Length} random bytes each, the first makes tickets; read again when it changes; for several servers", HelpName = "FILE" };
    private readonly Option<double?> _period = CreatePeriod();

    public Option[] All => [_file, _period];

    public void AddTo(Command command)
    {
        foreach (Option option in All) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.IsGiven(_file) && result.IsGiven(_period)) result.AddError("--ticket-key-file and --ticket-key-period exclude each other: a file's keys change with the file");
        });
    }

    /// <summary>One for all loops; null for keys that never change.</summary>
    public ITicketKeySource? Source(ParseResult parsed)
    {
        if (parsed.GetValue(_period) is { } seconds) return new RandomTicketKeys(TimeSpan.FromSeconds(seconds));
        if (parsed.GetValue(_file) is not { } path) return null;
        var file = new TicketKeyFile(path);
        file.ReloadFailed += fault => Console.Error.WriteLine($"opensslnb: the ticket keys stay as they are: {fault.Message}");
        return file;
    }

    private static Option<double?> CreatePeriod()
    {
        var option = new Option<double?>("--ticket-key-period") { Description = "seconds after which a new key makes session tickets; the old one reads them as long again" };
        return option.Seconds();
    }
}
