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
        await server.Process.Output.WaitAsync(all => Relayed(all[start..]).Length >= up.Length, $"{up.Length} relayed bytes");
        Payload.AssertSame(Encoding.Latin1.GetBytes(Relayed(server.Process.Output.ToArray().AsSpan(start))), up);
        await Task.WhenAll(pushing, writing).WaitAsync(ExternalProcess.Deadline);
    }

    /// <summary>What s_server prints without what it says in between, whenever a KeyUpdate comes ahead of the data behind it.</summary>
    private static string Relayed(ReadOnlySpan<byte> printed)
    {
        const string Remark = "Read BLOCK\n";
        string text = Encoding.Latin1.GetString(printed).Replace(Remark, "", StringComparison.Ordinal);

        // The payload has no such letter: this is a remark that has not come whole yet.
        int incomplete = text.IndexOf(Remark[0], StringComparison.Ordinal);
        return incomplete < 0 ? text : text[..incomplete];
    }
}
