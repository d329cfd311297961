using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

public sealed class UsageTests
{
    private static readonly string[] s_passThrough = ["proxy", "--listen", "127.0.0.1:0", "--mode", "passthrough-sni", "--to", "localhost:1"];
    private static readonly string[] s_serve = ["serve", "echo", "--listen", "127.0.0.1:0", "--cert", "c.pem", "--key", "k.pem"];

    private static readonly string[] s_sharedOptions =
    [
        "--poller", "--transport", "--min-protocol", "--max-protocol", "--ciphers", "--ciphersuites", "--groups", "--sigalgs", "--security-level", "--alpn", "--handshake-timeout",
        "--idle-timeout", "--shutdown-timeout", "--outbound-limit", "--allow-renegotiation", "--keylog", "--trace", "--help",
    ];

    private static IEnumerable<TestCaseData> Refused()
    {
        yield return Case("no command", [], "command", "demo", "serve", "connect", "trace");
        yield return Case("trace alone", ["trace"], "view");
        yield return Case("a view of nothing", ["trace", "view"], "file", "opensslnb trace view --help");
        yield return Case("an unknown command", ["server"], "server", "demo", "serve", "connect");
        yield return Case("an unknown option of the program", ["--verbose"], "--verbose");
        yield return Case("serve alone", ["serve"], "protocol", "--listen", "--cert");
        yield return Case("an unknown protocol", ["serve", "chargen", .. s_serve[2..]], "chargen", "echo", "discard", "source", "file");
        yield return Case("a file for a protocol that sends none", [.. s_serve, "--file", "f"], "--file", "protocol file");
        yield return Case("no file for the protocol that sends one", ["serve", "file", .. s_serve[2..]], "--file FILE");
        yield return Case("an unknown option of serve", [.. s_serve, "--verbose"], "--verbose");
        yield return Case("an option of serve given to connect", ["connect", "localhost:1", "--loops", "2"], "--loops");
        yield return Case("connect alone", ["connect"], "target");
        yield return Case("one target too many", ["connect", "localhost:1", "localhost:2"], "localhost:2");
        yield return Case("port 0 to connect to", ["connect", "localhost:0"], "target", "localhost:0", "HOST:PORT");
        yield return Case("a log of passed connections", [.. s_passThrough, "--connection-log", "l"], "--connection-log", "passthrough-sni");
        yield return Case("pins where no TLS begins", ["proxy", "--listen", "127.0.0.1:0", "--to", "localhost:1", "--cert", "c", "--pin", "p"], "--pin", "--mode originate");
        yield return Case("a server of no name", ["connect", "localhost:1", "--server-name", ""], "--server-name", "the name of a host", "''");
        yield return Case("a target of no name", ["proxy", "--listen", "127.0.0.1:0", "--mode", "originate", "--to", "localhost:1", "--server-name", " "], "--server-name", "the name of a host", "' '");
        yield return Case("a key without a certificate", ["connect", "localhost:1", "--key", "k.pem"], "--cert", "--key");
        yield return Case("no version left", [.. s_serve, "--min-protocol", "tls1.3", "--max-protocol", "tls1.2"], "--min-protocol", "--max-protocol");
        yield return Case("no version left to connect with", ["connect", "localhost:1", "--min-protocol", "tls1.3", "--max-protocol", "tls1.2"], "--min-protocol", "--max-protocol");
        yield return Case("a named certificate without a name", [.. s_serve, "--named-cert", "c.pem"], "--named-cert", "NAME=CERT", "'c.pem'");
        yield return Case("a security level that there is not", [.. s_serve, "--security-level", "7"], "--security-level", "0 to 5", "'7'");
        yield return Case("a whole chain of no list", ["connect", "localhost:1", "--crl-whole-chain"], "--crl-whole-chain", "--crl");
        yield return Case("kernel TLS where the kernel has no part in it", [.. s_serve, "--kernel-tls"], "--kernel-tls", "--transport fd");
        yield return Case("kernel TLS of a client where the kernel has no part in it", ["connect", "localhost:1", "--kernel-tls", "--transport", "buffered"], "--kernel-tls", "--transport fd");
        yield return Case("ticket keys from two places", [.. s_serve, "--ticket-key-file", "k", "--ticket-key-period", "60"], "--ticket-key-file", "--ticket-key-period");
        yield return Case("ticket keys from a file and from Redis", [.. s_serve, "--ticket-key-file", "k", "--ticket-key-redis", "localhost:1"], "--ticket-key-file", "--ticket-key-redis");
        yield return Case("settings of Redis with a password", [.. s_serve, "--ticket-key-redis", "localhost:1,password=p"], "--ticket-key-redis", "HOST:PORT");
        yield return Case("keys that others cannot know in time", [.. s_serve, "--ticket-key-redis", "localhost:1", "--ticket-key-period", "1"], "--ticket-key-period", "'1'");
        yield return Case("revocation lists where nobody is verified", [.. s_serve, "--crl", "c"], "--crl", "--client-ca");
        yield return Case("partial chains where nobody is verified", ["proxy", "--listen", "127.0.0.1:0", "--to", "localhost:1", "--cert", "c", "--partial-chain"], "--partial-chain", "--ca");
        yield return Case("a label of nothing", ["connect", "localhost:1", "--json", "--export-keying-material", ""], "--export-keying-material", "''");
        yield return Case("a label twice", ["connect", "localhost:1", "--json", "--export-keying-material", "a", "--export-keying-material", "a"], "--export-keying-material", "twice");
        yield return Case("a password for no Redis", [.. s_serve, "--ticket-key-redis-password-file", "p"], "--ticket-key-redis-password-file", "--ticket-key-redis");
        yield return Case("a limit to renegotiations that are not allowed", [.. s_serve, "--renegotiations-per-minute", "3"], "--renegotiations-per-minute", "--allow-renegotiation");
        yield return Case("a setting without a value", [.. s_serve, "--openssl-command", "Options"], "--openssl-command", "NAME=VALUE", "'Options'");
        yield return Case("replay of early data that is not taken", [.. s_serve, "--dangerously-allow-early-data-replay"], "--dangerously-allow-early-data-replay", "--max-early-data");
        yield return Case("a certificate for later that is not there", ["connect", "localhost:1", "--post-handshake-auth"], "--post-handshake-auth", "--cert");
        yield return Case("a password of nothing", ["connect", "localhost:1", "--key-password-file", "p"], "--key-password-file", "--cert");
        yield return Case("keying material for nobody", ["connect", "localhost:1", "--export-keying-material", "EXPORTER-a"], "--export-keying-material", "--json");
        yield return Case("the length of no keying material", ["connect", "localhost:1", "--json", "--export-length", "9"], "--export-length", "--export-keying-material");
        yield return Case("keying material that nobody writes down", [.. s_serve, "--export-keying-material", "EXPORTER-a"], "--export-keying-material", "--connection-log");
        yield return Case("early data that is not there to be sent again", ["connect", "localhost:1", "--resend-early-data", "never"], "--resend-early-data", "--early-data");
        yield return Case("new keys where nothing is sent", ["connect", "localhost:1", "--json", "--update-keys-every", "9"], "--update-keys-every", "--json");
        yield return Case("a certificate on request of nobody's authority", [.. s_serve, "--client-cert-on-request"], "--client-cert-on-request", "--client-ca");
        yield return Case("an optional certificate of nobody's authority", [.. s_serve, "--client-cert-optional"], "--client-cert-optional", "--client-ca");
        yield return Case("unknown names where a proxy is the client", ["proxy", "--listen", "127.0.0.1:0", "--mode", "originate", "--to", "localhost:1", "--unknown-name", "refuse"], "--unknown-name", "--mode terminate");
        yield return Case("TLS where a proxy passes it on", [.. s_passThrough, "--min-protocol", "tls1.3"], "--min-protocol", "passthrough-sni");
        yield return Case("records where a proxy passes them on", [.. s_passThrough, "--max-record", "1000"], "--max-record", "passthrough-sni");
        yield return Case("authorities where a proxy passes TLS on", [.. s_passThrough, "--ca-dir", "f"], "--ca-dir", "passthrough-sni");
        yield return Case("a status where a proxy is the client", ["proxy", "--listen", "127.0.0.1:0", "--mode", "originate", "--to", "localhost:1", "--staple", "f"], "--staple", "--mode terminate");
        yield return Case("ticket keys where a proxy is the client", ["proxy", "--listen", "127.0.0.1:0", "--mode", "originate", "--to", "localhost:1", "--ticket-key-period", "9"], "--ticket-key-period", "--mode terminate");
        yield return Case("an option without its value", [.. s_serve, "--loops"], "--loops");
        yield return Case("too few connections for a demonstration", ["demo", "--connections", "1"], "--connections", "'1'", "2");
        yield return Case("a demonstration of no number", ["demo", "--connections", "many"], "--connections", "'many'", "number");
        yield return Case("a demonstration of no time", ["demo", "--seconds", "0"], "--seconds", "'0'", "above 0");
        yield return Case("a demonstration on no poller", ["demo", "--poller", "select"], "--poller", "'select'", "epoll", "poll");
    }

