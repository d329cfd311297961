using System.CommandLine;
using OpenSslNb.Simulation;

namespace OpenSslNb.Cli;

/// <summary><c>opensslnb sim-memory</c>: whole sessions in a simulated world while OpenSSL runs out of memory, and the account of what they leave.</summary>
internal static class SimMemoryCommand
{
    public static Command Create()
    {
        Option<string> session = new Option<string>("--session") { Description = "one session alone; all unless told otherwise" }.OneOf([.. MemorySession.All.Select(s => s.Name)]);
        var command = new Command("sim-memory", "Simulated sessions in which each allocation of OpenSSL fails in turn.") { session };
        command.SetAction(parsed =>
        {
            OpenSslMemory.Install();
            MemorySession s = MemorySession.Of(parsed.GetValue(session)!);
            var clock = System.Diagnostics.Stopwatch.StartNew();
            long total = MemorySweep.WarmUp(s);
            Console.WriteLine($"{s.Name}: {total}");
            foreach (MemoryTrial t in MemorySweep.Run(s, 1, total, long.Parse(Environment.GetEnvironmentVariable("EV") ?? "97"), n => Console.WriteLine($"n {n}"))) Console.WriteLine($"r {t.Number} {t.Kind} {t.Place} {t.Detail}");
            Console.WriteLine(clock.Elapsed);
            return 0;
        });
        return command;
    }
}
