using System.Net;
using System.Net.Sockets;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests.Differential;

/// <summary><c>opensslnb diff</c> with scripts and servers that are none, and with somebody who has no patience.</summary>
public sealed class DiffFaultTests
{
    private static IEnumerable<TestCaseData> BadScripts()
    {
        yield return Bad("no JSON", "{\n\"cases\": nothing}", "no JSON in line 2");
        yield return Bad("an array", "[]", "an object with 'cases'", "Array");
        yield return Bad("nothing", "", "no case");
        yield return Bad("cases that are none", """{"cases":7}""", "'cases' must be an array of cases, and not 7");
        yield return Bad("a field beside the cases", """{"cases":[],"title":"x"}""", "'title' is no field", "cases");
        yield return Bad("no name", """{"steps":["connect"]}""", "case 1: 'name' is missing: a string");
        yield return Bad("no steps", """{"name":"x","steps":[]}""", "case 'x': 'steps' must be an array of steps");
        yield return Bad("the same name", """{"name":"x","steps":["connect"]}{"name":"x","steps":["connect"]}""", "two cases are called 'x'");
        yield return Bad("an empty name", """{"name":" ","steps":["connect"]}""", "case 1: 'name' must be a string that is not empty");
        yield return Bad("a name that is no text", """{"name":"\ud800","steps":["connect"]}""", "case 1: 'name': a string is no text");
        yield return Bad("steps twice", """{"name":"x","steps":["connect"],"steps":["connect"]}""", "case 1: 'steps' is there twice");
        yield return Bad("cases twice", """{"cases":[],"cases":[]}""", "'cases' is there twice");
        yield return Step("a step that is no text", """ "connect", "conn\ud800" """, "step 2: a string is no text");
        yield return Step("a field that is no text", """{"do":"hello","alpn":["a","\udc00"]}""", "step 1: 'alpn': a string is no text");
        yield return Step("a field's name that is no text", """{"do":"hello","a\ud800":1}""", "step 1: a field's name is no text");
        yield return Step("a field twice", """{"do":"hello","sni":"a","sni":"b"}""", "step 1: 'sni' is there twice");
        yield return Step("an extension's field twice", """{"do":"hello","extensions":[{"type":"padding","type":"alpn"}]}""", "step 1: 'extensions': 'type' is there twice");
        yield return Step("a name that is too long", $$"""{"do":"handshake","sni":"{{new string('a', 300)}}"}""", "step 1: 'sni' must be a name");
        yield return Step("a label that is too long", $$"""{"do":"handshake","sni":"{{new string('a', 64)}}.org"}""", "step 1: 'sni' must be a name");
        yield return Step("a name with NUL", """{"do":"handshake","sni":"a\u0000b"}""", "step 1: 'sni' must be a name");
        yield return Step("an empty name to ask for", """{"do":"handshake","sni":""}""", "step 1: 'sni' must be a name", "or null for none, and not \"\"");
        yield return Step("a hello's name that is not of ASCII", """{"do":"hello","sni":"ééé"}""", "step 1: 'sni' must be of ASCII");
        yield return Step("a hello that is too long", $$"""{"do":"hello","sni":"{{new string('a', 66_000)}}"}""", "step 1: this ClientHello does not fit into a record");
        yield return Step("a protocol that is too long", $$"""{"do":"hello","alpn":["{{new string('a', 256)}}"]}""", "step 1: 'alpn' must be");
        yield return Step("a cipher of the other version", """{"do":"handshake","versions":["1.3"],"ciphers":"ECDHE-ECDSA-AES128-GCM-SHA256"}""", "step 1: 'ciphers' has ECDHE-ECDSA-AES128-GCM-SHA256, which is for TLS 1.2, and 'versions' leaves that out");
        yield return Step("and the other way round", """{"do":"handshake","versions":["1.2"],"ciphers":"ECDHE-ECDSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256"}""", "step 1: 'ciphers' has TLS_AES_128_GCM_SHA256, which is for TLS 1.3");
        yield return Step("an unknown step", "\"jump\"", "'do' must be one of connect, hello", "and not \"jump\"");
        yield return Step("no step", "{}", "'do' is missing");
        yield return Step("an unknown field", """{"do":"hello","cipher":[]}""", "'cipher' is no field", "ciphers");
        yield return Step("a wrong type", """{"do":"hello","ciphers":5}""", "'ciphers' must be an array of", "and not 5");
        yield return Step("a version where an array is expected", """{"do":"handshake","versions":"1.3"}""", "step 1: 'versions' must be an array of", "and not \"1.3\"");
        yield return Step("a cipher where an array is expected", """{"do":"hello","ciphers":"TLS_AES_128_GCM_SHA256"}""", "step 1: 'ciphers' must be an array of", "and not \"TLS_AES_128_GCM_SHA256\"");
        yield return Step("a type where an array is expected", """{"do":"hello","without":"key_share"}""", "step 1: 'without' must be an array of");
        yield return Step("a protocol where an array is expected", """{"do":"handshake","alpn":"h2"}""", "step 1: 'alpn' must be an array of strings");
        yield return Step("a protocol of nothing", """{"do":"handshake","alpn":[""]}""", "step 1: OpenSSL cannot make this handshake");
        yield return Step("no version", """{"do":"hello","versions":[]}""", "step 1: 'versions' must be an array of one version at least");
        yield return Step("an unknown cipher", """{"do":"hello","ciphers":["TLS_NOTHING"]}""", "'ciphers' must be an array of", "TLS_NOTHING");
        yield return Step("a share without a key", """{"do":"hello","shares":["x448"]}""", "'shares'", "x25519, secp256r1, secp384r1");
        yield return Step("no extension", """{"do":"hello","extensions":[{"type":"padding","hex":"0"}]}""", "'extensions': 'hex' must be an even number of hexadecimal digits");
        yield return Step("ciphers that OpenSSL has not", """{"do":"handshake","ciphers":"NOTHING"}""", "OpenSSL cannot make this handshake");
        yield return Step("a version that we do not speak", """{"do":"handshake","versions":["1.1"]}""", "'versions' must be an array of \"1.2\" and \"1.3\"");
        yield return Step("a delivery", """{"do":"hello","deliver":[0]}""", "'deliver' must be \"whole\", \"byte\"");
        yield return Step("a delivery that is none", "\"deliver\"", "'deliver' must be \"whole\"");
        yield return Step("two kinds of bytes", """{"do":"raw","text":"x","hex":"00"}""", "one of 'hex', 'text' and 'size'");
        yield return Step("a mutation of nothing", """{"do":"mutate"}""", "'flip', 'truncate'");
        yield return Step("an alert", """{"do":"alert","description":"no_such"}""", "'description' must be one of close_notify");
        yield return Step("a wait", """{"do":"connect"},{"do":"wait","until":"Spring"}""", "step 2: 'until' must be one of end, alert");
        yield return Step("nothing to send over", """{"do":"send","text":"x"}""", "step 1: 'send' needs 'handshake' or 'resume' before it");
        yield return Step("nothing to wait for", "\"wait\"", "step 1: 'wait' needs a connection");
        yield return Step("two handshakes", """{"do":"handshake"},{"do":"handshake"}""", "step 2: a connection has one handshake");
        yield return Step("nothing to resume", "\"resume\"", "'resume' needs 'handshake' before it");
    }

