using System.CommandLine;
using System.Runtime.InteropServices;
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
    private readonly Option<string> _name = new("--name", "--server-name") { Description = "the name to ask for", DefaultValueFactory = _ => "localhost" };
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

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (ReadScript(parsed) is not { } cases) return ExitCode.Usage;
        using OwnCertificates own = _own.Load(parsed);

        // Now, and not when all is done and would be lost.
        using Stream? page = parsed.GetValue(_page) is { } path ? _page.Reading(() => File.Create(path)) : null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            DiffReport report = await CompareAsync(parsed, own, cases, stop.Token);
            if (page is not null) DiffPage.Write(page, report);
            if (parsed.GetValue(_json)) DiffDocument.Write(report);
            else report.WriteTable();
            return Result(report);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.Error.WriteLine("opensslnb: interrupted: nothing was compared to the end");
            return ExitCode.Failed;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    // A script that cannot be done has compared nothing, and must not look as if it had.
    private static int Result(DiffReport report)
    {
        if (!report.IsSame) return ExitCode.Failed;
        if (report.NotPossible == 0) return ExitCode.Ok;
        Console.Error.WriteLine($"opensslnb: nothing differs, but {DiffReport.Counted(report.NotPossible, "step")} of {report.Script} could be done with neither server");
        return ExitCode.Usage;
    }

    private async Task<DiffReport> CompareAsync(ParseResult parsed, OwnCertificates own, IReadOnlyList<ScriptCase> cases, CancellationToken cancellation)
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
        await using Peer a = await Peer.StartAsync(_a.Name, parsed.GetValue(_a)!, patience, Target, cancellation);
        await using Peer b = await Peer.StartAsync(_b.Name, parsed.GetValue(_b)!, patience, Target, cancellation);
        bool strict = parsed.GetValue(_strict);
        var comparisons = new List<Comparison>();
        foreach (ScriptCase script in cases)
        {
            // One after the other: they may be the same server, or share something.
            Transcript first = await a.Runner.RunAsync(script, cancellation);
            Transcript second = await b.Runner.RunAsync(script, cancellation);
            comparisons.Add(Comparison.Of(script, first, second, strict));
        }

        return new DiffReport(a, b, parsed.GetValue(_script)!, strict, comparisons);
    }

    /// <returns>Null when it has been refused.</returns>
    private IReadOnlyList<ScriptCase>? ReadScript(ParseResult parsed)
    {
        string path = parsed.GetValue(_script)!;
        string fault;
        try
        {
            Script script = ScriptReader.Read(path, File.ReadAllBytes(path));
            NamePattern[] only = [.. (parsed.GetValue(_only) ?? []).Select(pattern => new NamePattern(pattern))];
            if (only.FirstOrDefault(pattern => !script.Cases.Any(c => pattern.IsIn(c.Name))) is { } useless) throw new ScriptException($"{_only.Name} '{useless.Text}' is in the name of no case of {path}");
            return [.. script.Cases.Where(c => only.Length == 0 || only.Any(pattern => pattern.IsIn(c.Name)))];
        }
        catch (ScriptException e)
        {
            fault = e.Message;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            fault = $"{_script.Name}: {e.Message}";
        }

        Console.Error.WriteLine($"opensslnb: {fault}");
        Console.Error.WriteLine("opensslnb: see opensslnb diff --help");
        return null;
    }
}
