using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace OpenSslNb.Cli;

/// <summary>The progress of many worlds: a bar on a terminal, a line a second elsewhere, on standard error, since standard output is data.</summary>
internal static class SimProgress
{
    /// <summary>Runs the work and shows how far it is.</summary>
    /// <param name="what">In words.</param>
    /// <param name="count">Worlds in all; 0 when that is not known.</param>
    /// <param name="work">Calls its argument after each world.</param>
    public static void Show(string what, int count, Action<Action> work)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        var clock = Stopwatch.StartNew();
        int done = 0;
        if (!console.Profile.Capabilities.Interactive || Console.IsErrorRedirected)
        {
            double next = 5;
            work(() =>
            {
                done++;
                if (clock.Elapsed.TotalSeconds < next) return;
                next += 5;
                Console.Error.WriteLine(Text(what, done, count, clock));
            });
            return;
        }

        console.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()).Start(progress =>
        {
            ProgressTask task = progress.AddTask(what, maxValue: Math.Max(count, 1));
            task.IsIndeterminate = count == 0;
            work(() =>
            {
                done++;
                if (done % 16 != 0) return;
                task.Description = Markup.Escape(Text(what, done, count, clock));
                task.Value = count == 0 ? 0 : done;
            });
        });
    }

    private static string Text(string what, int done, int count, Stopwatch clock) =>
        string.Create(CultureInfo.InvariantCulture, $"{what}: {done}{(count > 0 ? $" of {count}" : "")} worlds, {done / clock.Elapsed.TotalSeconds:0} a second");
}
