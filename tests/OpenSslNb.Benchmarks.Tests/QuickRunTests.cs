using System.Text.Json;
using NUnit.Framework;

namespace OpenSslNb.Benchmarks.Tests;

/// <summary>
/// The short form of the benchmark: every scenario against every form of the engine and its rivals. The load generator compares each byte, so that a run which ends well has lost, doubled and changed none.
/// Nothing here looks at a time.
/// </summary>
public sealed class QuickRunTests
{
    // Half of the smallest object there is.
    private const double LessThanAnObject = 12;

    // The question itself allocates, and a timer may.
    private const double Once = 4096;

    private static readonly string[] s_engines = [.. Contenders.All.Where(c => c.Role == ContenderRole.Ours && c.OnlyIn is null).Select(c => c.Name)];
    private static readonly string[] s_rivals = [.. Contenders.All.Where(c => c.Role != ContenderRole.Ours && c.OnlyIn is null).Select(c => c.Name)];
    private static readonly string[] s_steady = [.. Scenarios.All.Where(s => s is { Kind: ScenarioKind.Work, MakesConnections: false, IsSlow: false }).Select(s => s.Name)];
    private static readonly string[] s_connecting = [.. Scenarios.All.Where(s => s.MakesConnections || s.Kind == ScenarioKind.Quiet).Select(s => s.Name)];

    [Test]
    public async Task Every_form_of_the_engine_does_the_steady_work_right_and_allocates_nothing_for_it()
    {
        BenchmarkRun run = await RunAsync(s_steady, s_engines, "--rounds", "2");
        IEnumerable<IGrouping<(string, string), Measurement>> pairs = run.Measurements.GroupBy(m => (m.Scenario, m.Contender));
        Assert.That(pairs.Select(pair => pair.Key), Is.EquivalentTo(from s in s_steady from c in s_engines select (s, c)));

        // A pool may grow in one of the rounds; what is allocated per operation is allocated in both.
        Assert.That(pairs.Where(pair => pair.All(Allocates)).Select(pair => $"{pair.Key}: {string.Join(", ", pair.Select(m => $"{m.AllocatedBytes} bytes for {m.Units} units"))}"), Is.Empty);
    }

    [Test]
    public async Task Every_form_of_the_engine_makes_and_ends_connections_at_full_rate()
    {
        BenchmarkRun run = await RunAsync(s_connecting, s_engines);
        Assert.That(run.Measurements.All(m => m.Units > 0));
        Assert.That(run.Measurements.Select(m => m.Scenario).Distinct(), Is.EquivalentTo(s_connecting));
    }

    [Test]
    public async Task Every_rival_does_the_same_work()
    {
        BenchmarkRun run = await RunAsync([.. s_steady, .. s_connecting], s_rivals);
        Assert.That(run.Measurements.Select(m => m.Contender).Distinct(), Is.EquivalentTo(s_rivals));
    }

    [Test]
    public async Task Tables_plots_and_measurements_are_written_where_they_were_asked_for()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("opensslnb-bench-test-");
        try
        {
            string plot = Path.Combine(folder.FullName, "one.svg");
            (int status, string output, string messages) = await BenchmarkProgram.RunAsync("--quick", "--scenario", "echo-64", "quiet", "--contender", "engine", "c", "--plot", plot, "--report", folder.FullName);
            Assert.That(status, Is.Zero, messages);
            Assert.That(output, Does.Contain("echo 64 B × 64").And.Contain("to best C"));
            Assert.That(File.ReadAllText(Path.Combine(folder.FullName, "tables.md")), Does.Contain("| engine |").And.Contain("### echo-64"));
            foreach (string svg in new[] { plot, Path.Combine(folder.FullName, "cost.svg"), Path.Combine(folder.FullName, "latency.svg") }) Assert.That(File.ReadAllText(svg), Does.Contain("</svg>"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [TestCase("--rounds", "0", "--rounds must be a whole number from 1 to 100, and not '0'")]
    [TestCase("--seconds", "x", "--seconds must be a number of seconds from 0.05 to 60, and not 'x'")]
    [TestCase("--scenario", "echo", "--scenario must be among handshake")]
    [TestCase("--contender", "nginx", "--contender must be among engine")]
    public async Task An_option_that_makes_no_sense_is_refused_by_name(string option, string value, string message)
    {
        (int status, _, string messages) = await BenchmarkProgram.RunAsync(option, value);
        Assert.That(status, Is.EqualTo(2));
        Assert.That(messages, Does.Contain(message));
    }

    private static bool Allocates(Measurement m)
    {
        int records = Scenarios.All.Single(s => s.Name == m.Scenario).RecordsPerUnit;
        return !(m.AllocatedBytes < Once + (LessThanAnObject * records * m.Units));
    }

    private static async Task<BenchmarkRun> RunAsync(string[] scenarios, string[] contenders, params string[] more)
    {
        string file = Path.GetTempFileName();
        try
        {
            (int status, _, string messages) = await BenchmarkProgram.RunAsync(["--quick", "--scenario", .. scenarios, "--contender", .. contenders, "--json", file, .. more]);
            Assert.That(status, Is.Zero, messages);
            return JsonSerializer.Deserialize(File.ReadAllText(file), BenchmarkJson.Default.BenchmarkRun)!;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
