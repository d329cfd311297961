using NUnit.Framework;
using OpenSslNb.Redis;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests.Redis;

/// <summary>Ticket keys in a real Redis: shared by processes, changed meanwhile, and in use when Redis is gone.</summary>
public sealed class RedisTicketKeyTests
{
    private const string Name = "keys of this test";

    private RedisServer _redis = null!;

    [SetUp]
    public async Task BeginAsync() => _redis = await RedisServer.StartAsync();

    [TearDown]
    public async Task EndAsync() => await _redis.DisposeAsync();

    [Test]
    public async Task Two_that_begin_at_once_have_one_key()
    {
        RedisTicketKeys[] all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RedisTicketKeys.StartAsync(_redis.Connection, Options())));

        // From the first moment on: tickets of a key that nobody else knows would be for nothing.
        Assert.That(all.Select(one => Convert.ToHexString(one.Keys.Single().ToBytes())).Distinct().Count(), Is.EqualTo(1));
        foreach (RedisTicketKeys one in all) await one.DisposeAsync();
    }

    [Test]
    public async Task Nobody_makes_tickets_with_a_key_that_another_does_not_know()
    {
        var clock = new ManualClock();
        await using RedisTicketKeys one = await RedisTicketKeys.StartAsync(_redis.Connection, Options() with { Clock = clock });
        await using RedisTicketKeys other = await RedisTicketKeys.StartAsync(_redis.Connection, Options() with { Clock = clock });
        var makers = new HashSet<string>();
        for (int minute = 0; minute < 36 * 60; minute += 5)
        {
            // One of them looks, and then the clock goes on as far as the other may take to look.
            await (minute % 2 == 0 ? one : other).RefreshAsync();
            clock.Advance(TimeSpan.FromMinutes(5));
            await (minute % 2 == 0 ? other : one).RefreshAsync();
            string maker = Text(one.Keys[0]);
            makers.Add(maker);
            Assert.That(other.Keys.Select(Text), Does.Contain(maker));
            Assert.That(one.Keys, Has.Count.LessThanOrEqualTo(3));
        }

        Assert.That(makers, Has.Count.EqualTo(5), "36 hours of 8 hours each");
    }

    [Test]
    public async Task What_is_not_ours_is_told_and_the_keys_stay()
    {
        await using RedisTicketKeys keys = await RedisTicketKeys.StartAsync(_redis.Connection, Options());
        TicketKey before = keys.Keys[0];
        await _redis.Connection.GetDatabase().StringSetAsync(Name, "something else");
        Assert.That(() => keys.RefreshAsync(), Throws.InstanceOf<FormatException>());
        Assert.That(keys.Keys[0], Is.SameAs(before));
    }

    [TestCase("-tls1_2")]
    [TestCase("-tls1_3")]
    public async Task Processes_resume_each_others_sessions_through_a_change_of_keys_and_when_Redis_is_gone(string version)
    {
        using var folder = new ServerFiles();
        await using ServerProgram one = await StartServerAsync(folder);
        await using ServerProgram two = await StartServerAsync(folder);
        string session = folder.Path("session.pem");
        Assert.That(await VisitAsync(one, version, "-sess_out", session), Does.Contain("New, "));
        Assert.That(await VisitAsync(two, version, "-sess_in", session), Does.Contain("Reused, "));

        // Until another key makes tickets than did: the old one still reads them, at both.
        var schedule = KeySchedule.Parse((byte[])(await _redis.Connection.GetDatabase().StringGetAsync(Name))!);
        string maker = Text(schedule.KeysAt(DateTimeOffset.UtcNow)[0]);
        await Eventually.BecomesTrue(() => Text(Stored().KeysAt(DateTimeOffset.UtcNow)[0]) != maker, "the keys change");
        Assert.That(await VisitAsync(two, version, "-sess_in", session), Does.Contain("Reused, "));

        await _redis.StopAsync();
        await one.Process.Error.WaitForTextAsync("the keys stay as they are: ");
        await two.Process.Error.WaitForTextAsync("the keys stay as they are: ");
        Assert.That(await VisitAsync(one, version, "-sess_out", session), Does.Contain("New, "), "handshakes go on");
        Assert.That(await VisitAsync(two, version, "-sess_in", session), Does.Contain("Reused, "));
    }

    private static string Text(TicketKey key) => Convert.ToHexString(key.ToBytes());

    private static RedisTicketKeyOptions Options() => new() { Name = Name, RefreshEvery = TimeSpan.FromMinutes(10) };

    private KeySchedule Stored() => KeySchedule.Parse((byte[])_redis.Connection.GetDatabase().StringGet(Name)!);

    private async Task<ServerProgram> StartServerAsync(ServerFiles files)
    {
        string program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../OpenSslNb.Redis.Server/release/OpenSslNb.Redis.Server.dll"));
        Assert.That(File.Exists(program), Is.True, program);
        var process = ExternalProcess.Start("dotnet", "dotnet", "exec", program, files.Certificate, files.Key, _redis.EndPoint + ",abortConnect=false,syncTimeout=2000,asyncTimeout=2000", Name, "4", "0.5");
        return await ServerProgram.StartAsync(process, "listening on ");
    }

    private static async Task<string> VisitAsync(ServerProgram server, string version, string option, string session)
    {
        await using ExternalProcess client = ExternalProcess.StartLineBuffered("openssl", "openssl", "s_client", "-connect", $"127.0.0.1:{server.Port}", version, option, session);

        // Its ticket of TLS 1.3 comes before the echo.
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync("hello\n");
        client.CloseInput();
        _ = await client.ExitAsync();
        return System.Text.Encoding.UTF8.GetString(client.Output.ToArray());
    }

    private sealed class ServerFiles : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("opensslnb-");

        public ServerFiles()
        {
            using TlsCertificate certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));
            File.WriteAllBytes(Certificate, certificate.ExportCertificatePem());
            File.WriteAllBytes(Key, certificate.ExportPrivateKeyPem());
        }

        public string Certificate => Path("server.pem");

        public string Key => Path("server.key");

        public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
