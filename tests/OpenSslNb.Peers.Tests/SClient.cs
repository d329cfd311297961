using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary><c>openssl s_client</c>, which takes commands: with <c>-brief</c> nothing but data comes on its standard output.</summary>
internal static class SClient
{
    public static ExternalProcess Start(ServerUnderTest server) => ExternalProcess.Start(
        "openssl", "openssl", "s_client", "-connect", $"127.0.0.1:{server.Port}", "-servername", "localhost", "-CAfile", server.Files.Certificate, "-verify_return_error", "-brief",
        server.Bench.World.Version("-tls1_2", "-tls1_3"));
}
