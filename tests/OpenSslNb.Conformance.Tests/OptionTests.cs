using NUnit.Framework;
using OpenSslNb.Conformance.SslTests;
using OpenSslNb.Conformance.SslTests.Cases;

namespace OpenSslNb.Conformance.Tests;

/// <summary>What <c>OpenSslNb.Conformance.SslTests</c> is asked to do.</summary>
public sealed class OptionTests
{
    private static readonly SslTestCase[] s_cases = [.. CaseReader.Read(CnfFile.Parse(OwnCases.FileName, OwnCases.Text, new Dictionary<string, string> { ["TEST_CERTS_DIR"] = "certs" }))];

    [TestCase("-h")]
    [TestCase("--help")]
    [TestCase("--tests", "folder", "--help")]
    public void Help_is_all_that_is_done_when_it_is_asked_for(params string[] arguments) => Assert.That(Options.Parse(arguments).Help, Is.True);

    [TestCase("own")]
    [TestCase("own.cnf")]
    public void A_file_is_named_with_its_extension_or_without(string file) => Assert.That(Choose("--file", file), Has.Length.EqualTo(s_cases.Length));

    [Test]
    public void A_case_is_named_by_a_part_of_its_name() => Assert.That(Choose("--file", "own", "--case", s_cases[0].Name).Select(test => test.Name), Does.Contain(s_cases[0].Name));

    [TestCase("--file 'ow' is no file of folder; there are own", "--file", "ow")]
    [TestCase("--case 'nosuch' is in the name of no case of folder", "--case", "nosuch")]
    [TestCase("--case 'nosuch' is in the name of no case of own", "--file", "own", "--case", "nosuch")]
    public void What_names_nothing_is_told(string said, params string[] arguments) => Assert.That(() => Choose(arguments), Throws.TypeOf<FormatException>().With.Message.EqualTo(said));

    private static SslTestCase[] Choose(params string[] arguments) => Options.Parse(["--tests", "folder", .. arguments]).Choose(s_cases);
}
