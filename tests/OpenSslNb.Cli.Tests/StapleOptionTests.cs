using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Cli.Tests;

/// <summary><c>--staple-from</c>: a responder is asked, and <c>openssl s_client</c> gets what it has answered.</summary>
public sealed class StapleOptionTests
{
    private const int Sighup = 1;

    [Test]
    public async Task What_the_responder_answers_is_stapled_and_stays_when_a_reload_finds_the_responder_broken()
    {
        using var responder = new Responder();
        using ServeProcess server = await ServeProcess.StartAsync("echo", "--loops", "2", "--staple-from", responder.Url, "--staple-issuer", Pki.AuthorityFile);
        await responder.RequestsAsync(2);
        for (int i = 0; i < 4; i++)
        {
            string seen = "";
            await Eventually.BecomesTrue(() => (seen = StatusAsync(server).GetAwaiter().GetResult()).Contains("OCSP Response Status: successful", StringComparison.Ordinal), "a staple");
            Assert.That(seen, Does.Contain("Cert Status: good"));
        }

        responder.IsBroken = true;
        server.Process.Signal(Sighup);
        await server.Process.Error.WaitForTextAsync("opensslnb: --staple-from: ");
        Assert.That(await StatusAsync(server), Does.Contain("Cert Status: good"));
    }

    [Test]
    public async Task A_responder_that_nobody_names_is_told_as_what_is_missing()
    {
        Opensslnb.Result result = await ServeAsync("--staple-from", "auto");
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.Contain("--staple-from").And.Contain("URL"));
        Opensslnb.AssertNoStackTrace(result.Error);
    }

    [TestCase("--staple-from ftp://localhost/", "--staple-from", "http")]
    [TestCase("--staple-from nonsense", "--staple-from", "'nonsense'")]
    [TestCase("--staple-from auto --staple f", "--staple-from", "exclude each other")]
    [TestCase("--staple-issuer f", "--staple-issuer", "needs --staple-from")]
    public async Task Options_that_make_no_sense_are_refused(string options, params string[] expected)
    {
        Opensslnb.Result result = await ServeAsync(options.Split(' '));
        Assert.That(result.Code, Is.EqualTo(2));
        foreach (string part in expected) Assert.That(result.Error, Does.Contain(part));
    }

    private static Task<Opensslnb.Result> ServeAsync(params string[] options) =>
        Opensslnb.RunAsync(["serve", "echo", "--listen", "127.0.0.1:0", "--cert", Pki.ServerFile, "--key", Pki.ServerKeyFile, .. options]);

    private static async Task<string> StatusAsync(ServeProcess server)
    {
        using RunningProcess client = RunningProcess.Start("openssl", "s_client", "-connect", $"127.0.0.1:{server.Port}", "-servername", "localhost", "-CAfile", Pki.AuthorityFile, "-status");
        client.CloseInput();
        await client.WaitForExitAsync();
        return client.Output.Text;
    }

    // As much of HTTP as one who asks for a status speaks.
    private sealed class Responder : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly byte[] _answer;
        private int _requests;

        public Responder()
        {
            _answer = new OcspAnswer { Certificate = Pki.Server, Issuer = Pki.Authority, Key = Pki.Authority.GetECDsaPrivateKey()! }.Encode();
            _listener.Start();
            _ = ServeAsync();
        }

        public volatile bool IsBroken;

        public string Url => $"http://{_listener.LocalEndpoint}/";

        public Task RequestsAsync(int count) => Eventually.BecomesTrue(() => Volatile.Read(ref _requests) >= count, "requests");

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            try
            {
                while (true) await AnswerAsync(await _listener.AcceptTcpClientAsync());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task AnswerAsync(TcpClient client)
        {
            using (client)
            {
                NetworkStream stream = client.GetStream();
                var reader = new StreamReader(stream, Encoding.Latin1);
                int length = 0;
                while (await reader.ReadLineAsync() is { Length: > 0 } line)
                {
                    if (line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase)) length = int.Parse(line["Content-Length: ".Length..], System.Globalization.CultureInfo.InvariantCulture);
                }

                _ = await reader.ReadBlockAsync(new char[length]);
                byte[] answer = IsBroken ? [1, 2, 3] : _answer;
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\nContent-Length: {answer.Length}\r\nConnection: close\r\n\r\n"));
                await stream.WriteAsync(answer);
                Interlocked.Increment(ref _requests);
            }
        }
    }
}
