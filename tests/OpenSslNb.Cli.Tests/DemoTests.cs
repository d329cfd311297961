using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Cli.Tests;

/// <summary><c>demo</c> as a program.</summary>
public sealed partial class DemoTests
{
    private static readonly string[] s_rows =
    [
        "bytes to the server", "bytes to the clients", "MB/s, both directions", "handshakes/s", "operations that met WANT_READ", "operations that met WANT_WRITE",
        "crossed: a read that wanted write", "crossed: a write that wanted read", "identical retries", "KeyUpdates and renegotiations asked for", "highest queued bytes",
    ];

    [TestCase("epoll")]
    [TestCase("poll")]
    public async Task The_demonstration_moves_verified_bytes_and_forces_every_kind_of_want(string poller)
    {
        Opensslnb.Result result = await Opensslnb.RunAsync("demo", "--connections", "20", "--seconds", "1", "--poller", poller);
        Assert.That(result.Code, Is.Zero, result.Output + result.Error);
        Assert.That(result.Error, Is.Empty);
        foreach (string row in s_rows) Assert.That(Figure(result.Output, row), Is.Positive, row);
        Assert.That(result.Output, Does.EndWith("\nintegrity: ok\n"));
        Assert.That(result.Output, Does.Not.Contain("fault"));
        Assert.That(result.Output, Does.Match(@"\AOpenSSL .*: 20 connections, both directions at once, for 1 s\n"));
    }

    [Test]
    public async Task Without_a_terminal_the_output_is_plain_lines()
    {
        Opensslnb.Result result = await Opensslnb.RunAsync("demo", "--connections", "2", "--seconds", "2.5");
        Assert.That(result.Output.Where(c => c < ' ').Distinct(), Is.EqualTo("\n"), "no colours, no cursor");
        Assert.That(result.Output, Does.Match(@"(?m)^1\.[0-9] s +[0-9]+ MB .*integrity ok$"), "a line each second");
        Assert.That(result.Output, Does.Match(@"(?m)^2\.[0-9] s +[0-9]+ MB .*integrity ok$"));
    }

    [Test]
    public async Task A_stranger_that_says_nothing_does_no_harm()
    {
        using RunningProcess demo = Opensslnb.Start("demo", "--connections", "2", "--seconds", "2");
        using var stranger = new TcpClient();
        await stranger.ConnectAsync(IPAddress.Loopback, await FindPortAsync(demo));
        Assert.That(await demo.WaitForExitAsync(), Is.Zero, demo.Output.Text + demo.Error.Text);
        Assert.That(demo.Output.Text, Does.EndWith("\nintegrity: ok\n"));
    }

    [Test]
    public async Task Wrong_bytes_from_a_stranger_end_in_broken_integrity_and_exit_code_1()
    {
        using RunningProcess demo = Opensslnb.Start("demo", "--connections", "2", "--seconds", "4");
        int port = await FindPortAsync(demo);

        // A stranger's stream is checked as any client's. It ends in good order: nothing but its bytes is wrong.
        using TestClient stranger = await TestClient.ConnectAsync(port, configure: o =>
        {
            o.CertificateChainPolicy = null;
            o.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        });
        await stranger.WriteAsync(new byte[64]);
        await stranger.CloseWriteAsync();
        await stranger.ReadToEndAsync();
        stranger.Dispose();
        Assert.That(await demo.WaitForExitAsync(), Is.EqualTo(1), demo.Output.Text);
        Assert.That(demo.Output.Text, Does.EndWith("\nintegrity: BROKEN\n"));
        Assert.That(FaultPattern().Matches(demo.Output.Text).Select(m => m.Value), Is.EqualTo((string[])["fault: connection -1: wrong bytes near position 0"]));
    }

    private static async Task<int> FindPortAsync(RunningProcess demo)
    {
        int port = 0;
        await Eventually.BecomesTrue(() => (port = ListeningSocket.PortOf(demo.Id)) > 0, "the demonstration's server");
        return port;
    }

    private static long Figure(string output, string row)
    {
        Match match = Regex.Match(output, $@"(?m)^\W+{Regex.Escape(row)}\W+([0-9,]+)\W+$");
        return match.Success ? long.Parse(match.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : -1;
    }

    [GeneratedRegex("(?m)^fault: .*$")]
    private static partial Regex FaultPattern();
}
