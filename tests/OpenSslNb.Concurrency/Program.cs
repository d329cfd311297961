using System.Diagnostics;
using System.Globalization;
using OpenSslNb.Concurrency.Kernel;
using OpenSslNb.Concurrency.Rewriting;
using OpenSslNb.Concurrency.Scenarios;
using OpenSslNb.Concurrency.Scheduling;

namespace OpenSslNb.Concurrency;

/// <summary>Rewrites a copy of the engine, and explores schedules of it in a process of its own.</summary>
internal static class Program
{
    private const string Usage = """
        usage: OpenSslNb.Concurrency [options]
          --scenario NAME    only this one
          --times N          so many times the schedules of the normal run; 1
          --seed N           where the schedules begin; 1
          --plant NAME       with a known defect in the copy
          --replay SCHEDULE  one schedule, as a failure printed it; needs --scenario
          --list             the scenarios and the known defects
        exit status: 0 nothing found, 1 a defect found, 2 usage
        """;

    private static int Main(string[] args)
    {
        if (args is ["--list"]) return List();
        try
        {
            var options = Options.Parse(args);
            return options.IsPrepared ? Explore(options) : PrepareAndRun(args, options.Plant);
        }
        catch (ArgumentException e)
        {
            Console.Error.WriteLine(e.Message);
            Console.Error.WriteLine(Usage);
            return 2;
        }
    }

    private static int List()
    {
        foreach (Scenario scenario in Scenario.All) Console.WriteLine($"scenario {scenario.Name}: {scenario.Schedules} schedules");
        foreach (Plant plant in Plants.All) Console.WriteLine($"plant {plant.Name} (found by {plant.Scenario}): {plant.Story}");
        return 0;
    }

    private static int PrepareAndRun(string[] args, Plant? plant)
    {
        string folder = Directory.CreateTempSubdirectory("opensslnb-concurrency-").FullName;
        try
        {
            int points = Rewriter.Prepare(folder, plant);
            Console.WriteLine($"{points} places rewritten{(plant is null ? "" : $", and planted: {plant.Story}")}");
            var start = new ProcessStartInfo(Environment.ProcessPath!, [Path.Combine(folder, "OpenSslNb.Concurrency.dll"), "--prepared", .. args]);
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) != "dotnet") start = new ProcessStartInfo(Path.Combine(folder, Path.GetFileName(Environment.ProcessPath!)), ["--prepared", .. args]);
            using Process child = Process.Start(start) ?? throw new InvalidOperationException("the exploring process did not start");
            child.WaitForExit();
            return child.ExitCode;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Explore(Options options)
    {
        SystemCalls.Install();
        TlsStage.Warm();
        int schedules = 0;
        long points = 0;
        var watch = Stopwatch.StartNew();
        foreach (Scenario scenario in options.Scenarios)
        {
            var explorer = new Explorer(scenario, options.Seed, (token, message) => Report(scenario, token, message, options.Plant));
            if (options.Replay is { } token) explorer.Replay(token);
            else Console.WriteLine(explorer.Explore(scenario.Schedules * options.Times));
            schedules += explorer.Schedules;
            points += explorer.Points;
        }

        Console.WriteLine($"{schedules} schedules, {points} scheduling points, {watch.Elapsed.TotalSeconds:0.0} s, seed {options.Seed}: nothing found");
        return 0;
    }

    private static void Report(Scenario scenario, string token, string message, Plant? plant)
    {
        Console.WriteLine($"FAILED {scenario.Name}: {message}");
        Console.WriteLine($"    replay: --scenario {scenario.Name}{(plant is null ? "" : $" --plant {plant.Name}")} --replay {token}");
        Console.Out.Flush();
        Environment.Exit(1);
    }

    private sealed record Options
    {
        public IReadOnlyList<Scenario> Scenarios { get; private init; } = Scenario.All;

        public int Times { get; private init; } = 1;

        public ulong Seed { get; private init; } = 1;

        public Plant? Plant { get; private init; }

        public string? Replay { get; private init; }

        /// <summary>The engine beside this program has been rewritten.</summary>
        public bool IsPrepared { get; private init; }

        public static Options Parse(string[] args)
        {
            var options = new Options();
            if (args is ["--prepared", ..]) (options, args) = (options with { IsPrepared = true }, args[1..]);
            for (int i = 0; i < args.Length; i += 2)
            {
                if (i + 1 == args.Length) throw new ArgumentException($"{args[i]} needs a value");
                options = options.With(args[i], args[i + 1]);
            }

            if (options.Replay is not null && options.Scenarios.Count > 1) throw new ArgumentException("--replay needs --scenario");
            return options;
        }

        private Options With(string name, string value) => name switch
        {
            "--scenario" => this with { Scenarios = [Scenario.All.FirstOrDefault(scenario => scenario.Name == value) ?? throw new ArgumentException($"no scenario {value}")] },
            "--times" => this with { Times = Number<int>(value) },
            "--seed" => this with { Seed = Number<ulong>(value) },
            "--plant" => this with { Plant = Plants.All.FirstOrDefault(plant => plant.Name == value) ?? throw new ArgumentException($"no plant {value}") },
            "--replay" => this with { Replay = value },
            _ => throw new ArgumentException($"unknown option {name}"),
        };

        private static T Number<T>(string value)
            where T : struct, ISpanParsable<T> => T.TryParse(value, CultureInfo.InvariantCulture, out T number) ? number : throw new ArgumentException($"{value} is no number");
    }
}
