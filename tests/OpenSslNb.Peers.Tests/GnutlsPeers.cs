using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>The client and the server of GnuTLS, which has nothing in common with OpenSSL.</summary>
internal static class GnutlsPeers
{
    public const string Package = "gnutls-bin";

    /// <summary>What it may negotiate: the world's version alone, and more if wanted.</summary>
    public static string Priority(World world, string more = "") => "--priority=NORMAL:-VERS-ALL:" + world.Version("+VERS-TLS1.2", "+VERS-TLS1.3") + more;

    /// <summary><c>gnutls-cli</c>: sends its standard input; what it says of the connection comes with the data on its standard output.</summary>
    public static ExternalProcess Client(FeatureBench bench, int port, params IEnumerable<string> more) =>
        ExternalProcess.StartLineBuffered("gnutls-cli", Package, [$"--x509cafile={bench.RootFile}", Priority(bench.World), $"--port={port}", .. more, "localhost"]);

    /// <summary><c>gnutls-serv</c>, an echo for lines.</summary>
    public static Task<ServerProgram> ServerAsync(FeatureBench bench, params IReadOnlyList<string> more)
    {
        (string certificate, string key) = bench.WritePair("server", bench.Issued);
        return BareServerAsync([$"--x509certfile={certificate}", $"--x509keyfile={key}", Priority(bench.World), .. more]);
    }

    /// <summary>One that is told everything.</summary>
    public static Task<ServerProgram> BareServerAsync(params IReadOnlyList<string> arguments) =>
        ServerProgram.StartAsync(port => ExternalProcess.StartLineBuffered("gnutls-serv", Package, ["--echo", $"--port={port}", .. arguments]), "...done\n");
}