    private static IEnumerable<TestCaseData> RefusedValues()
    {
        foreach (string option in (string[])["--loops", "--max-connections", "--outbound-limit", "--records-per-key"])
        {
            foreach (string value in (string[])["many", "0", "-1", "1.5", "99999999999"]) yield return new TestCaseData(option, value, "whole number");
        }

        foreach (string option in (string[])["--handshake-timeout", "--idle-timeout", "--shutdown-timeout", "--write-timeout", "--ticket-key-period"])
        {
            foreach (string value in (string[])["soon", "0", "-1", "NaN", "1e9"]) yield return new TestCaseData(option, value, "seconds");
        }

        yield return new TestCaseData("--loops", "1025", "1 to 1024");
        yield return new TestCaseData("--spin-us", "10001", "0 to 10000");
        yield return new TestCaseData("--poller", "kqueue", "epoll");
        yield return new TestCaseData("--transport", "memory", "buffered");
        yield return new TestCaseData("--min-protocol", "ssl3", "tls1.2");
        yield return new TestCaseData("--max-protocol", "1.3", "tls1.3");
    }

    [TestCaseSource(nameof(Refused))]
    public async Task A_command_line_that_makes_no_sense_is_refused_with_a_message(string[] arguments, string[] named)
    {
        Opensslnb.Result result = await Opensslnb.RunAsync(arguments);
        AssertUsage(result, named);
    }

