using System.Text.Json;
using NUnit.Framework;

namespace OpenSslNb.Benchmarks.Tests;

/// <summary>
/// The short form of the benchmark: all scenarios but the idle connections, whose memory is looked at elsewhere; the engine on each transport and poller, ahead of time and once by the JIT; the rivals but one of the two forms of SslStream.
/// Where there are ten thousand connections in a full run there are five hundred here. The load generator compares each byte, so that a run which ends well has lost, doubled and changed none. Nothing here looks at a time.
/// </summary>
public sealed class QuickRunTests
{
    // Half of the smallest object there is.
    private const double LessThanAnObject = 12;

    // The question itself allocates, and a thread's memory is counted in pieces of 8 KiB when it gets them.
    private const double Once = 16 * 1024;

    // Each transport and poller once, and one of them by the JIT; of the two settings of SslStream one.
    private static readonly string[] s_engines = [.. Contenders.All.Where(c => c.Role == ContenderRole.Ours && c.OnlyIn is null && (c.IsMain || !c.IsJit)).Select(c => c.Name)];
    private static readonly string[] s_rivals = [.. Contenders.All.Where(c => c.Role is not (ContenderRole.Ours or ContenderRole.SslStream) && c.OnlyIn is null).Select(c => c.Name)];

    // Its thousand handshakes are most of its time.
    private const string Crowded = "echo-1000";
    private static readonly string[] s_forCrowds = ["engine", "engine-poll", "engine-fd"];
    private static readonly string[] s_steady = [.. Scenarios.All.Where(s => s is { Kind: ScenarioKind.Work, MakesConnections: false } && s.Name != Crowded).Select(s => s.Name)];
    private static readonly string[] s_fewOfMany = [.. Scenarios.All.Where(s => s.Kind == ScenarioKind.Scale).Select(s => s.Name)];
    private static readonly string[] s_connecting = [.. Scenarios.All.Where(s => s.MakesConnections || s.Kind == ScenarioKind.Quiet).Select(s => s.Name)];

    [Test]
    public async Task Every_form_of_the_engine_does_the_steady_work_right_and_allocates_nothing_for_it()
    {
        await WorkWithoutAllocatingAsync(s_steady, s_engines);
    }

    [Test]
    public async Task A_thousand_connections_are_served_right_and_nothing_is_allocated_for_it()
    {
        await WorkWithoutAllocatingAsync([Crowded], s_forCrowds);
    }

    [Test]
    public async Task A_few_of_many_connections_are_served_right_and_nothing_is_allocated_for_it()
    {
        await WorkWithoutAllocatingAsync(s_fewOfMany, ["engine", "engine-fd"]);
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
        BenchmarkRun run = await RunAsync([.. s_steady, .. s_fewOfMany, .. s_connecting], s_rivals);
        Assert.That(run.Measurements.Select(m => m.Contender).Distinct(), Is.EquivalentTo(s_rivals));
    }

    [Test]
    public async Task Tables_plots_and_measurements_are_written_where_they_were_asked_for()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("opensslnb-bench-test-");
        try
        {
            string plot = Path.Combine(folder.FullName, "one.svg");
            string page = Path.Combine(folder.FullName, "page.md");
            File.WriteAllText(page, "before\n<!-- figures -->\nof last time\n<!-- end of figures -->\nafter\n");
            (int status, string output, string messages) = await BenchmarkProgram.RunAsync("--quick", "--scenario", "echo-64", "quiet", "--contender", "engine", "c", "--plot", plot, "--report", folder.FullName, "--document", page);
            Assert.That(status, Is.Zero, messages);
            Assert.That(output, Does.Contain("echo 64 B × 64").And.Contain("to best C"));
            Assert.That(File.ReadAllText(Path.Combine(folder.FullName, "tables.md")), Does.Contain("| engine |").And.Contain("### echo-64"));
            Assert.That(File.ReadAllText(page), Does.StartWith("before\n<!-- figures -->\n\n").And.EndWith("|\n\n<!-- end of figures -->\nafter\n").And.Contain("### echo-64").And.Not.Contain("of last time"));
            foreach (string svg in new[] { plot, Path.Combine(folder.FullName, "cost.svg"), Path.Combine(folder.FullName, "latency.svg") }) Assert.That(File.ReadAllText(svg), Does.Contain("</svg>"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [TestCase("--rounds", "0", "--rounds must be a whole number from 1 to 100, and not '0'")]
    [TestCase("--seconds", "x", "--seconds must be a number of seconds from 0.05 to 60, and not 'x'")]
    [TestCase("--document", "/dev/null", "--document: '/dev/null' must have the line '<!-- figures -->'")]
    [TestCase("--document", "/none/page.md", "/none/page.md")]
    [TestCase("--json", "/none/a.json", "--json: ")]
    [TestCase("--plot", "/none/a.svg", "--plot: ")]
    [TestCase("--plot", "a.png", "--plot: the plot is SVG, and 'a.png' must end in .svg")]
    [TestCase("--report", "/dev/null/folder", "--report: ")]
    [TestCase("--scenario", "echo", "--scenario must be among handshake")]
    [TestCase("--contender", "nginx", "--contender must be among engine")]
    public async Task An_option_that_makes_no_sense_is_refused_by_name(string option, string value, string message)
    {
        (int status, _, string messages) = await BenchmarkProgram.RunAsync(option, value);
        Assert.That(status, Is.EqualTo(2));
        Assert.That(messages, Does.Contain(message));
    }

    private static async Task WorkWithoutAllocatingAsync(string[] scenarios, string[] contenders)
    {
        BenchmarkRun run = await RunAsync(scenarios, contenders, "--rounds", "3");
        IEnumerable<IGrouping<(string, string), Measurement>> pairs = run.Measurements.GroupBy(m => (m.Scenario, m.Contender));
        Assert.That(pairs.Select(pair => pair.Key), Is.EquivalentTo(from s in scenarios from c in contenders select (s, c)));

        // A pool may grow in one of the rounds, on a slow machine in two; what is allocated per operation is allocated in all.
        Assert.That(pairs.Where(pair => pair.All(Allocates)).Select(pair => $"{pair.Key}: {string.Join(", ", pair.Select(m => $"{m.AllocatedBytes} bytes for {m.Units} units"))}"), Is.Empty);
    }

    private static bool Allocates(Measurement m)
    {
        int deliveries = Scenarios.All.Single(s => s.Name == m.Scenario).DeliveriesPerUnit;
        return !(m.AllocatedBytes < Once + (LessThanAnObject * deliveries * m.Units));
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
