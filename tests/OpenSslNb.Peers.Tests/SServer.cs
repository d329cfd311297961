using System.Text;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary><c>openssl s_server</c>, which takes commands, and sends what it reads and prints what it gets.</summary>
internal static class SServer
{
    public static Task<ServerProgram> StartAsync(World world, PemFiles files)
    {
        var process = ExternalProcess.StartLineBuffered(
            "openssl", "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", files.Certificate, "-key", files.Key, "-naccept", "1", world.Version("-tls1_2", "-tls1_3"));
        return ServerProgram.StartAsync(process, "ACCEPT 127.0.0.1:");
    }

    /// <summary>Both directions at once, every byte compared. What s_server says about the session comes before the marker.</summary>
    public static async Task AssertRelaysAsync(ServerProgram server, TlsStream client, byte[] up, byte[] down, string marker = "here it begins\n")
    {
        await client.WriteAsync(Encoding.ASCII.GetBytes(marker));
        int start = await server.Process.Output.WaitForEndOfTextAsync(marker);
        Task pushing = server.Process.WriteAsync(down);
        Task writing = client.WriteAsync(up).AsTask();
        byte[] received = new byte[down.Length];
        await client.ReadExactlyAsync(received).AsTask().WaitAsync(ExternalProcess.Deadline);
        Payload.AssertSame(received, down);
        Payload.AssertSame((await server.Process.Output.WaitForBytesAsync(up.Length, start)).AsSpan(0, up.Length), up);
        await Task.WhenAll(pushing, writing).WaitAsync(ExternalProcess.Deadline);
    }
}
