using System.CommandLine;
using System.CommandLine.Help;
using OpenSslNb.Cli;

// Not a RootCommand, which would call itself after the assembly.
var root = new Command("opensslnb", "Non-blocking TLS over OpenSSL: a demonstration, a server and a client.")
{
    new HelpOption(),
    new VersionOption(),
    DemoCommand.Create(),
    ServeCommand.Create(),
    ConnectCommand.Create(),
};

ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync($"opensslnb: {error.Message}");
    return ExitCode.Usage;
}

try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or OpenSslNb.OpenSslException or OpenSslNb.OpenSslNotFoundException)
{
    await Console.Error.WriteLineAsync($"opensslnb: {e.Message}");
    return ExitCode.Failed;
}
