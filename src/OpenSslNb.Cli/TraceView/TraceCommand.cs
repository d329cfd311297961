using System.CommandLine;

namespace OpenSslNb.Cli.TraceView;

/// <summary><c>opensslnb trace</c>: what <c>--trace</c> has written, for people.</summary>
internal static class TraceCommand
{
    public static Command Create() => new("trace", "Look at what --trace has written.") { CreateView() };

    private static Command CreateView()
    {
        var file = new Argument<string>("file") { Description = "a trace" };
        var output = new Option<string?>("--output", "-o") { Description = "the page; FILE with .html in place of its extension unless given", HelpName = "FILE" };
        var command = new Command("view", "Make one self-contained HTML page of a trace.") { file, output };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(file)!;
            string page = parsed.GetValue(output) ?? Path.ChangeExtension(path, ".html");
            if (Path.GetFullPath(page) == Path.GetFullPath(path)) throw new IOException($"the page would overwrite the trace {path}: say where it is to go with -o");
            var reader = new TraceReader(path);
            List<TraceEvent> events = reader.ReadAll();
            if (reader.IsCutOff) Console.Error.WriteLine($"opensslnb: the last line of {path} is cut off and was left out");
            File.WriteAllText(page, TracePage.Create(Path.GetFileName(path), events));
            return ExitCode.Ok;
        });
        return command;
    }
}
