using System.CommandLine;
using System.CommandLine.Help;
using OpenSslNb.Cli;
using OpenSslNb.Cli.Differential;
using OpenSslNb.Cli.Probing;
using OpenSslNb.Cli.TraceView;

// Not a RootCommand, which would call itself after the assembly.
var root = new Command("opensslnb", "Non-blocking TLS over OpenSSL: a demonstration, a server, a client, a proxy, a probe for servers and one that compares two, a simulation, and traces of what they do.")
{
    new HelpOption(),
    new VersionOption(),
};

// Hundreds of options take a third of the time that a short run has: only the command that is asked for gets its own, and all are there for those who do not know what to ask for.
var commands = new Dictionary<string, Func<Command>>
{
    ["demo"] = DemoCommand.Create,
    ["serve"] = ServeCommand.Create,
    ["connect"] = ConnectCommand.Create,
    ["proxy"] = ProxyCommand.Create,
    [BenchCommand.Name] = BenchCommand.Create,
    ["probe"] = ProbeCommand.Create,
    ["diff"] = DiffCommand.Create,
    ["sim"] = SimCommand.Create,
    ["sim-memory"] = SimMemoryCommand.Create,
    ["trace"] = TraceCommand.Create,
};
IEnumerable<Func<Command>> wanted = args is [var first, ..] && commands.TryGetValue(first, out Func<Command>? create) ? [create] : args is ["--version"] ? [] : commands.Values;
foreach (Func<Command> make in wanted) root.Add(make());

if (args is [BenchCommand.Name, .. string[] benchArguments]) return await BenchCommand.RunAsync(benchArguments);

ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0) return await Usage.RefuseAsync(parsed);

try
{
    // Signals are the commands' own: by default the library would end a server that is still flushing after two seconds.
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception e)
{
    // Whatever it is, people get a sentence.
    await Console.Error.WriteLineAsync($"opensslnb: {Fault.Sentence(e)}");
    return ExitCode.Failed;
}
