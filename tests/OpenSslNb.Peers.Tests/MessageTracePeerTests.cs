using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>The messages that our trace tells of are those that the other program tells of: the same ones, as long, in the same order, in each direction.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed partial class MessageTracePeerTests(World world) : FeatureFixture(world)
{
    private readonly Trace _trace = new();

    [SetUp]
    public void Begin_tracing()
    {
        _trace.Messages.Clear();
        Features.Connection = options => options with { Trace = _trace };
    }

    [Test]
    public async Task S_client_tells_of_the_same_messages_as_our_server([Values] bool withCertificate)
    {
        FeatureServer server = Features.Serve(options => withCertificate ? options with { ClientTrust = Features.Root.Trust } : options);
        await using ExternalProcess client = Peer.OpenSsl.Client(Features, server.Port, withCertificate ? Features.Root.Issue(["client"]) : null, "-msg");
        await Peer.OpenSsl.AssertTalksAsync(client);
        client.CloseInput();
        await client.ExitWellAsync();
        _ = await server.OutcomeAsync();
        AssertSame(client);
        Assert.That(Ours(sent: true).Any(message => message.StartsWith("CertificateRequest ", StringComparison.Ordinal)), Is.EqualTo(withCertificate));
    }

    [Test]
    public async Task S_server_tells_of_the_same_messages_as_our_client()
    {
        await using ServerProgram server = await Peer.OpenSsl.ServerAsync(Features, null, "-msg", "-naccept", "1");
        TlsStream stream = await Features.ConnectAsync(server, Features.Client());
        await Peer.OpenSsl.AssertTalksAsync(server, stream);
        _ = await FeatureBench.CloseAsync(stream);
        await server.Process.ExitWellAsync();
        AssertSame(server.Process);
    }

    // s_client offers a key for a group that our server does not have.
    [Test]
    public async Task S_client_tells_of_the_same_messages_when_it_has_to_say_hello_again()
    {
        if (World.Protocol == TlsProtocol.Tls12) Assert.Ignore("TLS 1.2 has no HelloRetryRequest");
        FeatureServer server = Features.Serve(options => options with { Groups = "P-384" });
        await using ExternalProcess client = Peer.OpenSsl.Client(Features, server.Port, null, "-msg", "-groups", "P-256:P-384");
        await Peer.OpenSsl.AssertTalksAsync(client);
        Assert.That(_trace.Messages.Count(message => message is { IsSent: true, Name: "HelloRetryRequest" }), Is.EqualTo(1));
        Assert.That(_trace.Messages.Count(message => message is { IsSent: false, Name: "ClientHello" }), Is.EqualTo(2));
        AssertSame(client);
    }

    [Test]
    public async Task S_client_tells_of_the_alert_that_our_server_tells_of()
    {
        TlsCertificate stranger = Features.Keep(FeatureBench.SelfSigned().Load());
        FeatureServer server = Features.Serve(options => options with { Certificate = stranger });
        await using ExternalProcess client = Peer.OpenSsl.Client(Features, server.Port, null, "-msg");
        Assert.That(await client.ExitAsync(), Is.Not.Zero);
        _ = await server.OutcomeAsync();
        AssertSame(client);
        Assert.That(Ours(sent: false)[^1], Is.EqualTo("fatal unknown_ca (2)"));
    }

    [Test]
    public async Task Gnutls_cli_tells_of_the_same_messages_as_our_server([Values] bool withCertificate)
    {
        FeatureServer server = Features.Serve(options => withCertificate ? options with { ClientTrust = Features.Root.Trust } : options);
        await using ExternalProcess client = Peer.Gnutls.Client(Features, server.Port, withCertificate ? Features.Root.Issue(["client"]) : null, "-d", "4");
        await Peer.Gnutls.AssertTalksAsync(client);
        client.CloseInput();
        await client.ExitWellAsync();
        _ = await server.OutcomeAsync();
        (string[] received, string[] sent) = GnutlsMessages(client);
        Assert.That(received, Is.EqualTo(OurHandshake(sent: true)));
        Assert.That(sent, Is.EqualTo(OurHandshake(sent: false)));
    }

    private static (string[] Received, string[] Sent) GnutlsMessages(ExternalProcess process)
    {
        MatchCollection lines = GnutlsLine().Matches(TextOf(process));
        string[] Of(string verb) => [.. lines.Where(line => line.Groups["verb"].Value == verb).Select(line => $"{line.Groups["name"].Value.Replace(" ", "", StringComparison.Ordinal)} ({line.Groups["length"].Value})")];
        return (Of("received. Length"), Of("queued"));
    }

    // GnuTLS counts what stands behind the header of four bytes of what it gets, and all of what it sends.
    private string[] OurHandshake(bool sent) =>
    [
        .. _trace.Messages.Where(message => message.IsSent == sent && message.Content == TlsTraceContent.Handshake)
            .Select(message => $"{message.Name.ToUpperInvariant()} ({message.Length - (sent ? 4 : 0)})"),
    ];

    private void AssertSame(ExternalProcess openssl)
    {
        MatchCollection lines = OpenSslLine().Matches(TextOf(openssl));
        string[] Of(string direction) =>
        [
            .. lines.Where(line => line.Groups["direction"].Value == direction)
                .Select(line => $"{line.Groups["name"].Value} ({int.Parse(line.Groups["length"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)})"),
        ];
        Assert.That(Of(">>>"), Is.EqualTo(Ours(sent: false)).And.Not.Empty);

        // What comes behind its own end it does not read.
        string[] received = Of("<<<");
        Assert.That(received, Is.EqualTo(Ours(sent: true).Take(received.Length)).And.Not.Empty);
        if (!Ours(sent: false)[^1].StartsWith("fatal", StringComparison.Ordinal)) Assert.That(received, Has.Length.AtLeast(OurHandshake(sent: true).Length));
    }

    // Who gets a change_cipher_spec is not told of it by OpenSSL. For it, a HelloRetryRequest is a ServerHello.
    private string[] Ours(bool sent) =>
    [
        .. _trace.Messages.Where(message => message.IsSent == sent && message.Content is (TlsTraceContent.Handshake or TlsTraceContent.Alert))
            .Select(message => $"{(message.Content == TlsTraceContent.Alert ? $"{message.Detail} " : "")}{(message.Name == "HelloRetryRequest" ? "ServerHello" : message.Name)} ({message.Length})"),
    ];

    private static string TextOf(ExternalProcess process) => Encoding.Latin1.GetString([.. process.Output.ToArray(), .. process.Error.ToArray()]);

    [GeneratedRegex(@"^(?<direction><<<|>>>) [^,\n]+, (Handshake|Alert) \[length (?<length>[0-9a-f]+)\], (?<name>[^\n]+)$", RegexOptions.Multiline)]
    private static partial Regex OpenSslLine();

    [GeneratedRegex(@"HSK\[\w+\]: (?<name>[A-Z ]+?)( \(\d+\))? was (?<verb>received\. Length|queued) \[?(?<length>\d+)")]
    private static partial Regex GnutlsLine();

    private sealed class Trace : ITlsTrace
    {
        public ConcurrentQueue<TlsTraceMessage> Messages { get; } = new();

        public void OnStep(TlsConnection connection, in TlsTraceStep step)
        {
            // The messages alone.
        }

        public void OnMessage(TlsConnection connection, in TlsTraceMessage message) => Messages.Enqueue(message);
    }
}
