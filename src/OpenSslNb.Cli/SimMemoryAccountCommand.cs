using System.CommandLine;
using OpenSslNb.Simulation;

namespace OpenSslNb.Cli;

/// <summary><c>opensslnb sim-memory account</c>: OpenSSL's live allocations before and after many sessions of each outcome.</summary>
internal static class SimMemoryAccountCommand
{
    private const string PlantedLeak = "leak";

    public static Command Create()
    {
        Option<int> sessions = new Option<int>("--sessions") { Description = "sessions of each outcome", DefaultValueFactory = _ => 1000 }.AtLeast(1);
        Option<string> plant = new Option<string>("--plant") { Description = "leak an SSL_SESSION with each session on purpose, to show that it is found" }.OneOf(PlantedLeak);
        var command = new Command("account", "Live allocations of OpenSSL before and after many sessions of each outcome: they must be the same.") { sessions, plant };
        command.SetAction(parsed => Run(parsed.GetValue(sessions), parsed.GetValue(plant) is null ? null : MemoryPlant.Leak));
        return command;
    }

    private static int Run(int sessions, Action? afterEach)
    {
        OpenSslMemory.Install();
        Console.WriteLine($"{TlsContext.OpenSslVersionText}: {sessions} sessions of each outcome");
        var start = MemoryState.Take();
        int unbalanced = 0;
        foreach (OutcomeSession outcome in OutcomeSession.All)
        {
            MemoryAccount account = MemoryAccount.Run(outcome, sessions, afterEach);
            Console.WriteLine($"{account.Outcome}: {account.Allocations} allocations a session; live before {account.Before.Blocks}, after {account.After.Blocks}: {(account.IsBalanced ? "balanced" : "NOT BALANCED")}");
            if (account.IsBalanced) continue;
            unbalanced++;
            Console.WriteLine($"  {account.Fault ?? account.After.Since(account.Before)}");
        }

        WorldContexts.Clear();
        Console.WriteLine($"made once and kept by OpenSSL, the contexts freed: {MemoryState.Take().Summary(start)}");
        return unbalanced == 0 ? ExitCode.Ok : ExitCode.Failed;
    }
}
