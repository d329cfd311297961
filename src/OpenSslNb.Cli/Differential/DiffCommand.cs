using System.CommandLine;
using OpenSslNb.Cli.Probing;
using OpenSslNb.Simulation.Differential;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Cli.Differential;

/// <summary><c>opensslnb diff</c>: does the same to two servers, and shows where what they do differs.</summary>
internal sealed class DiffCommand
{
    private readonly Option<PeerSource> _a = PeerSource.Option("--a", "one server");
    private readonly Option<PeerSource> _b = PeerSource.Option("--b", "the other one");
    private readonly Option<string> _script = new("--script") { Description = "what to do to them: cases and their steps, as JSON", HelpName = "FILE", Required = true };
    private readonly Option<string[]> _only = new("--only") { Description = "only cases whose name contains this; * for anything; may be given again", HelpName = "PATTERN", AllowMultipleArgumentsPerToken = false };
    private readonly Option<string> _name = new Option<string>("--name", "--server-name") { Description = "the name to ask for", DefaultValueFactory = _ => "localhost" }.OfHost();
    private readonly Option<double> _timeout = new Option<double>("--timeout") { Description = "seconds that each wait for a server may take; then it is silent", DefaultValueFactory = _ => 5 }.Seconds();
    private readonly Option<double> _start = new Option<double>("--start-timeout") { Description = "seconds that the start of a server may take", DefaultValueFactory = _ => 30 }.Seconds();
    private readonly Option<bool> _strict = new("--strict") { Description = "lengths of records and messages count too, and into how many records data is cut" };
    private readonly Option<bool> _json = new("--json") { Description = "print one document of JSON instead of the table" };
    private readonly Option<string?> _page = new("--page") { Description = "also write one self-contained HTML page with both sides to this file", HelpName = "FILE" };
    private readonly IdentityOptions _own = new("who we are for servers that ask");

    public static Command Create()
    {
        var options = new DiffCommand();
        var command = new Command("diff", "Do the same to two TLS servers, byte for byte, and show where they differ.");
        foreach (Option option in (Option[])[options._a, options._b, options._script, options._only, options._name, options._timeout, options._start, options._strict, options._json, options._page]) command.Options.Add(option);
        options._own.AddTo(command);
        command.SetAction(options.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken _)
    {
        if (ReadScript(parsed) is not { } cases) return ExitCode.Usage;
        using OwnCertificates own = _own.Load(parsed);

        // Now, and not when all is done and would be lost.
        using ReportFile? page = parsed.GetValue(_page) is { } path ? _page.Reading(() => new ReportFile(path)) : null;
        using var interruption = new Interruption();
        DiffReport report = await CompareAsync(parsed, own, cases, interruption);
        foreach (string fault in report.Faults) await Console.Error.WriteLineAsync($"opensslnb: {fault}");
        if (parsed.GetValue(_json)) DiffDocument.Write(report);
        else report.WriteTable();
        _page.Reading(() =>
        {
            page?.Write(DiffPage.Of(report));
            return true;
        });
        return interruption.ExitCode ?? Result(report);
    }

    // A script that cannot be done has compared nothing, and must not look as if it had.
    private static int Result(DiffReport report)
    {
        if (!report.IsSame) return ExitCode.Failed;
        if (report.NotPossible == 0) return ExitCode.Ok;
        Console.Error.WriteLine($"opensslnb: nothing differs, but {DiffReport.Counted(report.NotPossible, "step")} of {report.Script} could be done with neither server");
        return ExitCode.Usage;
    }

    private async Task<DiffReport> CompareAsync(ParseResult parsed, OwnCertificates own, IReadOnlyList<ScriptCase> cases, Interruption interruption)
    {
        ProbeTarget Target(string host, int port) => new()
        {
            Host = host,
            Port = port,
            ServerName = parsed.GetValue(_name),
            Timeout = TimeSpan.FromSeconds(parsed.GetValue(_timeout)),

            // Who they are is not the question.
            Client = new TlsClientOptions { DangerouslyAcceptAnyPeerCertificate = true, Certificate = own.First, AdditionalCertificates = own.Additional },
        };
        var patience = TimeSpan.FromSeconds(parsed.GetValue(_start));
        bool strict = parsed.GetValue(_strict);
        await using var a = new Peer(_a.Name, parsed.GetValue(_a)!, Target);
        await using var b = new Peer(_b.Name, parsed.GetValue(_b)!, Target);
        var loop = new CaseLoop(a, b, cases, strict);
        string? error = null;
        try
        {
            await a.StartAsync(patience, interruption.Token, interruption.Hurry);
            await b.StartAsync(patience, interruption.Token, interruption.Hurry);
            await loop.RunAsync(interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            error = $"interrupted: {loop.Done.Count} of {cases.Count} cases were compared";
        }

        return new DiffReport(a, b, parsed.GetValue(_script)!, strict, loop.Done, loop.Left, error ?? loop.Error);
    }

    /// <returns>Null when it has been refused.</returns>
    private IReadOnlyList<ScriptCase>? ReadScript(ParseResult parsed)
    {
        string path = parsed.GetValue(_script)!;
        byte[] text = _script.Reading(() => File.ReadAllBytes(path));
        try
        {
            Script script = ScriptReader.Read(path, text);
            NamePattern[] only = [.. (parsed.GetValue(_only) ?? []).Select(pattern => new NamePattern(pattern))];
            if (only.FirstOrDefault(pattern => !script.Cases.Any(c => pattern.IsIn(c.Name))) is { } useless) throw new ScriptException($"{_only.Name} '{useless.Text}' is in the name of no case of {path}");
            return [.. script.Cases.Where(c => only.Length == 0 || only.Any(pattern => pattern.IsIn(c.Name)))];
        }
        catch (ScriptException e)
        {
            Console.Error.WriteLine($"opensslnb: {e.Message}");
            Console.Error.WriteLine("opensslnb: see opensslnb diff --help");
            return null;
        }
    }
}
