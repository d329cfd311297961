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
        var shrink = new Option<bool>("--shrink") { Description = "make a failing world as small as possible" };
        var trace = new Option<string?>("--trace") { Description = "write all that the connections of the last world do to this file, as JSON lines; trace view shows it", HelpName = "FILE" };
        var save = new Option<string?>("--save") { Description = "write the plan of the last world to this file", HelpName = "FILE" };
        var replay = new Option<string?>("--replay") { Description = "run the world of a saved plan, exactly", HelpName = "FILE" };
        Option<int> every = new Option<int>("--every") { Description = "of the exhaustive scenarios, every n-th world", DefaultValueFactory = _ => 1 }.AtLeast(1);
        var command = new Command("sim", "Deterministic simulation: real OpenSSL and the real engine over a simulated kernel, network and clock.") { seed, runs, scenario, shrink, trace, save, replay, every };
        command.SetAction(parsed =>
        {
            // The engine of this process belongs to the simulation from here on.
            SimulationProcess.Install();
            string kind = parsed.GetValue(scenario)!;
            using TraceFile? file = parsed.GetValue(trace) is { } path ? new TraceFile(path, new VirtualClock()) : null;
            if (parsed.GetValue(replay) is { } saved) return Replay(saved, file, parsed.GetValue(save));
            if (SimTable.Names.Contains(kind)) return SimTable.Run(kind, parsed.GetValue(runs), parsed.GetValue(every));
            return RunSeeds(parsed.GetValue(seed), parsed.GetValue(runs), kind, parsed.GetValue(shrink), file, parsed.GetValue(save));
        });
        return command;
    }

    private static int RunSeeds(ulong first, int runs, string scenario, bool shrink, TraceFile? trace, string? save)
    {
        long steps = 0;
        long faults = 0;
        var clock = Stopwatch.StartNew();
        WorldResult? last = null;
        SimProgress.Show(scenario, runs, tick =>
        {
            for (int done = 0; done < runs && last is not { IsSound: false }; done++)
            {
                last = WorldRun.Run(PlanGenerator.Create(first + (ulong)done, scenario), trace: done == runs - 1 ? trace?.Writer : null);
                steps += last.Steps;
                faults += last.FaultsFired;
                tick();
            }
        });
        WorldResult result = last!;
        if (!result.IsSound) return Report(result, scenario, shrink, save);
        if (save is not null) File.WriteAllText(save, result.Plan.ToJson());
        double seconds = clock.Elapsed.TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{runs} worlds, {runs / seconds:0} a second, {steps} steps, {faults} faults took effect, 0 failures"));
        if (runs == 1) Console.WriteLine($"digest: {Convert.ToHexStringLower(result.Digest)}");
        return ExitCode.Ok;
    }

    private static int Replay(string path, TraceFile? trace, string? save)
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

        WorldResult result = WorldRun.Run(plan, trace: trace?.Writer);
        if (save is not null) File.WriteAllText(save, plan.ToJson());
        foreach (string violation in result.Violations) Console.WriteLine($"violation: {violation}");
        Console.WriteLine($"{result.Steps} steps, {result.FaultsFired} faults took effect, {result.Violations.Count} violations");
        Console.WriteLine($"digest: {Convert.ToHexStringLower(result.Digest)}");
        return result.IsSound ? ExitCode.Ok : ExitCode.Failed;
    }

    private static int Report(WorldResult failing, string scenario, bool shrink, string? save)
    {
        Console.WriteLine($"FAILED: seed {failing.Plan.Seed}, scenario {scenario}");
        foreach (string violation in failing.Violations.Take(5)) Console.WriteLine($"  {violation}");
        if (shrink)
        {
            failing = Shrinker.Shrink(failing, out int runs);
            Console.WriteLine($"shrunk in {runs} worlds to {failing.Plan.Actions.Count} actions, {failing.Plan.Faults.Count + failing.Plan.SystemCallFaults.Count} faults:");
            foreach (string violation in failing.Violations.Take(5)) Console.WriteLine($"  {violation}");
            Console.WriteLine(failing.Plan.ToJson());
        }

        string path = save ?? $"opensslnb-sim-{failing.Plan.Seed}.json";
        File.WriteAllText(path, failing.Plan.ToJson());
        Console.WriteLine($"the schedule is in {path}; replay it with: opensslnb sim --replay {path}");
        return ExitCode.Failed;
    }
}
