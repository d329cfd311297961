using System.Diagnostics;
using System.Globalization;
using OpenSslNb.Simulation;
using Spectre.Console;

namespace OpenSslNb.Cli;

/// <summary>The scenarios of <c>sim</c> that are many explorations at once, with a row of a table for each: every byte, every system call, every schedule, or all there is.</summary>
internal static class SimTable
{
    public static readonly string[] Names = ["bytes", "calls", "schedules", "all"];

    private const int MostStates = 20_000;

    /// <summary>Runs one of them and prints its table.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="seed">The first world's, of each scenario by seed.</param>
    /// <param name="runs">Worlds of each scenario by seed.</param>
    /// <param name="every">Of the exhaustive ones: 1 for all worlds, n for every n-th.</param>
    public static int Run(string name, ulong seed, int runs, int every)
    {
        Table table = new Table().AddColumns("what", "worlds", "faults", "states", "transitions", "seconds", "failures");
        foreach (TableColumn column in table.Columns.Skip(1)) column.RightAligned();
        var total = new Found();
        var clock = Stopwatch.StartNew();
        foreach ((string what, Func<Action, Found> explore) in Explorations(name, seed, runs, every))
        {
            var found = new Found();
            var row = Stopwatch.StartNew();
            SimProgress.Show(what, 0, tick => found = explore(tick));
            AddRow(table, what, found, row.Elapsed);
            total += found;
            foreach (WorldResult failure in found.Failures.Take(3)) Save(failure, total.Failures.Count);
        }

        // In a file or a pipe there is no width to keep to.
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 140;
        AddRow(table.AddEmptyRow(), "together", total, clock.Elapsed);
        AnsiConsole.Write(table);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{total.Worlds} worlds, {total.Faults} faults, {total.States} states, {total.Transitions} transitions, {total.Failures.Count} failures"));
        return total.Failures.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void AddRow(Table table, string what, Found found, TimeSpan time)
    {
        static string Number(long number) => number == 0 ? "" : number.ToString("N0", CultureInfo.InvariantCulture);
        string states = Number(found.States) + (found.IsComplete ? "" : "+");
        table.AddRow(Markup.Escape(what), Number(found.Worlds), Number(found.Faults), states, Number(found.Transitions), time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture), found.Failures.Count.ToString(CultureInfo.InvariantCulture));
    }

    private static IEnumerable<(string What, Func<Action, Found> Explore)> Explorations(string name, ulong seed, int runs, int every)
    {
        if (name is "all") foreach (string scenario in PlanGenerator.Scenarios) yield return ($"by seed: {scenario}", tick => BySeed(scenario, seed, runs, tick));
        foreach (ScriptedSession session in name is "bytes" or "all" ? ScriptedSession.All : [])
        {
            foreach (TransportKind transport in Enum.GetValues<TransportKind>()) yield return ($"bytes: {session}, {transport}", tick => Found.Of(ByteBoundaries.Explore(session, transport, every, tick)));
        }

        foreach (ScriptedSession session in name is "calls" or "all" ? ScriptedSession.All : [])
        {
            foreach (TransportKind transport in Enum.GetValues<TransportKind>())
            {
                foreach (PollerKind poller in Enum.GetValues<PollerKind>()) yield return ($"calls: {session}, {transport}, {poller}", tick => Found.Of(SystemCallMatrix.Explore(session, transport, poller, every, tick)));
            }
        }

        foreach (TlsProtocol protocol in name is "schedules" or "all" ? (TlsProtocol[])[TlsProtocol.Tls12, TlsProtocol.Tls13] : [])
        {
            foreach (TransportKind transport in Enum.GetValues<TransportKind>()) yield return ($"schedules: {protocol}, {transport}", tick => Found.Of(Schedules.Explore(Schedules.Script(protocol, transport), blocks: 1, MostStates, tick)));
        }
    }

    private static Found BySeed(string scenario, ulong first, int runs, Action tick)
    {
        var found = new Found();
        for (int done = 0; done < runs; done++)
        {
            WorldResult result = WorldRun.Run(PlanGenerator.Create(first + (ulong)done, scenario));
            found += new Found { Worlds = 1, Faults = result.FaultsFired, Failures = result.IsSound ? [] : [result] };
            tick();
        }

        return found;
    }

    private static void Save(WorldResult failure, int number)
    {
        string path = $"opensslnb-sim-failure-{number}.json";
        File.WriteAllText(path, failure.Plan.ToJson());
        Console.WriteLine($"FAILED: {failure.Violations[0]}; the schedule is in {path}; replay it with: opensslnb sim --replay {path}");
    }

    private sealed record Found
    {
        public long Worlds { get; init; }

        public long Faults { get; init; }

        public long States { get; init; }

        public long Transitions { get; init; }

        public bool IsComplete { get; init; } = true;

        public IReadOnlyList<WorldResult> Failures { get; init; } = [];

        // One fault a world.
        public static Found Of(ExplorationResult result) => new() { Worlds = result.Worlds, Faults = result.Worlds, Failures = result.Failures };

        public static Found Of(ScheduleResult result) => new() { Worlds = result.Worlds, States = result.States, Transitions = result.Transitions, IsComplete = result.IsComplete, Failures = result.Failures };

        public static Found operator +(Found left, Found right) => new()
        {
            Worlds = left.Worlds + right.Worlds,
            Faults = left.Faults + right.Faults,
            States = left.States + right.States,
            Transitions = left.Transitions + right.Transitions,
            IsComplete = left.IsComplete && right.IsComplete,
            Failures = right.Failures.Count == 0 ? left.Failures : [.. left.Failures, .. right.Failures],
        };
    }
}
