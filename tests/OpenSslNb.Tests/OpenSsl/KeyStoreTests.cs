using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Certificates and keys from where a URI says, and contexts whose algorithms are chosen by property.</summary>
public sealed class KeyStoreTests
{
    private readonly TestAuthority _root = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("opensslnb-");

    [OneTimeTearDown]
    public void End()
    {
        _root.Dispose();
        _folder.Delete(recursive: true);
    }

    [TestCase(TlsProtocol.Tls12)]
    [TestCase(TlsProtocol.Tls13)]
    public void A_certificate_and_its_key_come_from_files_named_by_URI(TlsProtocol protocol)
    {
        IssuedCertificate issued = _root.Issue(["localhost"]);

        // The chain in the wrong order, and no scheme: a plain path is a file too.
        string chain = Write("chain.pem", [.. _root.Pem, .. issued.CertificatePem]);
        using TlsCertificate certificate = TlsCertificate.FromUri($"file:{chain}", Write("server.key", issued.KeyPem));
        using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate, MaximumProtocol = protocol });
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = _root.Trust });
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        Assert.That(pair.Client.Info!.PeerCertificates, Has.Count.EqualTo(2));
    }

    // OpenSSL would take each of them for no demand at all.
    [TestCase("fips==yes")]
    [TestCase("fips:yes")]
    [TestCase("fips yes")]
    [TestCase(";;")]
    [TestCase("=;!!")]
    [TestCase("")]
    [TestCase("fips=yes,")]
    public void A_query_for_properties_that_OpenSSL_cannot_read_is_refused(string query)
    {
        if (!OpenSslLibrary.Version.Is3OrLater) Assert.Ignore("properties came with OpenSSL 3.0");
        var options = new TlsClientOptions { Trust = _root.Trust, PropertyQuery = query };
        Assert.That(() => TlsContext.CreateClient(options).Dispose(), Throws.ArgumentException.With.Message.Contains($"'{query}'"));
    }

    [TestCase("?fips=yes")]
    [TestCase("-fips")]
    [TestCase("provider = default, ?x.y != 'a, b'")]
    public void A_query_for_properties_that_OpenSSL_can_read_is_taken(string query)
    {
        if (!OpenSslLibrary.Version.Is3OrLater) Assert.Ignore("properties came with OpenSSL 3.0");
        TlsContext.CreateClient(new TlsClientOptions { Trust = _root.Trust, PropertyQuery = query }).Dispose();
    }

    [Test]
    public void An_encrypted_key_needs_its_password()
    {
        IssuedCertificate issued = _root.Issue(["localhost"]);
        string certificate = Write("one.pem", issued.CertificatePem);
        string key = Write("encrypted.key", issued.EncryptedKeyPem("secret"));
        TlsCertificate.FromUri(certificate, key, "secret").Dispose();
        Assert.That(() => TlsCertificate.FromUri(certificate, key).Dispose(), Throws.InstanceOf<OpenSslException>().With.Message.Contain(key));
        Assert.That(() => TlsCertificate.FromUri(certificate, key, "wrong").Dispose(), Throws.InstanceOf<OpenSslException>().With.Message.Contain(key));
    }

    [Test]
    public void What_is_not_there_is_named()
    {
        IssuedCertificate issued = _root.Issue(["localhost"]);
        string certificate = Write("two.pem", issued.CertificatePem);
        string key = Write("two.key", issued.KeyPem);
        string nothing = Path.Combine(_folder.FullName, "nothing");
        Assert.That(() => TlsCertificate.FromUri(nothing, key).Dispose(), Throws.InstanceOf<OpenSslException>().With.Message.Contain(nothing));
        Assert.That(() => TlsCertificate.FromUri(certificate, "elsewhere:object=1").Dispose(), Throws.InstanceOf<OpenSslException>().With.Message.Contain("elsewhere:object=1"));
        Assert.That(() => TlsCertificate.FromUri(certificate, certificate).Dispose(), Throws.InstanceOf<OpenSslException>().With.Message.Contain("no private key"));
        Assert.That(() => TlsCertificate.FromUri(key, key).Dispose(), Throws.InstanceOf<OpenSslException>().With.Message.Contain("no certificate"));
        Assert.That(() => TlsCertificate.FromUri(certificate, Write("other.key", _root.Issue(["other"]).KeyPem)).Dispose(), Throws.InstanceOf<OpenSslException>().With.Message.Contain("does not belong"));
    }

    [Test]
    public void Algorithms_may_be_chosen_by_property()
    {
        using TlsCertificate certificate = _root.Issue(["localhost"]).Load();
        var options = new TlsServerOptions { Certificate = certificate, PropertyQuery = "provider=default" };
        if (TlsContext.OpenSslVersionText.StartsWith("OpenSSL 1.", StringComparison.Ordinal))
        {
            Assert.That(() => TlsContext.CreateServer(options).Dispose(), Throws.ArgumentException.With.Message.Contain("OpenSSL 3.0"));
            return;
        }

        using TlsContext server = TlsContext.CreateServer(options);
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = _root.Trust, PropertyQuery = "provider=default" });
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        Assert.That(() => TlsContext.CreateServer(options with { PropertyQuery = "provider=nobody" }).Dispose(), Throws.InstanceOf<OpenSslException>().With.Message.Contain("provider"));
    }

    [Test]
    public void The_configuration_is_not_chosen_when_OpenSSL_is_in_use()
    {
        using TlsContext client = TlsContext.CreateClient();
        Assert.That(() => TlsLibrary.IgnoreConfiguration(), Throws.InvalidOperationException.With.Message.Contain("in use"));
        Assert.That(() => TlsLibrary.UseConfigurationFile("/etc/ssl/openssl.cnf"), Throws.InvalidOperationException);
    }

    [Test]
    public void A_group_that_resists_quantum_computers_is_the_default_where_there_is_one()
    {
        using TlsCertificate certificate = _root.Issue(["localhost"]).Load();
        using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate });
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = _root.Trust });
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        bool hasOne = OpenSslNb.Interop.OpenSslLibrary.Version.Number >= 0x30500000;
        string expected = hasOne ? "X25519MLKEM768" : "x25519";
        Assert.That(pair.Client.Info!.Group, Is.EqualTo(expected).IgnoreCase);
    }

    private string Write(string name, byte[] content)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
