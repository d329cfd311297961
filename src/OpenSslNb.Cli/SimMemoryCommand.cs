using System.CommandLine;
using OpenSslNb.Simulation;

namespace OpenSslNb.Cli;

/// <summary><c>opensslnb sim-memory</c>: whole sessions in a simulated world while each allocation of OpenSSL fails in turn, and the account of what sessions leave.</summary>
internal static class SimMemoryCommand
{
    private const string PlantedCrash = "crash";

    public static Command Create()
    {
        Option<string> session = new Option<string>("--session") { Description = "one session alone; all but the cold start unless told otherwise" }.OneOf([.. MemorySession.All.Append(MemorySession.ColdStart).Select(s => s.Name)]);
        session.HelpName = "NAME";
        Option<int> every = new Option<int>("--every") { Description = "try every N-th allocation alone", DefaultValueFactory = _ => 1 }.AtLeast(1);
        Option<int> from = new Option<int>("--from") { Description = "the first that fails", DefaultValueFactory = _ => 1 }.AtLeast(1);
        Option<int> to = new Option<int>("--to") { Description = "the last that may; the session's last unless told otherwise", DefaultValueFactory = _ => int.MaxValue }.AtLeast(1);
        var inProcess = new Option<bool>("--in-process") { Description = "try them in this very process: a crash ends it, for a debugger to see" };
        Option<string> plant = new Option<string>("--plant") { Description = "die at the first on purpose, to show that it is found" }.OneOf(PlantedCrash);
        var command = new Command("sim-memory", "Simulated sessions in which each allocation of OpenSSL fails in turn: they fail cleanly or go on, and leave nothing.") { session, every, from, to, inProcess, plant };
        command.Subcommands.Add(SimMemoryAccountCommand.Create());
        command.SetAction(async (parsed, _) =>
        {
            IReadOnlyList<MemorySession> sessions = parsed.GetValue(session) is { } name ? [MemorySession.Of(name)] : MemorySession.All;
            var range = new MemoryRange(parsed.GetValue(from), parsed.GetValue(to), parsed.GetValue(every), parsed.GetValue(plant) is not null);
            if (parsed.GetValue(inProcess)) return RunHere(sessions, range);
            int bad = 0;
            foreach (MemorySession each in sessions) bad += await SweepAsync(each, range);
            return bad == 0 ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    private static int RunHere(IReadOnlyList<MemorySession> sessions, MemoryRange range)
    {
        if (sessions[0] == MemorySession.ColdStart) return RunFirst(range);
        OpenSslMemory.Install();
        foreach (MemorySession session in sessions)
        {
            long total = MemorySweep.WarmUp(session);
            Console.WriteLine(MemoryWorker.TotalLine(total));
            foreach (MemoryTrial trial in MemorySweep.Run(session, range.From, Math.Min(range.To, total), range.Every, number => Start(number, range))) Console.WriteLine(MemoryWorker.TrialLine(trial));
        }

        return ExitCode.Ok;
    }

    private static int RunFirst(MemoryRange range)
    {
        Start(range.From, range);
        MemoryTrial trial = MemoryTrial.RunFirst(range.From, out long total);
        Console.WriteLine(MemoryWorker.TotalLine(total));
        Console.WriteLine(MemoryWorker.TrialLine(trial));
        return ExitCode.Ok;
    }

    private static void Start(long number, MemoryRange range)
    {
        Console.WriteLine(MemoryWorker.StartLine(number));
        if (range.PlantsCrash && number == range.From) MemoryPlant.Crash();
    }

    // How many trials have shown a defect.
    private static async Task<int> SweepAsync(MemorySession session, MemoryRange range)
    {
        var worker = new MemoryWorker(session, range);
        var trials = new List<MemoryTrial>();
        await foreach (MemoryTrial trial in worker.RunAsync()) trials.Add(trial);
        Console.WriteLine($"{session.Name}: {worker.Total} allocations, {trials.Count} tried: {Summary(trials)}");
        List<MemoryTrial> notable = [.. trials.Where(trial => trial.Kind is TrialKind.Unsound or TrialKind.Crashed or TrialKind.Hung or TrialKind.KeptOnce)];
        foreach (MemoryTrial trial in notable) Console.WriteLine($"  {session.Name} {trial.Number}: {Words(trial.Kind)}; {trial.Place}; {trial.Detail}");
        return notable.Count(trial => trial.Kind is not TrialKind.KeptOnce);
    }

    private static string Summary(List<MemoryTrial> trials) =>
        string.Join(", ", trials.GroupBy(trial => trial.Kind).OrderBy(group => group.Key).Select(group => $"{group.Count()} {Words(group.Key)}"));

    private static string Words(TrialKind kind) => kind switch
    {
        TrialKind.WentOn => "went on",
        TrialKind.Failed => "failed for want of memory",
        TrialKind.FailedOtherwise => "failed with what followed from it",
        TrialKind.KeptOnce => "kept something once",
        TrialKind.NotReached => "not reached",
        TrialKind.Crashed => "crashed",
        TrialKind.Hung => "hung",
        _ => "UNSOUND",
    };
}
