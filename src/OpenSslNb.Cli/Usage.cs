using System.CommandLine;
using System.CommandLine.Parsing;

namespace OpenSslNb.Cli;

/// <summary>What is said to a command line that makes no sense.</summary>
internal static class Usage
{
    /// <summary>Writes what was wrong with it, and where help is.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RefuseAsync(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        IEnumerable<string> messages = command.Subcommands.Count > 0 && command.Action is null ? [WithoutCommand(command, parsed)] : parsed.Errors.Select(e => e.Message).Distinct();
        foreach (string message in messages) await Console.Error.WriteLineAsync($"opensslnb: {message}");
        await Console.Error.WriteLineAsync($"opensslnb: see {PathOf(parsed.CommandResult)} --help");
        return ExitCode.Usage;
    }

    private static string WithoutCommand(Command command, ParseResult parsed)
    {
        string expected = $"a command is expected: {string.Join(", ", command.Subcommands.Select(c => c.Name))}";
        return parsed.UnmatchedTokens.Count == 0 ? expected : $"{expected}, and not '{parsed.UnmatchedTokens[0]}'";
    }

    // "opensslnb trace view", say.
    private static string PathOf(CommandResult result) => result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : result.Command.Name;
}
