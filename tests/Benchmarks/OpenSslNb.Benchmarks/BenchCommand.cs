using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using OpenSslNb.Benchmarks.Reports;

namespace OpenSslNb.Benchmarks;

/// <summary>The command line.</summary>
internal static class BenchCommand
{
    private static readonly Option<string[]> s_scenarios = Names("--scenario", "only these; all unless given", [.. Scenarios.All.Select(s => s.Name)]);
    private static readonly Option<string[]> s_contenders = Names("--contender", "only these; all unless given", [.. Contenders.All.Select(c => c.Name)]);
    private static readonly Option<double> s_seconds = Seconds();
    private static readonly Option<int> s_rounds = Rounds();
    private static readonly Option<bool> s_quick = new("--quick") { Description = "one short round of each: shows that everything works, and no figure worth telling" };
    private static readonly Option<string?> s_json = Output("--json", "write all measurements to this file", "FILE", OutputPath.RequireFile);
    private static readonly Option<string?> s_plot = Output("--plot", "draw the cost of each scenario into this file (SVG)", "FILE.svg", OutputPath.RequireSvg);
    private static readonly Option<string?> s_report = Output("--report", "write tables, plots and measurements into this folder", "FOLDER", OutputPath.RequireFolder);
    private static readonly Option<string?> s_document = Output("--document", $"put the tables into this file, between its lines '{DocumentSection.Begin}' and '{DocumentSection.End}'", "FILE.md", DocumentSection.Require);
    private static readonly Option<bool> s_list = new("--list") { Description = "say which scenarios and contenders there are" };

