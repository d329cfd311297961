using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>What GnuTLS, Python and Node derive from a connection, and we too.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class KeyingMaterialPeerTests(World world) : FeatureFixture(world)
{
    private const string Label = "EXPERIMENTAL peers";

    [Test]
    public async Task Node_exports_what_our_server_exports()
    {
        FeatureServer server = Features.Serve();
        await using ExternalProcess client = ScriptPeers.Client(Script.Node, Features, server.Port, new ScriptSettings { ExportLabel = Label });
        await client.Output.WaitForTextAsync($"exported {await ExportAsync(await server.OpenedAsync())}\n");
    }

    [Test]
    public async Task Node_exports_what_our_client_exports()
    {
        await using ServerProgram server = await ScriptPeers.ServerAsync(Script.Node, Features, new ScriptSettings { ExportLabel = Label });
        await using TlsStream stream = await Features.ConnectAsync(server, Features.Client());
        await server.Process.Output.WaitForTextAsync($"exported {await ExportAsync(stream.Connection)}\n");
    }

    [Test]
    public async Task Gnutls_cli_exports_what_our_server_exports()
    {
        FeatureServer server = Features.Serve();
        await using ExternalProcess client = GnutlsPeers.Client(Features, server.Port, $"--keymatexport={Label}", "--keymatexportsize=32");
        await client.Output.WaitForTextAsync($"- Key material: {(await ExportAsync(await server.OpenedAsync())).ToLowerInvariant()}\n");
    }

    [Test]
    public async Task Gnutls_serv_exports_what_our_client_exports()
    {
        await using ServerProgram server = await GnutlsPeers.ServerAsync(Features, $"--keymatexport={Label}", "--keymatexportsize=32");
        await using TlsStream stream = await Features.ConnectAsync(server, Features.Client());
        await server.Process.Output.WaitForTextAsync($"- Key material: {(await ExportAsync(stream.Connection)).ToLowerInvariant()}\n");
    }

    [TestCase(TlsChannelBinding.Exporter, "tls-exporter")]
    [TestCase(TlsChannelBinding.ServerEndPoint, "tls-server-end-point")]
    [TestCase(TlsChannelBinding.Unique, "tls-unique")]
    public async Task Gnutls_serv_has_the_channel_binding_of_our_client(TlsChannelBinding kind, string name)
    {
        await using ServerProgram server = await GnutlsPeers.ServerAsync(Features);
        await using TlsStream stream = await Features.ConnectAsync(server, Features.Client());
        bool exists = kind != TlsChannelBinding.Unique || World.Protocol == TlsProtocol.Tls12;
        string ours = exists ? Convert.ToHexStringLower(await stream.Connection.GetChannelBindingAsync(kind)) : "not available";
        await server.Process.Output.WaitForTextAsync($" - '{name}': {ours}\n");
    }

    [Test]
    public async Task A_script_has_the_unique_binding_of_our_server([Values] Script script)
    {
        IgnoreUnlessUnique();
        FeatureServer server = Features.Serve();
        await using ExternalProcess client = ScriptPeers.Client(script, Features, server.Port);
        await client.Output.WaitForTextAsync($"unique {await UniqueAsync(await server.OpenedAsync())}\n");
    }

    [Test]
    public async Task A_script_has_the_unique_binding_of_our_client([Values] Script script)
    {
        IgnoreUnlessUnique();
        await using ServerProgram server = await ScriptPeers.ServerAsync(script, Features);
        await using TlsStream stream = await Features.ConnectAsync(server, Features.Client());
        await server.Process.Output.WaitForTextAsync($"unique {await UniqueAsync(stream.Connection)}\n");
    }

    // Of a resumed session it is the server's message that comes first (RFC 5929 §3.1).
    [Test]
    public async Task Python_has_the_unique_binding_of_a_session_that_is_resumed()
    {
        IgnoreUnlessUnique();
        FeatureServer server = Features.Serve();
        await using ExternalProcess client = ScriptPeers.Client(Script.Python, Features, server.Port);
        await client.WriteAsync("first\n"u8.ToArray());
        await client.Output.WaitForTextAsync("received first\n");
        await client.WriteAsync("\n"u8.ToArray());
        await client.Output.WaitForTextAsync($"unique {await UniqueAsync(await server.OpenedAsync(1))}\nreused yes\n");
    }

    private static async Task<string> ExportAsync(TlsConnection connection) => Convert.ToHexString(await connection.ExportKeyingMaterialAsync(Label, 32));

    private static async Task<string> UniqueAsync(TlsConnection connection) => Convert.ToHexString(await connection.GetChannelBindingAsync(TlsChannelBinding.Unique));

    private void IgnoreUnlessUnique()
    {
        if (World.Protocol == TlsProtocol.Tls13) Assert.Ignore("TLS 1.3 has no tls-unique");
    }
}
