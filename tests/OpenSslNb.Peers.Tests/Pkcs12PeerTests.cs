using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>PKCS#12 that GnuTLS and NSS have made.</summary>
[TestFixtureSource(typeof(PeerWorlds), nameof(PeerWorlds.WithPrograms))]
public sealed class Pkcs12PeerTests(World world) : FeatureFixture(world)
{
    private const string Password = "correct horse";

    [Test]
    public async Task We_serve_with_the_key_and_the_chain_that_certtool_has_packed()
    {
        using var middle = new TestAuthority("middle", Features.Root);
        string file = await PackAsync(middle.Issue(["localhost"]), middle);
        await AssertServesAsync(file, chainLength: 2);
    }

    [Test]
    public async Task We_serve_with_the_key_and_the_chain_that_pk12util_has_packed()
    {
        using var middle = new TestAuthority("middle", Features.Root);
        string imported = Features.Write("imported.p12", middle.Issue(["localhost"]).Pkcs12(Password, middle.Pem));
        string store = "sql:" + Directory.CreateDirectory(Features.PathOf("store")).FullName;
        string file = Features.PathOf("nss.p12");
        await ForeignTools.RunAsync("certutil", "libnss3-tools", "-N", "-d", store, "--empty-password");
        await ForeignTools.RunAsync("pk12util", "libnss3-tools", "-i", imported, "-d", store, "-W", Password);
        await ForeignTools.RunAsync("pk12util", "libnss3-tools", "-o", file, "-n", await NicknameAsync(store), "-d", store, "-W", Password, "-c", "AES-256-CBC", "-C", "AES-128-CBC");
        await AssertServesAsync(file, chainLength: 2);
    }

    [Test]
    public async Task Another_password_does_not_open_what_certtool_has_packed()
    {
        string file = await PackAsync(Features.Issued, Features.Root);
        Assert.That(() => TlsCertificate.FromPkcs12File(file, "battery staple"), Throws.Exception.With.Message.Contain("password"));
    }

    [Test]
    public async Task A_file_that_is_encrypted_as_long_ago_is_told_from_one_with_another_password()
    {
        (string certificate, string key) = Features.WritePair("old", Features.Issued);
        string file = Features.PathOf("old.p12");
        await ForeignTools.RunAsync("openssl", "openssl", "pkcs12", "-export", "-legacy", "-keypbe", "PBE-SHA1-RC2-40", "-certpbe", "PBE-SHA1-RC2-40", "-in", certificate, "-inkey", key, "-out", file, "-passout", $"pass:{Password}");
        Assert.That(() => TlsCertificate.FromPkcs12File(file, "battery staple"), Throws.Exception.With.Message.Contain("is the password right?"));

        // Versions before 3 know it still.
        string? refusal = null;
        try
        {
            TlsCertificate.FromPkcs12File(file, Password).Dispose();
        }
        catch (OpenSslException e)
        {
            refusal = e.Message;
        }

        Assert.That(refusal, Is.Null.Or.Contain("without its legacy provider"));
    }

    // Python trusts the root alone: the certificate between must come from us.
    private async Task AssertServesAsync(string file, int chainLength)
    {
        TlsCertificate certificate = Features.Keep(TlsCertificate.FromPkcs12File(file, Password));
        FeatureServer server = Features.Serve(options => options with { Certificate = certificate });
        await using ExternalProcess python = ScriptPeers.Client(Script.Python, Features, server.Port);
        await python.Output.WaitForTextAsync("opened ");
        await using ExternalProcess gnutls = GnutlsPeers.Client(Features, server.Port);
        await gnutls.Output.WaitForTextAsync($"- Got a certificate list of {chainLength} certificates.");
    }

    private async Task<string> PackAsync(IssuedCertificate pair, TestAuthority authority)
    {
        (string certificate, string key) = Features.WritePair("packed", pair);
        string file = Features.PathOf("gnutls.p12");
        await ForeignTools.CerttoolAsync(
            "--to-p12", $"--load-certificate={certificate}", $"--load-privkey={key}", $"--load-ca-certificate={Features.Write("authority.pem", authority.Pem)}",
            "--p12-name=server", $"--password={Password}", "--pkcs-cipher=aes-256", "--outder", $"--outfile={file}");
        return file;
    }

    // NSS makes names up where the file has none.
    private static async Task<string> NicknameAsync(string store)
    {
        string list = await ForeignTools.RunAsync("certutil", "libnss3-tools", "-L", "-d", store);
        string line = list.Split('\n').First(line => line.TrimEnd().EndsWith("u,u,u", StringComparison.Ordinal));
        return line[..line.LastIndexOf("u,u,u", StringComparison.Ordinal)].Trim();
    }
}
