using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace OpenSslNb.Cli;

/// <summary><c>opensslnb demo</c>: server and clients in this process, every byte checked, and every kind of crossed want forced to happen.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        Option<int> connections = new Option<int>("--connections") { Description = "connections at once", DefaultValueFactory = _ => 200 }.AtLeast(2);
        Option<double> seconds = new Option<double>("--seconds") { Description = "length of the traffic", DefaultValueFactory = _ => 5 }.Seconds();
        Option<string> poller = SharedOptions.CreatePoller();
        Option<string?> trace = SharedOptions.CreateTrace();
        var command = new Command("demo", "Embedded server and clients on loopback: full-duplex traffic, every byte checked.") { connections, seconds, poller, trace };
        command.SetAction(async (parsed, _) =>
        {
            DescriptorLimit.Raise();
            using TraceFile? file = parsed.GetValue(trace) is { } path ? new TraceFile(path) : null;
            using var world = new DemoWorld(parsed.GetValue(connections), SharedOptions.Poller(parsed.GetValue(poller)!), file?.Writer);
            return await RunAsync(world, TimeSpan.FromSeconds(parsed.GetValue(seconds)));
        });
        return command;
    }

    private static async Task<int> RunAsync(DemoWorld world, TimeSpan length)
    {
        AnsiConsole.WriteLine($"{TlsContext.OpenSslVersionText}: {world.ConnectionCount} connections, both directions at once, for {length.TotalSeconds:0.#} s");
        var clock = Stopwatch.StartNew();
        await world.ConnectAsync();
        TimeSpan handshakes = clock.Elapsed;
        clock.Restart();
        await ShowProgressAsync(world, length, clock);
        TimeSpan traffic = clock.Elapsed;
        bool ended = await world.FinishAsync(TimeSpan.FromSeconds(20));
        Report(world, handshakes, traffic, ended);
        return world.IsIntact && ended ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task ShowProgressAsync(DemoWorld world, TimeSpan length, Stopwatch clock)
    {
        // On a busy machine the crossed wants may need longer than asked for.
        bool GoesOn() => clock.Elapsed < length || (!world.HasCrossed && clock.Elapsed < length + s_patience);

        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            double next = 1;
            while (GoesOn() && await ticks.WaitForNextTickAsync())
            {
                world.Stir();
                if (clock.Elapsed.TotalSeconds < next) continue;
                next++;
                Console.WriteLine(Line(world, clock));
            }

            return;
        }

        await AnsiConsole.Status().StartAsync("starting", async status =>
        {
            while (GoesOn() && await ticks.WaitForNextTickAsync())
            {
                world.Stir();
                status.Status(Markup.Escape(Line(world, clock)));
            }
        });
    }

    private static string Line(DemoWorld world, Stopwatch clock)
    {
        DemoFigures figures = world.Figures;
        double megabytes = (figures.BytesToServer + figures.BytesToClient) / 1e6;
        return string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:0.0} s  {megabytes:0} MB  {megabytes / clock.Elapsed.TotalSeconds:0} MB/s  wants {figures.WantRead}/{figures.WantWrite}  crossed {figures.ReadWantedWrite + figures.WriteWantedRead}  integrity {(world.IsIntact ? "ok" : "BROKEN")}");
    }

    private static void Report(DemoWorld world, TimeSpan handshakes, TimeSpan traffic, bool ended)
    {
        DemoFigures figures = world.Figures;
        Table table = new Table().AddColumn("figure").AddColumn(new TableColumn("value").RightAligned());
        void Row(string name, FormattableString value) => table.AddRow(name, FormattableString.Invariant(value));
        Row("bytes to the server", $"{figures.BytesToServer:N0}");
        Row("bytes to the clients", $"{figures.BytesToClient:N0}");
        Row("MB/s, both directions", $"{(figures.BytesToServer + figures.BytesToClient) / 1e6 / traffic.TotalSeconds:0}");
        Row("handshakes/s", $"{world.ConnectionCount / handshakes.TotalSeconds:0}");
        Row("operations that met WANT_READ", $"{figures.WantRead:N0}");
        Row("operations that met WANT_WRITE", $"{figures.WantWrite:N0}");
        Row("crossed: a read that wanted write", $"{figures.ReadWantedWrite:N0}");
        Row("crossed: a write that wanted read", $"{figures.WriteWantedRead:N0}");
        Row("identical retries", $"{figures.IdenticalRetries:N0}");
        Row("KeyUpdates and renegotiations asked for", $"{world.MessagesAsked:N0}");
        Row("highest queued bytes", $"{figures.HighestQueued:N0}");
        AnsiConsole.Write(table);
        foreach (string fault in world.Faults.Take(10)) AnsiConsole.WriteLine($"fault: {fault}");
        if (!ended) AnsiConsole.WriteLine("fault: not every connection closed in time");
        AnsiConsole.WriteLine($"integrity: {(world.IsIntact && ended ? "ok" : "BROKEN")}");
    }
}
