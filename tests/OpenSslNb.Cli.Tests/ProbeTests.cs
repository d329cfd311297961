using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Xml.Linq;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary><c>opensslnb probe</c> against <c>opensslnb serve</c>.</summary>
public sealed class ProbeTests
{
    // Findings about OpenSSL: docs/probing.md.
    private static readonly string[] s_findings = ["--except", "version-ssl3-refused", "--except", "cipher-empty", "--except", "change-cipher-spec-wrong"];

    private const string Patience = "20";

    [Test]
    public async Task The_whole_battery_of_our_server_is_exit_code_0_a_table_and_a_summary()
    {
        using ServeProcess serve = await ServeProcess.StartAsync("echo");
        Opensslnb.Result result = await ProbeAsync(serve, s_findings);
        Assert.That(result.Code, Is.Zero, result.Error + result.Output);
        Assert.That(result.Error, Is.Empty);
        Assert.That(result.Output, Does.Contain("record-changed-13").And.Contain("RFC 8446 §5.2").And.Contain("passed").And.Contain("not applicable"));
        Assert.That(result.Output, Does.Match(@"\n1\d\d probes of 127\.0\.0\.1:\d+: 1\d\d passed, \d+ tolerated, \d+ not applicable, 0 failed\n\z"));
    }

    [Test]
    public async Task Json_is_one_document_with_every_probe()
    {
        using ServeProcess serve = await ServeProcess.StartAsync("echo");
        Opensslnb.Result result = await ProbeAsync(serve, "--json", "--only", "versions", "--only", "close-notify", "--except", "ssl3");
        Assert.That(result.Code, Is.Zero, result.Error);
        using var document = JsonDocument.Parse(result.Output);
        JsonElement root = document.RootElement;
        JsonElement[] probes = [.. root.GetProperty("probes").EnumerateArray()];
        Assert.That(root.GetProperty("passed").GetInt32(), Is.EqualTo(probes.Count(p => p.GetProperty("verdict").GetString() == "passed")).And.GreaterThan(10));
        Assert.That(root.GetProperty("failed").GetInt32(), Is.Zero);
        Assert.That(root.GetProperty("features").EnumerateArray().Select(feature => feature.GetString()), Does.Contain("Tls12").And.Contain("Tls13").And.Not.Contain("None"));
        Assert.That(root.GetProperty("not_asked").GetInt32(), Is.Zero);
        Assert.That(root.TryGetProperty("error", out _), Is.False);
        JsonElement closing = probes.Single(p => p.GetProperty("name").GetString() == "close-notify-13");
        Assert.That(closing.GetProperty("reference").GetString(), Is.EqualTo("RFC 8446 §6.1"));
        Assert.That(closing.GetProperty("evidence").GetString(), Does.Contain("close_notify"));
        Assert.That(closing.GetProperty("area").GetString(), Is.EqualTo("closure"));
    }

    [Test]
    public async Task A_server_that_lets_itself_down_is_exit_code_1_and_a_failure_in_the_JUnit_file()
    {
        Opensslnb.RequireOpenSsl3("a finding that 4.0 no longer has");
        string junit = Pki.NewFile(".xml");
        using ServeProcess serve = await ServeProcess.StartAsync("echo", "--max-protocol", "tls1.2");
        Opensslnb.Result result = await ProbeAsync(serve, "--junit", junit, "--only", "version-13", "--only", "ssl3", "--only", "key-update");
        Assert.That(result.Code, Is.EqualTo(1), result.Output);
        Assert.That(result.Error, Does.Contain("failed: version-ssl3-refused (RFC 7568 §3): expected protocol_version"));
        XElement root = XDocument.Load(junit).Root!;
        XElement[] cases = [.. root.Descendants("testcase")];
        Assert.That(root.Name.LocalName, Is.EqualTo("testsuites"));
        Assert.That((int)root.Attribute("tests")!, Is.EqualTo(cases.Length));
        Assert.That((int)root.Attribute("failures")!, Is.EqualTo(cases.Count(c => c.Element("failure") is not null)).And.EqualTo(1));
        Assert.That((int)root.Attribute("skipped")!, Is.EqualTo(cases.Count(c => c.Element("skipped") is not null)).And.GreaterThan(3));
        XElement failure = cases.Single(c => c.Element("failure") is not null);
        Assert.That((string)failure.Attribute("name")!, Is.EqualTo("version-ssl3-refused"));
        Assert.That((string)failure.Attribute("classname")!, Is.EqualTo("probe.versions"));
        Assert.That((string)failure.Element("failure")!.Attribute("message")!, Does.Contain("handshake_failure"));
        Assert.That(cases.Single(c => (string)c.Attribute("name")! == "version-13").Element("system-out")!.Value, Does.StartWith("passed."));
    }

