using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary>What README.md promises about its program.</summary>
public sealed class SampleTests
{
    [Test]
    public void The_sample_in_the_readme_is_the_one_that_is_built()
    {
        string readme = File.ReadAllText(Path.Combine(Opensslnb.Root, "README.md"));
        string[] parts = readme.Split("```csharp\n");
        Assert.That(parts, Has.Length.EqualTo(2), "one block of C#");
        string block = parts[1][..parts[1].IndexOf("\n```", StringComparison.Ordinal)];
        string program = File.ReadAllText(Path.Combine(Opensslnb.Root, "tests", "OpenSslNb.Sample", "Program.cs"));
        Assert.That(block.Trim(), Is.EqualTo(program.Trim()));
    }

    [Test]
    public async Task The_sample_prints_what_came_back()
    {
        using RunningProcess sample = RunningProcess.Start(Opensslnb.BuiltProgram("OpenSslNb.Sample"));
        int code = await sample.WaitForExitAsync();
        Assert.That(sample.Output.Text, Is.EqualTo("never blocked\n"), sample.Error.Text);
        Assert.That(sample.Error.Text, Is.Empty);
        Assert.That(code, Is.Zero);
    }
}
