using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OpenSslNb.Simulation;

namespace OpenSslNb.Cli;

/// <summary><c>opensslnb sim</c>: deterministic worlds by seed, with faults; a failing one is made small and can be replayed.</summary>
internal static class SimCommand
{
    public static Command Create()
    {
        Option<ulong> seed = new Option<ulong>("--seed") { Description = "the first world's seed", DefaultValueFactory = _ => 0 }.Number();
        Option<int> runs = new Option<int>("--runs") { Description = "worlds, each with the next seed", DefaultValueFactory = _ => 1000 }.AtLeast(1);
        Option<string> scenario = new Option<string>("--scenario") { Description = "what kind of worlds", DefaultValueFactory = _ => "mixed" }.OneOf([.. PlanGenerator.Scenarios, .. SimTable.Names]);
        var shrink = new Option<bool>("--shrink") { Description = "make a failing world as small as possible, also one that is replayed" };
        var trace = new Option<string?>("--trace") { Description = "write all that the connections of the last world, or of the failing one, do to this file, as JSON lines; trace view shows it", HelpName = "FILE" };
        var save = new Option<string?>("--save") { Description = "write the plan of the last world, or of the failing one, to this file", HelpName = "FILE" };
        var replay = new Option<string?>("--replay") { Description = "run the world of a saved plan, exactly", HelpName = "FILE" };
        Option<int> every = new Option<int>("--every") { Description = "of the exhaustive scenarios, every n-th world", DefaultValueFactory = _ => 1 }.AtLeast(1);
        var command = new Command("sim", "Deterministic simulation: real OpenSSL and the real engine over a simulated kernel, network and clock.") { seed, runs, scenario, shrink, trace, save, replay, every };
        command.Validators.Add(result =>
        {
            // What would have no effect is refused, lest somebody take it for having had one.
            bool IsGiven(Option option) => result.GetResult(option) is { Implicit: false };
            bool isTable = IsGiven(scenario) && result.GetResult(scenario)!.Tokens is [var word, ..] && SimTable.Names.Contains(word.Value);
            foreach (Option option in (Option[])[seed, runs, scenario, every])
            {
                if (IsGiven(replay) && IsGiven(option)) result.AddError($"{option.Name} does not go with --replay, whose file says what happens");
            }

            foreach (Option option in (Option[])[shrink, trace, save])
            {
                if (isTable && !IsGiven(replay) && IsGiven(option)) result.AddError($"{option.Name} is about one world, and the scenarios {string.Join(", ", SimTable.Names)} are about all of them: replay the one");
            }

            if (IsGiven(every) && !isTable && !IsGiven(replay)) result.AddError($"--every goes with the scenarios {string.Join(", ", SimTable.Names)}");
        });
        command.SetAction(parsed =>
        {
            // The engine of this process belongs to the simulation from here on.
            SimulationProcess.Install();
            string kind = parsed.GetValue(scenario)!;
            using TraceFile? file = parsed.GetValue(trace) is { } path ? new TraceFile(path, new VirtualClock()) : null;
            if (SimTable.Names.Contains(kind)) return SimTable.Run(kind, parsed.GetValue(seed), parsed.GetValue(runs), parsed.GetValue(every));
            var keep = new Keep(parsed.GetValue(shrink), file?.Writer, parsed.GetValue(save));
            return parsed.GetValue(replay) is { } saved ? Replay(saved, keep) : RunSeeds(parsed.GetValue(seed), parsed.GetValue(runs), kind, keep);
        });
        return command;
    }

    private static int RunSeeds(ulong first, int runs, string scenario, Keep keep)
    {
        long steps = 0;
        long faults = 0;
        var clock = Stopwatch.StartNew();
        WorldResult? last = null;
        SimProgress.Show(scenario, runs, tick =>
        {
            for (int done = 0; done < runs && last is not { IsSound: false }; done++)
            {
                last = WorldRun.Run(PlanGenerator.Create(first + (ulong)done, scenario));
                steps += last.Steps;
                faults += last.FaultsFired;
                tick();
            }
        });
        double seconds = clock.Elapsed.TotalSeconds;
        WorldResult result = last!;
        if (!result.IsSound)
        {
            Console.WriteLine($"FAILED: seed {result.Plan.Seed}, scenario {scenario}");
            return Report(result, keep);
        }

        keep.Of(result.Plan);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{runs} worlds, {runs / seconds:0} a second, {steps} steps, {faults} faults took effect, 0 failures"));
        if (runs == 1) Console.WriteLine($"digest: {Convert.ToHexStringLower(result.Digest)}");
        return ExitCode.Ok;
    }

    private static int Replay(string path, Keep keep)
    {
        WorldPlan plan;
        try
        {
            plan = WorldPlan.FromJson(File.ReadAllText(path));
        }
        catch (JsonException e)
        {
            throw new IOException($"{path} is not a saved plan: {e.Message}", e);
        }

        WorldResult result = WorldRun.Run(plan);
        foreach (string violation in result.Violations) Console.WriteLine($"violation: {violation}");
        Console.WriteLine($"{result.Steps} steps, {result.FaultsFired} faults took effect, {result.Violations.Count} violations");
        Console.WriteLine($"digest: {Convert.ToHexStringLower(result.Digest)}");
        if (!result.IsSound && keep.Shrinks) return Report(result, keep);
        keep.Of(plan);
        return result.IsSound ? ExitCode.Ok : ExitCode.Failed;
    }

    private static int Report(WorldResult failing, Keep keep)
    {
        foreach (string violation in failing.Violations.Take(5)) Console.WriteLine($"  {violation}");
        if (keep.Shrinks)
        {
            failing = Shrinker.Shrink(failing, out int runs);
            Console.WriteLine($"shrunk in {runs} worlds to {failing.Plan.Actions.Count} actions, {failing.Plan.Faults.Count + failing.Plan.SystemCallFaults.Count} faults:");
            foreach (string violation in failing.Violations.Take(5)) Console.WriteLine($"  {violation}");
            Console.WriteLine(failing.Plan.ToJson());
        }

        string path = keep.Path ?? $"opensslnb-sim-{failing.Plan.Seed}.json";
        (keep with { Path = path }).Of(failing.Plan);
        Console.WriteLine($"the schedule is in {path}; replay it with: opensslnb sim --replay {path}");
        return ExitCode.Failed;
    }

    /// <summary>What is to be kept of the last world, be it the last of many or the one that failed.</summary>
    private sealed record Keep(bool Shrinks, ITlsTrace? Trace, string? Path)
    {
        // A world is the same each time: only the one that turned out to be the last is traced.
        public void Of(WorldPlan plan)
        {
            if (Trace is not null) WorldRun.Run(plan, trace: Trace);
            if (Path is not null) File.WriteAllText(Path, plan.ToJson());
        }
    }
}
