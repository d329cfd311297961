using System.Text.RegularExpressions;
using NUnit.Framework;
using OpenSslNb.Peers.Tests;

namespace OpenSslNb.Native.Examples.Tests;

/// <summary>The page for embedders says what is so, and its code is code.</summary>
public sealed partial class EmbeddingPageTests
{
    private static readonly string s_page = Repository.Text("docs/embedding.md");

    [Test]
    public void Its_table_of_functions_has_every_function_of_the_header_once_and_no_other()
    {
        string[] inTable = [.. Row().Matches(Section("Functions")).SelectMany(row => FunctionName().Matches(row.Groups[1].Value)).Select(match => match.Value)];
        string[] inHeader = [.. Header.Functions.Select(function => function.Name)];
        Assert.That(inHeader, Has.Length.GreaterThan(150));
        Assert.That(inHeader.Except(inTable), Is.Empty, "is in the header and not in the table");
        Assert.That(inTable.Except(inHeader), Is.Empty, "is in the table and not in the header");
        Assert.That(inTable.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key), Is.Empty, "is twice in the table");
    }

    [Test]
    public void Every_name_that_it_mentions_is_one_of_the_headers()
    {
        string header = Repository.Text("native/include/opensslnb.h") + Repository.Text("native/include/opensslnb.hpp");
        string[] unknown = [.. ApiName().Matches(s_page).Select(match => match.Value).Distinct().Where(name => !Regex.IsMatch(header, $@"\b{Regex.Escape(name)}") && !name.EndsWith('_'))];
        Assert.That(unknown, Is.Empty);
    }

    // The rows say on which thread; where the header says so as well, they must be of one mind.
    [Test]
    public void Its_table_of_functions_and_the_header_say_the_same_of_threads()
    {
        foreach (Match row in Row().Matches(Section("Functions")))
        {
            foreach (Match name in FunctionName().Matches(row.Groups[1].Value))
            {
                string comment = Header.Function(name.Value).Comment;
                bool loop = comment.Contains("The loop's thread", StringComparison.Ordinal), any = comment.Contains("Any thread", StringComparison.Ordinal);
                if (loop && !any) Assert.That(row.Groups[2].Value, Does.Contain("loop"), name.Value);
                if (any && !loop) Assert.That(row.Groups[2].Value, Does.Contain("any"), name.Value);
            }
        }
    }

    private static string[] CPrograms => [.. Blocks("c").Where(block => block.StartsWith("#include", StringComparison.Ordinal))];

    [Test]
    public void Its_links_lead_somewhere_in_the_source_tree_and_in_the_archive()
    {
        foreach (string docs in (string[])[Repository.PathOf("docs"), Path.Combine(Archive.Root, "docs")])
        {
            string[] links = [.. Link().Matches(File.ReadAllText(Path.Combine(docs, "embedding.md"))).Select(match => match.Groups[1].Value)];
            Assert.That(links, Has.Length.GreaterThan(5));
            Assert.That(links.Where(link => !Path.Exists(Path.Combine(docs, link))), Is.Empty, docs);
        }
    }

    // Cases by number: all of them, and no more.
    public static IEnumerable<int> ProgramNumbers => Enumerable.Range(0, CPrograms.Length);

    [TestCaseSource(nameof(ProgramNumbers))]
    public async Task Its_programs_in_C_are_compiled_without_a_warning(int number)
    {
        string folder = Archive.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "program.c"), CPrograms[number]);
        await Tool.ShellAsync(folder, "cc -std=c99 -Wall -Wextra -Wno-unused-function -pedantic -Werror -c program.c $(pkg-config --cflags opensslnb)");
    }

    [Test]
    public async Task Its_program_in_Rust_talks_to_an_echo_server()
    {
        string folder = Archive.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "echo.rs"), Blocks("rust").Single());
        await Tool.RunAsync("rustc", "rustc", "-D", "warnings", "-C", "opt-level=0", "-L", $"{Archive.Root}/lib", "-C", $"link-arg=-Wl,-rpath,{Archive.Root}/lib", "-o", $"{folder}/echo", $"{folder}/echo.rs");
        await using ExampleServer server = await ExampleServer.StartEchoAsync("echo_server");
        string output = await Tool.RunAsync($"{folder}/echo", "rustc", "localhost", $"{server.Port}", Archive.Authority);
        Assert.That(output, Is.EqualTo("hello from Rust\nclosed: close_notify\n"));
        Assert.That(await server.StopAsync(), Is.Empty);
    }

    [Test]
    public void There_are_programs_in_it() => Assert.That(CPrograms, Has.Length.GreaterThanOrEqualTo(2));

    private static IEnumerable<string> Blocks(string language) => Block().Matches(s_page).Where(match => match.Groups[1].Value == language).Select(match => match.Groups[2].Value);

    private static string Section(string title)
    {
        int start = s_page.IndexOf($"\n## {title}\n", StringComparison.Ordinal);
        Assert.That(start, Is.GreaterThan(0), title);
        int end = s_page.IndexOf("\n## ", start + 4, StringComparison.Ordinal);
        return end < 0 ? s_page[start..] : s_page[start..end];
    }

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    // | functions | thread | what |
    [GeneratedRegex(@"^\| (`onb_[^|]*) \| ([^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"onb_\w+")]
    private static partial Regex FunctionName();

    [GeneratedRegex(@"\b(?:onb_|ONB_)\w+")]
    private static partial Regex ApiName();
}
