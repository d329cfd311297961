using NUnit.Framework;

namespace OpenSslNb.Fuzz.Tests;

/// <summary>The fuzzer's inputs without the fuzzer: all that are checked in, and some thousands made of them.</summary>
[NonParallelizable]
public sealed class FuzzTests
{
    private const int Mutations = 4000;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    private static string CorpusFolder => Path.Combine(TestContext.CurrentContext.TestDirectory, "Corpus");

    private static IEnumerable<string> CorpusNames => Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Corpus")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);

    [TearDown]
    public void Nothing_stays_planted() => PlantedBug.IsPlanted = false;

    [TestCaseSource(nameof(CorpusNames))]
    public void An_input_of_the_corpus_breaks_nothing(string name) => Run(File.ReadAllBytes(Path.Combine(CorpusFolder, name)));

    [Test]
    public void Every_side_version_and_state_can_be_reached_and_left()
    {
        for (int start = 0; start < 64; start++) Run([(byte)start, 0]);
    }

    [TestCase(1)]
    [TestCase(2)]
    public void No_mutation_of_the_corpus_breaks_anything(int seed)
    {
        var mutator = new Mutator(Corpus(), seed);
        for (int i = 0; i < Mutations / 2; i++) Run(mutator.Next());
    }

    [Test]
    public void The_planted_bug_is_found_from_inputs_that_do_not_show_it()
    {
        PlantedBug.IsPlanted = true;
        byte[][] innocent = [.. Corpus().Where(input => Outcome(input) is null)];
        var mutator = new Mutator(innocent, seed: 3);
        for (int i = 1; i <= 20_000; i++)
        {
            byte[] input = mutator.Next();
            if (Outcome(input) is not { } failure) continue;
            TestContext.Out.WriteLine($"after {i} mutations of {innocent.Length} inputs: {failure.Message}\n{Convert.ToHexString(input)}");
            Assert.That(failure, Is.InstanceOf<FuzzFailure>());
            PlantedBug.IsPlanted = false;
            Run(input);
            return;
        }

        Assert.Fail("the planted bug was not found");
    }

    [Test]
    public void No_hand_made_input_breaks_anything()
    {
        foreach ((string _, byte[] bytes) in Seeds.All()) Run(bytes);
    }

    private static byte[][] Corpus() => [.. CorpusNames.Select(name => File.ReadAllBytes(Path.Combine(CorpusFolder, name)))];

    private static void Run(byte[] input)
    {
        if (Outcome(input) is { } failure) Assert.Fail($"input {Convert.ToHexString(input)}\n{failure}");
    }

    // On a thread of its own: an endless loop must fail, not hang.
    private static Exception? Outcome(byte[] input)
    {
        Exception? outcome = null;
        Task run = Task.Run(() =>
        {
            try
            {
                FuzzCase.Run(input);
            }
            catch (Exception e)
            {
                // Whatever comes out is a finding.
                outcome = e;
            }
        });
        Assert.That(run.Wait(s_deadline), Is.True, $"no end: input {Convert.ToHexString(input)}");
        return outcome;
    }
}
