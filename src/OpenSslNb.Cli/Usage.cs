using System.CommandLine;

namespace OpenSslNb.Cli;

/// <summary>What is said to a command line that makes no sense.</summary>
internal static class Usage
{
    /// <summary>Writes what was wrong with it, and where help is.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RefuseAsync(Command root, ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        IEnumerable<string> messages = command == root ? [WithoutCommand(root, parsed)] : parsed.Errors.Select(e => e.Message).Distinct();
        foreach (string message in messages) await Console.Error.WriteLineAsync($"opensslnb: {message}");
        await Console.Error.WriteLineAsync($"opensslnb: see opensslnb {(command == root ? "" : $"{command.Name} ")}--help");
        return ExitCode.Usage;
    }

    private static string WithoutCommand(Command root, ParseResult parsed)
    {
        string expected = $"a command is expected: {string.Join(", ", root.Subcommands.Select(c => c.Name))}";
        return parsed.UnmatchedTokens.Count == 0 ? expected : $"{expected}, and not '{parsed.UnmatchedTokens[0]}'";
    }
}