    [Test]
    public async Task A_certificate_of_a_stranger_is_refused_before_any_probe_and_can_be_accepted()
    {
        using ServeProcess serve = await ServeProcess.StartAsync("echo");
        string target = $"127.0.0.1:{serve.Port}";
        Opensslnb.Result refused = await Opensslnb.RunAsync("probe", target, "--ca", Pki.OtherAuthorityFile, "--timeout", Patience);
        Assert.That(refused.Code, Is.EqualTo(1));
        Assert.That(refused.Output, Is.Empty);
        Assert.That(refused.Error, Does.Contain($"{target} cannot be probed").And.Contain("certificate").And.Contain("--ca FILE says whom to trust").And.Contain("--server-name NAME"));
        Opensslnb.AssertNoStackTrace(refused.Error);
        Opensslnb.Result accepted = await Opensslnb.RunAsync("probe", target, "--dangerously-accept-any-certificate", "--only", "version-13", "--timeout", Patience);
        Assert.That(accepted.Code, Is.Zero, accepted.Error);
    }

    [Test]
    public async Task Nobody_there_is_exit_code_1_with_a_sentence()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        int port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        Opensslnb.Result result = await Opensslnb.RunAsync("probe", $"127.0.0.1:{port}", "--timeout", Patience);
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.Contain($"127.0.0.1:{port} cannot be probed: Connection refused"));
        Opensslnb.AssertNoStackTrace(result.Error);
    }

    [Test]
    public async Task The_list_says_what_is_asked_and_by_which_section_and_asks_nobody()
    {
        Opensslnb.Result table = await Opensslnb.RunAsync("probe", "--list");
        Assert.That(table.Code, Is.Zero, table.Error);
        Assert.That(table.Output, Does.Contain("fragment-13").And.Contain("RFC 7301 §3.2"));
        using var document = JsonDocument.Parse((await Opensslnb.RunAsync("probe", "--list", "--json", "--only", "alpn*common")).Output);
        JsonElement only = document.RootElement.GetProperty("probes").EnumerateArray().Single();
        Assert.That(only.GetProperty("steps").EnumerateArray().Last().GetString(), Is.EqualTo("expect no_application_protocol"));
    }

    [TestCase("target is missing")]
    [TestCase("target must be HOST:PORT", "localhost")]
    [TestCase("--only 'nosuch'", "h:1", "--only", "nosuch")]
    [TestCase("--except 'nosuch'", "h:1", "--except", "nosuch")]
    [TestCase("--timeout must be a number of seconds", "h:1", "--timeout", "0")]
    [TestCase("--junit does not go with --list", "--list", "--junit", "f.xml")]
    [TestCase("--key needs --cert", "h:1", "--key", "k.pem")]
    [TestCase("--only and --except leave no probe", "h:1", "--only", "records", "--except", "*")]
    [TestCase("--alpn must be names separated by commas", "h:1", "--alpn", ",,")]
    [TestCase("--pin must be sha256//", "h:1", "--pin", "xx")]
    [TestCase("--server-name must be the name of a host, such as example.org, or an address, and not ''", "h:1", "--server-name", "")]
    public async Task What_makes_no_sense_is_exit_code_2_and_names_the_option(string said, params string[] arguments)
    {
        Opensslnb.Result result = await Opensslnb.RunAsync(["probe", .. arguments]);
        Assert.That(result.Code, Is.EqualTo(2), result.Error);
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Error, Does.Contain(said).And.Contain("probe --help"));
    }

    [TestCase("--junit", "/no/such/folder/f.xml")]
    [TestCase("--ca", "/no/such/file")]
    [TestCase("--request", "/no/such/file")]
    public async Task A_file_that_cannot_be_had_is_named_before_anybody_is_asked(string option, string file)
    {
        Opensslnb.Result result = await Opensslnb.RunAsync("probe", "127.0.0.1:1", option, file);
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.StartWith($"opensslnb: {option}: ").And.Contain(file));
    }

    [Test]
    public async Task An_empty_file_is_no_request()
    {
        string empty = Pki.NewFile(".txt");
        await File.WriteAllBytesAsync(empty, []);
        Opensslnb.Result result = await Opensslnb.RunAsync("probe", "127.0.0.1:1", "--request", empty);
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.StartWith($"opensslnb: --request: '{empty}' is empty"));
    }

    private static Task<Opensslnb.Result> ProbeAsync(ServeProcess serve, params string[] options) =>
        Opensslnb.RunAsync(["probe", $"127.0.0.1:{serve.Port}", "--ca", Pki.AuthorityFile, "--timeout", Patience, .. options]);
}