    [TestCaseSource(nameof(BadScripts))]
    public async Task A_script_that_is_none_is_exit_code_2_and_says_where_and_what_was_expected(string script, string[] named)
    {
        string path = DiffRun.Script(script);
        Opensslnb.Result result = await DiffRun.RunAsync("127.0.0.1:1", "127.0.0.1:1", path);
        AssertRefused(result, [$"{path}: ", .. named]);
        Assert.That(result.Error, Does.Not.Contain("(Parameter '"));
    }

    [TestCase("--a must be HOST:PORT, or a command", "localhost", "127.0.0.1:1")]
    [TestCase("there is no {port} in it", "127.0.0.1:1", "openssl s_server")]
    [TestCase("a port is a whole number from 1 to 65535", "127.0.0.1:1", "127.0.0.1:99999")]
    [TestCase("a port is a whole number from 1 to 65535", "connect:[::1]:0", "127.0.0.1:1")]
    [TestCase("--name must be the name of a host", "127.0.0.1:1", "127.0.0.1:1", "--name", "")]
    [TestCase("--name must be the name of a host, such as example.org, or an address, and not 'a..b'", "127.0.0.1:1", "127.0.0.1:1", "--server-name", "a..b")]
    [TestCase("a quote ' has no end", "openssl 's_server -accept {port}", "127.0.0.1:1")]
    [TestCase("--a must be HOST:PORT", "connect:nowhere", "127.0.0.1:1")]
    [TestCase("--timeout must be a number of seconds", "127.0.0.1:1", "127.0.0.1:1", "--timeout", "0")]
    [TestCase("--only 'nosuch' is in the name of no case", "127.0.0.1:1", "127.0.0.1:1", "--only", "nosuch")]
    public async Task What_makes_no_sense_is_exit_code_2(string said, string a, string b, params string[] more)
    {
        AssertRefused(await Opensslnb.RunAsync(["diff", "--a", a, "--b", b, "--script", DiffRun.Steps("\"connect\""), .. more]), said, "diff --help");
    }

