using NUnit.Framework;
using OpenSslNb.Conformance.SslTests.Cases;

namespace OpenSslNb.Conformance.Tests;

/// <summary>Files of cases: what is understood, and that nothing is passed over in silence.</summary>
public sealed class CaseFileTests
{
    private static readonly Dictionary<string, string> s_environment = new() { ["DIR"] = "/certificates" };

    [Test]
    public void Sections_comments_continued_lines_and_the_environment_are_understood()
    {
        CnfFile file = Parse("""
            num_tests = 2  # two
            # nothing

            [ one and a half ]
            Certificate = ${ENV::DIR}/a.pem:${ENV::DIR}/b.pem
            Long = begun \
            ended
            Empty =
            [two]
            [one and a half]
            More = a = b
            """);
        Assert.That(file.Value("num_tests"), Is.EqualTo("2"));
        Assert.That(file.Section("one and a half").Select(line => $"{line.Key}>{line.Value}"), Is.EqualTo(new[] { "Certificate>/certificates/a.pem:/certificates/b.pem", "Long>begun ended", "Empty>", "More>a = b" }));
        Assert.That(file.Section("two"), Is.Empty);
        Assert.That(file.Find("three"), Is.Null);
    }

    [TestCase("[one\n", "line 1")]
    [TestCase("a = 1\nno value\n", "line 2")]
    [TestCase("a = ${ENV::UNKNOWN}/x\n", "UNKNOWN")]
    [TestCase("a = ${ENV::DIR\n", "DIR")]
    public void What_is_not_understood_is_told_with_file_and_place(string text, string where) =>
        Assert.That(() => Parse(text), Throws.InstanceOf<FormatException>().With.Message.StartsWith("x.cnf").And.Message.Contain(where));

    [Test]
    public void A_section_that_is_missing_is_told_by_name() =>
        Assert.That(() => Parse("").Section("server"), Throws.InstanceOf<FormatException>().With.Message.Contain("[server]"));

    [TestCase("num_tests = 2", "num_tests = many", "num_tests")]
    [TestCase("num_tests = 2", "num_tests = 3", "test-2")]
    [TestCase("ExpectedResult", "ExpectedWeather", "ExpectedWeather")]
    [TestCase("EnablePHA", "EnableMagic", "EnableMagic")]
    [TestCase("BrokenSessionTicket", "EnablePHA", "EnablePHA")]
    [TestCase("ssl_conf = b-ssl", "other_conf = b-ssl", "ssl_conf")]
    public void Words_that_are_not_known_are_refused(string old, string young, string word)
    {
        CnfFile file = Parse(Two.Replace(old, young, StringComparison.Ordinal));
        Assert.That(() => CaseReader.Read(file), Throws.InstanceOf<FormatException>().With.Message.Contain(word));
    }

    [Test]
    public void A_case_has_its_sides_without_the_prefixes_of_commands()
    {
        SslTestCase test = CaseReader.Read(Parse(Two))[1];
        Assert.That(test.ToString(), Is.EqualTo("x.cnf [b]"));
        Assert.That(test.Server.Commands.Select(line => line.Key), Is.EqualTo(new[] { "Certificate", "CipherString" }));
        Assert.That(test.Server["BrokenSessionTicket"], Is.EqualTo("Yes"));
        Assert.That(test.Client.Is("EnablePHA", "Yes"));
        Assert.That(test.ResumeServer!.Commands, Is.EqualTo(test.Server.Commands));
        Assert.That(test.Server2, Is.Null);
        Assert.That(test.HandshakeMode, Is.EqualTo("Resume"));
        Assert.That(test.Number("ApplicationData", 7), Is.EqualTo(7));
    }

    [TestCase("Method", "DTLS", "DTLS")]
    [TestCase("UseSCTP", "Yes", "SCTP")]
    [TestCase("CompressionExpected", "No", "compression")]
    [TestCase("CompressCertificates", "Yes", "certificate compression")]
    [TestCase("Method", "TLS", null)]
    [TestCase("ExpectedResult", "Success", null)]
    public void What_is_left_out_is_left_out_by_name(string option, string value, string? reason)
    {
        SslTestCase test = CaseReader.Read(Parse(Two))[0] with { Test = new Dictionary<string, string> { [option] = value } };
        Assert.That(LeftOut.Reason(test, _ => true), reason is null ? Is.Null : Does.StartWith(reason));
    }

    [TestCase("SRPUser", "SRP")]
    [TestCase("NPNProtocols", "NPN")]
    [TestCase("CTValidation", "Certificate Transparency")]
    [TestCase("ForcePHA", "the case writes")]
    [TestCase("ALPNProtocols", null)]
    public void So_is_what_a_side_asks_for(string option, string? reason)
    {
        SslTestCase test = CaseReader.Read(Parse(Two))[0];
        test = test with { Client = test.Client with { Extra = new Dictionary<string, string> { [option] = "x" } } };
        Assert.That(LeftOut.Reason(test, _ => true), reason is null ? Is.Null : Does.StartWith(reason));
    }

    [TestCase("sect163k1", false, true)]
    [TestCase("sect163k1", true, false)]
    [TestCase("X25519", false, false)]
    public void A_group_is_left_out_only_if_it_is_deprecated_and_missing(string group, bool isThere, bool isLeftOut)
    {
        SslTestCase test = CaseReader.Read(Parse(Two))[0];
        test = test with { Client = test.Client with { Commands = [new("Curves", $"{group}:P-256")] } };
        Assert.That(LeftOut.Reason(test, name => isThere || name == "P-256") is not null, Is.EqualTo(isLeftOut));
    }

    private const string Two = """
        num_tests = 2
        test-0 = a
        test-1 = b
        [a]
        ssl_conf = a-ssl
        [a-ssl]
        server = side
        client = side
        [b]
        ssl_conf = b-ssl
        [b-ssl]
        server = side
        client = side
        resume-server = side
        [side]
        RSA.Certificate = x.pem
        CipherString = DEFAULT
        [test-0]
        ExpectedResult = Success
        [test-1]
        HandshakeMode = Resume
        server = b-server-extra
        client = b-client-extra
        [b-server-extra]
        BrokenSessionTicket = Yes
        [b-client-extra]
        EnablePHA = Yes
        """;

    private static CnfFile Parse(string text) => CnfFile.Parse("x.cnf", text, s_environment);
}