    [TestCaseSource(nameof(RefusedValues))]
    public async Task A_value_that_makes_no_sense_is_refused_with_the_options_name_the_value_and_what_was_expected(string option, string value, string expected)
    {
        Opensslnb.Result result = await Opensslnb.RunAsync([.. s_serve, option, value]);
        AssertUsage(result, option, $"'{value}'", expected);
    }

    [TestCase("localhost")]
    [TestCase("localhost:")]
    [TestCase(":8443")]
    [TestCase("localhost:https")]
    [TestCase("localhost:65536")]
    [TestCase("localhost:-1")]
    [TestCase("localhost:+1")]
    [TestCase("::1:8443")]
    [TestCase("[::1:8443")]
    [TestCase("[localhost]:8443")]
    [TestCase("")]
    public async Task What_is_no_host_and_port_is_refused_by_serve_and_connect(string text)
    {
        Opensslnb.Result serve = await Opensslnb.RunAsync("serve", "echo", "--listen", text, "--cert", "c.pem", "--key", "k.pem");
        AssertUsage(serve, "--listen", $"'{text}'", "HOST:PORT");
        Opensslnb.Result connect = await Opensslnb.RunAsync("connect", text);
        AssertUsage(connect, "target", $"'{text}'", "HOST:PORT");
    }

