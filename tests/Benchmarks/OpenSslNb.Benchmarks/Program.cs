using System.CommandLine;
using System.CommandLine.Help;
using OpenSslNb.Benchmarks;

var root = new Command("bench", "Measures this engine beside SslStream, Kestrel and C, in one run, in turn.") { new HelpOption() };
BenchCommand.Configure(root);
ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (System.CommandLine.Parsing.ParseError error in parsed.Errors) await Console.Error.WriteLineAsync($"opensslnb bench: {error.Message}");
    await Console.Error.WriteLineAsync("opensslnb bench: 'opensslnb bench --help' shows the options");
    return 2;
}

try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is BenchmarkException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"opensslnb bench: {e.Message}");
    return 1;
}
