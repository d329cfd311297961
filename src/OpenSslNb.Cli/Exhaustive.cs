using System.Diagnostics;
using System.Globalization;
using OpenSslNb.Simulation;
using Spectre.Console;

namespace OpenSslNb.Cli;

/// <summary>The scenarios of <c>sim</c> that leave nothing to chance: every byte, every system call, every schedule.</summary>
internal static class Exhaustive
{
    public static readonly string[] Names = ["bytes", "calls", "schedules"];

    private const int MostStates = 20_000;

    /// <summary>Runs one of them and prints a table.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="every">1 for all worlds, n for every n-th.</param>
    public static int Run(string name, int every)
    {
        Table table = new Table().AddColumn("what").AddColumn(new TableColumn("worlds").RightAligned()).AddColumn("more").AddColumn(new TableColumn("seconds").RightAligned()).AddColumn(new TableColumn("failures").RightAligned());
        int failures = 0;
        long worlds = 0;
        foreach ((string what, Func<Action, Found> explore) in Explorations(name, every))
        {
            var result = new Found(0, "", []);
            var clock = Stopwatch.StartNew();
            SimProgress.Show(what, 0, tick => result = explore(tick));
            table.AddRow(Markup.Escape(what), result.Worlds.ToString("N0", CultureInfo.InvariantCulture), Markup.Escape(result.More), clock.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture), result.Failures.Count.ToString(CultureInfo.InvariantCulture));
            failures += result.Failures.Count;
            worlds += result.Worlds;
            foreach (WorldResult failure in result.Failures.Take(3)) Save(failure, failures);
        }

        AnsiConsole.Write(table);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{worlds} worlds, {failures} failures"));
        return failures == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static IEnumerable<(string What, Func<Action, Found> Explore)> Explorations(string name, int every) => name switch
    {
        "bytes" => Bytes(every),
        "calls" => Calls(every),
        _ => AllSchedules(),
    };

    private static IEnumerable<(string, Func<Action, Found>)> Bytes(int every) =>
        from session in ScriptedSession.All
        from transport in Enum.GetValues<TransportKind>()
        select ($"bytes: {session}, {transport}", (Func<Action, Found>)(tick =>
        {
            ExplorationResult result = ByteBoundaries.Explore(session, transport, every, tick);
            return new Found(result.Worlds, "block, FIN, RST, flip", result.Failures);
        }));

    private static IEnumerable<(string, Func<Action, Found>)> Calls(int every) =>
        from session in ScriptedSession.All
        from transport in Enum.GetValues<TransportKind>()
        from poller in Enum.GetValues<PollerKind>()
        select ($"calls: {session}, {transport}, {poller}", (Func<Action, Found>)(tick =>
        {
            ExplorationResult result = SystemCallMatrix.Explore(session, transport, poller, every, tick);
            return new Found(result.Worlds, "each call, each errno", result.Failures);
        }));

    private static IEnumerable<(string, Func<Action, Found>)> AllSchedules() =>
        from protocol in (TlsProtocol[])[TlsProtocol.Tls12, TlsProtocol.Tls13]
        from transport in Enum.GetValues<TransportKind>()
        select ($"schedules: {protocol}, {transport}", (Func<Action, Found>)(tick =>
        {
            ScheduleResult result = Schedules.Explore(Schedules.Script(protocol, transport), blocks: 1, MostStates, tick);
            string more = string.Create(CultureInfo.InvariantCulture, $"{result.States} states, {result.Transitions} transitions, {result.Ends} ends, {(result.IsComplete ? "complete" : "cut off")}");
            return new Found(result.Worlds, more, result.Failures);
        }));

    private static void Save(WorldResult failure, int number)
    {
        string path = $"opensslnb-sim-failure-{number}.json";
        File.WriteAllText(path, failure.Plan.ToJson());
        Console.WriteLine($"FAILED: {failure.Violations[0]}; the schedule is in {path}; replay it with: opensslnb sim --replay {path}");
    }

    private sealed record Found(int Worlds, string More, IReadOnlyList<WorldResult> Failures);
}
