using System.Text;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Programs that make keys and certificates, and what they are needed for.</summary>
internal static class ForeignTools
{
    /// <summary>Runs a program to its good end: what it said.</summary>
    public static async Task<string> RunAsync(string program, string package, params IEnumerable<string> arguments)
    {
        await using var process = ExternalProcess.Start(program, package, arguments);
        await process.ExitWellAsync();
        return Encoding.UTF8.GetString(process.Output.ToArray());
    }

    public static Task<string> OpenSslAsync(params IEnumerable<string> arguments) => RunAsync("openssl", "openssl", arguments);

    public static Task<string> CerttoolAsync(params IEnumerable<string> arguments) => RunAsync("certtool", GnutlsPeers.Package, arguments);

    /// <summary>A certificate of the bench's authority for this machine, under which the authority has signed a SHA-1 hash.</summary>
    public static async Task<IssuedCertificate> IssueWithSha1Async(FeatureBench bench)
    {
        string key = bench.PathOf("sha1.key");
        string request = bench.PathOf("sha1.csr");
        string certificate = bench.PathOf("sha1.pem");
        await OpenSslAsync("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=issued", "-keyout", key, "-out", request);
        await OpenSslAsync(
            "x509", "-req", "-sha1", "-days", "1", "-in", request, "-CA", bench.RootFile, "-CAkey", bench.Write("root.key", bench.Root.KeyPem), "-CAcreateserial",
            "-extfile", bench.Write("sha1.ext", "subjectAltName=DNS:localhost\n"), "-out", certificate);
        return new IssuedCertificate(await File.ReadAllBytesAsync(certificate), await File.ReadAllBytesAsync(key));
    }
}