    public static void Configure(Command command)
    {
        foreach (Option option in new Option[] { s_scenarios, s_contenders, s_seconds, s_rounds, s_quick, s_json, s_plot, s_report, s_document, s_list }) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(s_quick) is { Implicit: false } && result.GetResult(s_seconds) is { Implicit: false }) result.AddError("--quick and --seconds exclude each other: a quick run has no figures worth a time");
            string[] scenarios = result.GetValue(s_scenarios) ?? [];
            foreach (string name in result.GetValue(s_contenders) ?? [])
            {
                if (Contenders.All.FirstOrDefault(c => c.Name == name) is { OnlyIn: { } those } && scenarios.Length > 0 && !scenarios.Any(those.Contains)) result.AddError($"--contender {name} is for the scenario {string.Join(" or ", those)} alone");
            }
        });
        command.SetAction(parsed => parsed.GetValue(s_list) ? List() : Run(parsed));
    }

    private static int List()
    {
        Terminal.Print(new ReportTable("Scenarios", ["name", "what", "unit"], [.. Scenarios.All.Select(s => new[] { s.Name, s.Title, s.Unit })]));
        Terminal.Print(new ReportTable("Contenders", ["name", "program"], [.. Contenders.All.Select(c => new[] { c.Name, string.Join(' ', [.. c.Environment.Select(e => $"{e.Key}={e.Value}"), c.Program, .. c.Arguments]) })]));
        return 0;
    }

    private static int Run(ParseResult parsed)
    {
        BenchmarkPlan plan = Plan(parsed);
        DateTimeOffset began = DateTimeOffset.UtcNow;
        IReadOnlyList<Measurement> measurements;
        FloorResult floor;
        using (var runner = new Runner(plan, Console.Error.WriteLine))
        {
            floor = runner.MeasureFloor();
            measurements = runner.Run();
        }

        var run = new BenchmarkRun
        {
            Began = began,
            Minutes = (DateTimeOffset.UtcNow - began).TotalMinutes,
            SecondsPerMeasurement = plan.Seconds,
            Rounds = plan.Rounds,
            Machine = MachineInfo.Here(),
            Measurements = measurements,
            Floor = floor,
        };
        Write(parsed, plan, run);
        return 0;
    }

    private static BenchmarkPlan Plan(ParseResult parsed)
    {
        bool quick = parsed.GetValue(s_quick);
        return new BenchmarkPlan
        {
            Scenarios = Chosen(parsed.GetValue(s_scenarios), Scenarios.All, s => s.Name),
            Contenders = Chosen(parsed.GetValue(s_contenders), Contenders.All, c => c.Name),
            IsChosen = parsed.GetValue(s_contenders) is { Length: > 0 },
            Seconds = quick ? 0.05 : parsed.GetValue(s_seconds),
            SecondsOfLatency = quick ? 0.1 : Math.Max(parsed.GetValue(s_seconds), 1),
            Rounds = quick && parsed.GetResult(s_rounds) is null or { Implicit: true } ? 1 : parsed.GetValue(s_rounds),
            WarmUpSeconds = quick ? 0.5 : 1,
            ManyConnections = quick ? 500 : 10_000,
        };
    }

    private static void Write(ParseResult parsed, BenchmarkPlan plan, BenchmarkRun run)
    {
        var comparison = new Comparison(run.Measurements, plan.Contenders);
        ReportTable[] tables = [Tables.OfTargets(plan.Scenarios, comparison), ScaleTable.Of(comparison), .. Tables.OfScenarios(plan.Scenarios, comparison)];
        foreach (ReportTable table in tables.Where(t => t.Rows.Count > 0)) Terminal.Print(table);

        string markdown = Markdown.Of(run, tables.Where(t => t.Rows.Count > 0));
        string json = JsonSerializer.Serialize(run, BenchmarkJson.Default.BenchmarkRun);
        if (parsed.GetValue(s_json) is { } file) File.WriteAllText(file, json);
        if (parsed.GetValue(s_plot) is { } plot) Plots.WriteOverview(plot, plan.Scenarios, comparison);
        if (parsed.GetValue(s_document) is { } document) DocumentSection.Fill(document, markdown);
        if (parsed.GetValue(s_report) is not { } folder) return;
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "results.json"), json);
        File.WriteAllText(Path.Combine(folder, "tables.md"), markdown);
        Plots.WriteOverview(Path.Combine(folder, "cost.svg"), plan.Scenarios, comparison);
        if (plan.Scenarios.FirstOrDefault(s => s.Kind == ScenarioKind.Quiet) is { } quiet) Plots.WriteLatency(Path.Combine(folder, "latency.svg"), quiet, comparison);
    }

    private static T[] Chosen<T>(string[]? names, IReadOnlyList<T> all, Func<T, string> nameOf) => names is { Length: > 0 } ? [.. all.Where(x => names.Contains(nameOf(x)))] : [.. all];

    private static Option<string[]> Names(string option, string description, string[] known)
    {
        var names = new Option<string[]>(option) { Description = description, HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        names.CompletionSources.Add(known);
        names.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens.Where(t => !known.Contains(t.Value))) result.AddError($"{option} must be among {string.Join(", ", known)}, and not '{token.Value}'");
        });
        return names;
    }

    // Where results go is tried before anything is measured: twenty minutes are not to end in a path that cannot be written.
    private static Option<string?> Output(string name, string description, string helpName, Action<string> require)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = helpName };
        option.Validators.Add(result =>
        {
            string? path = result.GetValueOrDefault<string?>();
            if (path is null) return;
            try
            {
                require(path);
            }
            catch (Exception e) when (e is BenchmarkException or IOException or UnauthorizedAccessException or ArgumentException)
            {
                result.AddError(e.Message.StartsWith(name, StringComparison.Ordinal) ? e.Message : $"{name}: {e.Message}");
            }
        });
        return option;
    }

    private static Option<double> Seconds()
    {
        var option = new Option<double>("--seconds") { Description = "length of one measurement", HelpName = "S", DefaultValueFactory = _ => 0.4 };
        option.CustomParser = result => Parse<double>(result, option.Name, "a number of seconds from 0.05 to 60", text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is >= 0.05 and <= 60 ? value : null);
        return option;
    }

    private static Option<int> Rounds()
    {
        var option = new Option<int>("--rounds") { Description = "measurements of each contender in each scenario", HelpName = "N", DefaultValueFactory = _ => 7 };
        option.CustomParser = result => Parse<int>(result, option.Name, "a whole number from 1 to 100", text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value is >= 1 and <= 100 ? value : null);
        return option;
    }

    private static T Parse<T>(ArgumentResult result, string name, string expected, Func<string, T?> read)
        where T : struct
    {
        string text = result.Tokens[0].Value;
        if (read(text) is { } value) return value;
        result.AddError($"{name} must be {expected}, and not '{text}'");
        return default;
    }
}
