using System.Security.Cryptography;
using System.Text.Json;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary>The options about sessions, with programs that others wrote on the other side.</summary>
[TestFixture("-tls1_2")]
[TestFixture("-tls1_3")]
public sealed class SessionOptionTests(string version)
{
    [Test]
    public async Task Connect_resumes_in_its_next_run_what_s_server_gave_it()
    {
        using SServer server = await SServer.StartAsync(version);
        string file = Pki.NewFile(".sessions");
        File.Delete(file);
        bool[] resumed = new bool[3];
        for (int i = 0; i < resumed.Length; i++)
        {
            Opensslnb.Result result = await Opensslnb.RunAsync("connect", server.Target, "--ca", Pki.AuthorityFile, "--session-file", file, "--json");
            Assert.That(result.Code, Is.Zero, result.Error);
            resumed[i] = JsonDocument.Parse(result.Output).RootElement.GetProperty("resumed").GetBoolean();
        }

        Assert.That(resumed, Is.EqualTo(new[] { false, true, true }));
        Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task S_client_resumes_at_another_server_with_the_same_key_file_and_at_no_other()
    {
        string keys = Pki.NewFile(".keys");
        await File.WriteAllBytesAsync(keys, RandomNumberGenerator.GetBytes(80));
        File.SetUnixFileMode(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string session = Pki.NewFile(".pem");
        using ServeProcess one = await ServeProcess.StartAsync("echo", "--loops", "2", "--ticket-key-file", keys);
        using ServeProcess two = await ServeProcess.StartAsync("echo", "--loops", "2", "--ticket-key-file", keys);
        using ServeProcess stranger = await ServeProcess.StartAsync("echo", "--ticket-key-period", "3600");
        Assert.That(await VisitAsync(one, "-sess_out", session), Does.Contain("New, "));
        Assert.That(await VisitAsync(two, "-sess_in", session), Does.Contain("Reused, "));
        Assert.That(await VisitAsync(stranger, "-sess_in", session), Does.Contain("New, "));
    }

    [Test]
    public async Task S_client_resumes_at_another_server_that_shares_its_keys_through_Redis_also_after_Redis_has_ended()
    {
        string socket = Pki.NewFile(".socket");
        using RunningProcess redis = RunningProcess.Start("redis-server", "--port", "0", "--unixsocket", socket, "--requirepass", "swordfish", "--save", "", "--appendonly", "no", "--dir", "/");
        await redis.Output.WaitForTextAsync("connections at");
        string password = Pki.NewFile(".password");
        await File.WriteAllTextAsync(password, "swordfish\n");
        File.SetUnixFileMode(password, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string[] options = ["--ticket-key-redis", $"!{socket}", "--ticket-key-redis-password-file", password];
        string session = Pki.NewFile(".pem");
        using ServeProcess one = await ServeProcess.StartAsync("echo", [.. options, "--loops", "2"]);
        using ServeProcess two = await ServeProcess.StartAsync("echo", options);
        using ServeProcess stranger = await ServeProcess.StartAsync("echo");
        string other = Pki.NewFile(".password");
        await File.WriteAllTextAsync(other, "shark\n");
        File.SetUnixFileMode(other, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Opensslnb.Result refused = await Opensslnb.RunAsync("serve", "echo", "--listen", "127.0.0.1:0", "--cert", Pki.ServerFile, "--key", Pki.ServerKeyFile, "--ticket-key-redis", $"!{socket}", "--ticket-key-redis-password-file", other);
        Assert.That(refused.Code, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain("--ticket-key-redis").And.Contain("the password is refused"));
        Assert.That(await VisitAsync(one, "-sess_out", session), Does.Contain("New, "));
        Assert.That(await VisitAsync(stranger, "-sess_in", session), Does.Contain("New, "));
        redis.Signal(RunningProcess.SIGTERM);
        await redis.WaitForExitAsync();
        Assert.That(await VisitAsync(two, "-sess_in", session), Does.Contain("Reused, "), "with the last keys");
        Opensslnb.Result late = await Opensslnb.RunAsync(["serve", "echo", "--listen", "127.0.0.1:0", "--cert", Pki.ServerFile, "--key", Pki.ServerKeyFile, .. options]);
        Assert.That(late.Code, Is.EqualTo(1));
        Assert.That(late.Error, Does.StartWith($"opensslnb: --ticket-key-redis !{socket}: "));
        Opensslnb.AssertNoStackTrace(late.Error);
    }

    [Test]
    public async Task A_file_goes_with_the_first_flight_of_a_session_that_is_resumed()
    {
        using ServeProcess server = await ServeProcess.StartAsync("discard", "--max-early-data", "1000", "--handshake-workers", "0", version == "-tls1_2" ? "--max-protocol" : "--min-protocol", version == "-tls1_2" ? "tls1.2" : "tls1.3");
        string file = Pki.NewFile(".sessions");
        File.Delete(file);
        string early = Pki.NewFile(".txt");
        await File.WriteAllTextAsync(early, "early");
        string[] outcomes = new string[2];
        for (int i = 0; i < outcomes.Length; i++)
        {
            Opensslnb.Result result = await Opensslnb.RunAsync("connect", $"127.0.0.1:{server.Port}", "--ca", Pki.AuthorityFile, "--session-file", file, "--early-data", early, "--json");
            Assert.That(result.Code, Is.Zero, result.Error);
            JsonElement facts = JsonDocument.Parse(result.Output).RootElement;
            outcomes[i] = facts.GetProperty("early_data").GetString()!;
            Assert.That(facts.GetProperty("handshake_flights").GetArrayLength(), Is.GreaterThanOrEqualTo(3));
        }

        Assert.That(outcomes, Is.EqualTo(new[] { "none", version == "-tls1_2" ? "none" : "accepted" }));
    }

    [Test]
    public async Task Early_data_that_did_not_get_there_is_sent_again_unless_the_option_forbids_it([Values("always", "never")] string resend)
    {
        string log = Pki.NewFile(".log");
        using ServeProcess server = await ServeProcess.StartAsync("discard", "--connection-log", log, version == "-tls1_2" ? "--max-protocol" : "--min-protocol", version == "-tls1_2" ? "tls1.2" : "tls1.3");
        string early = Pki.NewFile(".txt");
        await File.WriteAllTextAsync(early, "early");
        string sessions = Pki.NewFile(".sessions");
        File.Delete(sessions);
        Opensslnb.Result result = await Opensslnb.RunAsync("connect", $"127.0.0.1:{server.Port}", "--ca", Pki.AuthorityFile, "--session-file", sessions, "--early-data", early, "--resend-early-data", resend, "--json");
        Assert.That(result.Code, Is.EqualTo(resend == "never" ? 1 : 0), result.Error);
        Assert.That(result.Error, resend == "never" ? Does.Contain("the early data did not get to the server") : Is.Empty);
        await server.StopAsync();
        JsonElement line = JsonDocument.Parse((await File.ReadAllLinesAsync(log)).Single()).RootElement;
        Assert.That(line.GetProperty("bytes_received").GetInt32(), Is.EqualTo(resend == "never" ? 0 : "early".Length));
    }

    [Test]
    public async Task Both_sides_are_known_by_a_key_of_a_file()
    {
        string keys = Pki.NewFile(".psk");
        await File.WriteAllTextAsync(keys, $"# two of them\nsensor 7:{new string('a', 64)}\n\nurn:x:8:{new string('b', 64)}\n");
        File.SetUnixFileMode(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using ServeProcess server = await ServeProcess.StartAsync("discard", "--psk-file", keys, "--max-protocol", version == "-tls1_2" ? "tls1.2" : "tls1.3");
        Opensslnb.Result result = await Opensslnb.RunAsync("connect", $"127.0.0.1:{server.Port}", "--psk-file", keys, "--psk-identity", "urn:x:8", "--json");
        Assert.That(result.Code, Is.Zero, result.Error);
        JsonElement facts = JsonDocument.Parse(result.Output).RootElement;
        Assert.That((facts.GetProperty("psk_identity").GetString(), facts.GetProperty("peer_subject").GetString()), Is.EqualTo(("urn:x:8", (string?)null)));

        result = await Opensslnb.RunAsync("connect", $"127.0.0.1:{server.Port}", "--psk-file", keys, "--psk-identity", "nobody");
        Assert.That((result.Code, result.Error.Contains("--psk-identity: there is no key of 'nobody'", StringComparison.Ordinal)), Is.EqualTo((1, true)), result.Error);
    }

    [TestCase("nothing", "line 1: expected IDENTITY:HEXADECIMAL")]
    [TestCase("a:xy", "line 1: what stands behind the last colon is not hexadecimal")]
    [TestCase("a:00", "line 1: ")]
    [TestCase("a:00000000000000000000000000000000\na:00000000000000000000000000000000", "line 2: the identity 'a' is there twice")]
    public async Task A_file_of_keys_that_is_not_in_order_is_named_with_the_line(string content, string fault)
    {
        string keys = Pki.NewFile(".psk");
        await File.WriteAllTextAsync(keys, content + "\n");
        File.SetUnixFileMode(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string[] arguments = ["serve", "echo", "--listen", "127.0.0.1:0", "--cert", Pki.ServerFile, "--key", Pki.ServerKeyFile, "--psk-file", keys];
        Opensslnb.Result result = await Opensslnb.RunAsync(arguments);
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.Contain($"{keys}, {fault}"));
        File.SetUnixFileMode(keys, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        result = await Opensslnb.RunAsync(arguments);
        Assert.That(result.Error, Does.Contain("chmod 600"));
    }

    [Test]
    public async Task S_client_resumes_at_any_loop_what_the_loops_keep_together()
    {
        string session = Pki.NewFile(".pem");
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--loops", "3", "--shared-sessions", "100", "--handshake-workers", "2");
        Assert.That(await VisitAsync(server, "-sess_out", session), Does.Contain("New, "));
        for (int i = 0; i < 4; i++) Assert.That(await VisitAsync(server, "-sess_in", session), Does.Contain("Reused, "));
    }

    [Test]
    public async Task A_staple_that_is_not_good_is_named()
    {
        Opensslnb.Result result = await Opensslnb.RunAsync("serve", "echo", "--listen", "127.0.0.1:0", "--cert", Pki.ServerFile, "--key", Pki.ServerKeyFile, "--staple", Pki.ServerFile);
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.Contain($"--staple {Pki.ServerFile}: "));
        result = await Opensslnb.RunAsync("connect", "127.0.0.1:1", "--early-data", Pki.ServerFile);
        Assert.That(result.Code, Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain("--early-data needs --session-file"));
    }

    [Test]
    public async Task A_file_of_sessions_that_is_something_else_is_named()
    {
        string file = Pki.NewFile(".sessions");
        await File.WriteAllTextAsync(file, "nothing");
        Opensslnb.Result result = await Opensslnb.RunAsync("connect", "127.0.0.1:1", "--session-file", file);
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.Contain("--session-file").And.Contain(file));
    }

    [Test]
    public async Task A_file_of_sessions_that_others_may_read_or_that_has_no_folder_is_refused_before_anything_is_sent()
    {
        string file = Pki.NewFile(".sessions");
        await File.WriteAllTextAsync(file, "something");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Opensslnb.Result result = await Opensslnb.RunAsync("connect", "127.0.0.1:1", "--session-file", file);
        Assert.That((result.Code, result.Error), Is.EqualTo((1, $"opensslnb: --session-file: the file of sessions '{file}' must be for its owner alone: chmod 600\n")));
        string folder = Path.Combine(Path.GetDirectoryName(file)!, "no-such-folder");
        result = await Opensslnb.RunAsync("connect", "127.0.0.1:1", "--session-file", Path.Combine(folder, "sessions"));
        Assert.That((result.Code, result.Error), Is.EqualTo((1, $"opensslnb: --session-file: there is no folder '{folder}' to keep it in\n")));
    }

    private async Task<string> VisitAsync(ServeProcess server, string option, string session)
    {
        using RunningProcess client = RunningProcess.Start("openssl", "s_client", "-connect", $"127.0.0.1:{server.Port}", version, option, session);

        // Its ticket of TLS 1.3 comes before the echo.
        await client.WriteInputAsync("hello\n");
        await client.Output.WaitForTextAsync("hello\n");
        client.CloseInput();
        await client.WaitForExitAsync();
        return client.Output.Text;
    }
}
