using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Whose TLS is on the other side.</summary>
public enum Peer
{
    OpenSsl,
    Gnutls,
    Python,
    Node,
}

/// <summary>Whichever program it is, it is started, talked with and heard in the same way.</summary>
internal static class Peers
{
    private static readonly Dictionary<int, string> s_alerts = new()
    {
        [40] = "handshake failure",
        [42] = "bad certificate",
        [43] = "unsupported certificate",
        [44] = "certificate revoked",
        [45] = "certificate expired",
        [47] = "illegal parameter",
        [48] = "unknown ca",
        [49] = "access denied",
        [51] = "decrypt error",
        [70] = "protocol version",
        [80] = "internal error",
        [116] = "certificate required",
        [120] = "no application protocol",
    };

    /// <summary>An echo (s_server: a sink that says what it gets), with the bench's certificate unless given another one, behind which its chain may stand.</summary>
    public static Task<ServerProgram> ServerAsync(this Peer peer, FeatureBench bench, IssuedCertificate? pair = null, params IReadOnlyList<string> more)
    {
        (string certificate, string key) = bench.WritePair("server", pair ?? bench.Issued);
        switch (peer)
        {
            case Peer.OpenSsl:
                return ServerProgram.StartAsync(
                    ExternalProcess.StartLineBuffered("openssl", "openssl", ["s_server", "-accept", "127.0.0.1:0", .. Identity(bench, "server", pair ?? bench.Issued), bench.World.Version("-tls1_2", "-tls1_3"), .. more]), "ACCEPT 127.0.0.1:");
            case Peer.Gnutls:
                return GnutlsPeers.BareServerAsync([$"--x509certfile={certificate}", $"--x509keyfile={key}", GnutlsPeers.Priority(bench.World), .. more]);
            default:
                if (more.Count > 0) throw new ArgumentException("a script has settings in place of arguments", nameof(more));
                return ScriptPeers.ServerAsync(ScriptOf(peer), bench, new ScriptSettings { Certificate = certificate, Key = key });
        }
    }

    /// <summary>Verifies us against the bench's authority; shows a certificate, behind which its chain may stand, if it has one.</summary>
    public static ExternalProcess Client(this Peer peer, FeatureBench bench, int port, IssuedCertificate? pair = null, params IReadOnlyList<string> more)
    {
        (string Certificate, string Key)? files = pair is null ? null : bench.WritePair("client", pair);
        switch (peer)
        {
            case Peer.OpenSsl:
                return ExternalProcess.StartLineBuffered(
                    "openssl", "openssl",
                    [
                        "s_client", "-connect", $"127.0.0.1:{port}", "-servername", "localhost", "-CAfile", bench.RootFile, "-verify_return_error", "-brief",
                        .. pair is null ? [] : Identity(bench, "client", pair), bench.World.Version("-tls1_2", "-tls1_3"), .. more,
                    ]);
            case Peer.Gnutls:
                return GnutlsPeers.Client(bench, port, [.. files is null ? (string[])[] : [$"--x509certfile={files.Value.Certificate}", $"--x509keyfile={files.Value.Key}"], .. more]);
            default:
                if (more.Count > 0) throw new ArgumentException("a script has settings in place of arguments", nameof(more));
                return ScriptPeers.Client(ScriptOf(peer), bench, port, new ScriptSettings { Certificate = files?.Certificate, Key = files?.Key });
        }
    }

    /// <summary>A line goes there and, where the server is an echo, back.</summary>
    public static async Task AssertTalksAsync(this Peer peer, ServerProgram server, TlsStream stream)
    {
        if (peer != Peer.OpenSsl)
        {
            await FeatureBench.AssertEchoesAsync(stream, "hello");
            return;
        }

        await stream.WriteAsync("hello\n"u8.ToArray());
        await server.Process.Output.WaitForTextAsync("hello\n");
    }

    /// <summary>A line goes to our echo and back.</summary>
    public static async Task AssertTalksAsync(this Peer peer, ExternalProcess client)
    {
        await client.WriteAsync("hello\n"u8.ToArray());
        await client.Output.WaitForTextAsync(peer switch
        {
            Peer.OpenSsl => "hello\n",
            Peer.Gnutls => "\nhello\n",
            _ => "received hello\n",
        });
    }

    /// <summary>A client, or a server that goes on, says which alert it got.</summary>
    public static async Task AssertHeardAsync(this Peer peer, ExternalProcess process, int alert)
    {
        string pattern = peer switch
        {
            Peer.OpenSsl or Peer.Node => $@"SSL alert number {alert}\b",
            Peer.Gnutls => $@"Received alert ['\[]{alert}['\]]",
            _ => $"alert {s_alerts[alert]}",
        };
        await Eventually.BecomesTrue(() => Regex.IsMatch(Said(process), pattern, RegexOptions.IgnoreCase) || process.HasExited, $"{peer} says: {pattern}; it said: {Said(process)}");
        if (process.HasExited) _ = await process.ExitAsync();
        Assert.That(Said(process), Does.Match($"(?i){pattern}"));
    }

    private static Script ScriptOf(Peer peer) => peer == Peer.Python ? Script.Python : Script.Node;

    private static string Said(ExternalProcess process) => Encoding.Latin1.GetString([.. process.Output.ToArray(), .. process.Error.ToArray()]);

    // What stands behind the certificate openssl wants in a file of its own.
    private static string[] Identity(FeatureBench bench, string name, IssuedCertificate pair)
    {
        string all = Encoding.ASCII.GetString(pair.CertificatePem);
        int end = PemEncoding.Find(all).Location.End.Value;
        string behind = all[end..].Trim();
        string[] own = ["-cert", bench.Write($"{name}.own.pem", all[..end] + "\n"), "-key", bench.Write($"{name}.own.key", pair.KeyPem)];
        return behind.Length == 0 ? own : [.. own, "-cert_chain", bench.Write($"{name}.behind.pem", behind + "\n")];
    }
}