    [Test]
    public async Task Help_of_every_command_mentions_every_option_and_goes_to_standard_output()
    {
        await AssertHelpAsync([], "demo", "serve", "connect", "probe", "diff", "sim", "sim-memory", "trace", "--help", "--version");
        await AssertHelpAsync(["probe"], "HOST:PORT", "--ca", "--server-name", "--only", "--except", "--json", "--junit", "--timeout", "--list", "--dangerously-accept-any-certificate", "--help");
        await AssertHelpAsync(["sim"], "--seed", "--runs", "--scenario", "--shrink", "--trace", "--save", "--replay", "--every", "--help");
        await AssertHelpAsync(["diff"], "--a", "--b", "--script", "--only", "--name", "--timeout", "--start-timeout", "--strict", "--json", "--page", "--cert", "--help");
        await AssertHelpAsync(["sim-memory"], "account", "--session", "--every", "--from", "--to", "--in-process", "--plant", "--help");
        await AssertHelpAsync(["sim-memory", "account"], "--sessions", "--plant", "--help");
        await AssertHelpAsync(["demo"], "--connections", "--seconds", "--poller", "--trace", "--help");
        await AssertHelpAsync(["trace"], "view", "--help");
        await AssertHelpAsync(["trace", "view"], "file", "-o", "--output", "--help");
        await AssertHelpAsync(["serve"], ["echo", "discard", "source", "--listen", "--cert", "--key", "--client-ca", "--max-connections", "--backlog", "--loops", "--metrics", .. s_sharedOptions]);
        await AssertHelpAsync(["connect"], ["HOST:PORT", "--ca", "--server-name", "--cert", "--key", "--dangerously-accept-any-certificate", .. s_sharedOptions]);
    }

    [TestCase("probe", "probing.md")]
    [TestCase("diff", "diff.md")]
    public async Task Every_option_of_a_command_stands_in_its_document(string command, string document)
    {
        string text = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(SourceFile())!, "../../docs", document));
        string help = (await Opensslnb.RunAsync(command, "--help")).Output;
        string[] options = [.. Regex.Matches(help, "--[a-z-]+").Select(match => match.Value).Distinct().Except(["--help"])];
        Assert.That(options, Is.Not.Empty);
        Assert.That(options.Where(option => !Regex.IsMatch(text, $"`{option}[ `]")), Is.Empty);
    }

    [Test]
    public async Task A_command_with_commands_below_it_says_what_is_wrong_with_its_own_options() =>
        AssertUsage(await Opensslnb.RunAsync("sim-memory", "--every", "0"), "--every must be a whole number", "'0'", "sim-memory --help");

    [Test]
    public async Task Version_is_one_line()
    {
        Opensslnb.Result result = await Opensslnb.RunAsync("--version");
        Assert.That(result.Code, Is.Zero);
        Assert.That(result.Output, Does.Match(@"\A[0-9]+\.[0-9]+\.[0-9]+\S*\n\z"));
    }

    private static string SourceFile([CallerFilePath] string path = "") => path;

    private static TestCaseData Case(string name, string[] arguments, params string[] named) =>
        new TestCaseData(arguments, named).SetArgDisplayNames(name);

    private static void AssertUsage(Opensslnb.Result result, params string[] named)
    {
        Assert.That(result.Code, Is.EqualTo(2), result.Error);
        Assert.That(result.Output, Is.Empty);
        foreach (string name in named) Assert.That(result.Error, Does.Contain(name));
        Assert.That(result.Error, Does.Contain("--help"));
        Opensslnb.AssertNoStackTrace(result.Error);
    }

    private static async Task AssertHelpAsync(string[] command, params string[] mentioned)
    {
        Opensslnb.Result result = await Opensslnb.RunAsync([.. command, "--help"]);
        Assert.That(result.Code, Is.Zero, result.Error);
        Assert.That(result.Error, Is.Empty);
        foreach (string name in mentioned) Assert.That(result.Output, Does.Contain(name), string.Join(' ', command));
    }
}