    [TestCase("--script")]
    [TestCase("--page")]
    [TestCase("--cert")]
    public async Task A_file_that_cannot_be_had_is_exit_code_1_before_a_server_is_started(string option)
    {
        string started = Pki.NewFile(".started");
        string command = $"sh -c 'touch {started}; exec sleep 600' {{port}}";
        string[] rest = option == "--script" ? [] : ["--script", DiffRun.Steps("\"connect\"")];
        Opensslnb.Result result = await Opensslnb.RunAsync(["diff", "--a", command, "--b", command, option, "/no/such/file", .. rest]);
        Assert.That(result.Code, Is.EqualTo(1), result.Error);
        Assert.That(result.Error, Does.StartWith($"opensslnb: {option}: ").And.Contain("/no/such"));
        Assert.That(started, Does.Not.Exist);
        Opensslnb.AssertNoStackTrace(result.Error);
    }

    [TestCase("openssl s_server -accept 127.0.0.1:{port} -cert '/no/such file.pem'", "/no/such file.pem", "exit code 1")]
    [TestCase("/no/such/program {port}", "/no/such/program")]
    public async Task A_server_that_does_not_start_is_exit_code_1_with_what_it_said(string command, params string[] said)
    {
        Opensslnb.Result result = await DiffRun.RunAsync(DiffRun.Serve, command, DiffRun.Steps("\"connect\""));
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Error, Does.Contain("--b did not start"));
        foreach (string part in said) Assert.That(result.Error, Does.Contain(part));
        Opensslnb.AssertNoStackTrace(result.Error);
    }

    [Test]
    public async Task A_server_that_never_listens_is_given_up_and_ended()
    {
        string pid = Pki.NewFile(".pid");
        Opensslnb.Result result = await DiffRun.RunAsync($"sh -c 'echo $$ > {pid}; exec sleep 600' {{port}}", DiffRun.Serve, DiffRun.Steps("\"connect\""), "--start-timeout", "1");
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.Contain("--a did not start").And.Contain("nobody listens on 127.0.0.1:").And.Contain("after 1 s"));
        DiffRun.AssertGone(pid);
    }

    [TestCase("--a", "127.0.0.1")]
    [TestCase("--b", "127.0.0.1")]
    [TestCase("--b", "[::1]")]
    public async Task Nobody_there_is_exit_code_1_with_a_sentence(string option, string host)
    {
        using var free = new TcpListener(IPAddress.Parse(host), 0);
        free.Start();
        string nobody = $"{host}:{((IPEndPoint)free.LocalEndpoint).Port}";
        free.Stop();
        using ScriptedServer silent = ScriptedServer.Silent();
        Opensslnb.Result result = await DiffRun.RunAsync(option == "--a" ? nobody : silent.Target, option == "--b" ? nobody : silent.Target, DiffRun.Steps("\"connect\""));
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.StartWith($"opensslnb: {option}: {nobody}: ").And.Contain("Connection refused"));
        Opensslnb.AssertNoStackTrace(result.Error);
    }

    private static void AssertRefused(Opensslnb.Result result, params string[] named)
    {
        Assert.That(result.Code, Is.EqualTo(2), result.Error);
        Assert.That(result.Output, Is.Empty);
        foreach (string name in named) Assert.That(result.Error, Does.Contain(name));
        Opensslnb.AssertNoStackTrace(result.Error);
    }

    private static TestCaseData Bad(string name, string script, params string[] named) => new TestCaseData(script, named).SetArgDisplayNames(name);

    private static TestCaseData Step(string name, string steps, params string[] named) => Bad(name, $$"""{"name":"x","steps":[{{steps}}]}""", ["case 'x': step ", .. named]);
}
