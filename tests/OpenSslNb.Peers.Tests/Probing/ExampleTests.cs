using System.Runtime.CompilerServices;
using NUnit.Framework;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Peers.Tests.Probing;

/// <summary>What docs/probing.md teaches is true.</summary>
public sealed class ExampleTests
{
    private static IEnumerable<string> Names => ExampleProbes.All.Select(probe => probe.Name);

    [TestCaseSource(nameof(Names))]
    public async Task An_example_passes_against_our_server(string name)
    {
        using var bench = new ProbeBench();
        using var server = new OurServer(bench);
        ProbeResult result = await ExampleProbes.All.Single(probe => probe.Name == name).RunAsync(bench.Target(server.Port, ProbeBench.Patient), PeerFeatures.Tls12 | PeerFeatures.Tls13 | PeerFeatures.SealableSuite);
        Assert.That(result.Verdict, Is.EqualTo(ProbeVerdict.Passed), result.Evidence);
    }

    [Test]
    public async Task The_examples_stand_in_the_document_as_they_are_here()
    {
        string folder = Path.GetDirectoryName(SourceFile())!;
        string document = Lines(await File.ReadAllTextAsync(Path.Combine(folder, "../../../docs/probing.md")));
        string[] parts = (await File.ReadAllTextAsync(Path.Combine(folder, "ExampleProbes.cs"))).Split("// end")[0].Split("// example\n");
        Assert.That(parts, Has.Length.EqualTo(4));
        foreach (string example in parts.Skip(1)) Assert.That(document, Does.Contain(Lines(example)));
    }

    [Test]
    public void Every_probe_of_the_battery_has_a_name_of_its_own_and_the_section_of_an_RFC()
    {
        Assert.That(ProbeBattery.All.Select(probe => probe.Name), Is.Unique);
        foreach (Probe probe in ProbeBattery.All)
        {
            Assert.That(probe.Reference, Does.Match(@"^RFC [0-9]+ §[0-9A-Z.]+$"), probe.Name);
            Assert.That(probe.Steps, Is.Not.Empty);
            Assert.That(probe.Steps.Any(step => step.StartsWith("expect", StringComparison.Ordinal)), Is.True, $"{probe.Name} expects nothing");
        }
    }

    [Test]
    public async Task The_document_names_every_area_and_every_finding_of_the_battery_tests()
    {
        string document = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(SourceFile())!, "../../../docs/probing.md"));
        foreach (string area in ProbeBattery.All.Select(probe => probe.Area).Distinct()) Assert.That(document, Does.Contain($"| {area} |"));
        foreach (string finding in (string[])["version-ssl3-refused", "cipher-empty", "change-cipher-spec-wrong", "compression-offered-13", "close-notify-12", "alpn-none-in-common", "alert-unknown", "slow-hello"]) Assert.That(document, Does.Contain($"`{finding}`"));
    }

    // Without indentation.
    private static string Lines(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    private static string SourceFile([CallerFilePath] string path = "") => path;
}
