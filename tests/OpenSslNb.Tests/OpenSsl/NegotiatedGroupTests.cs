using System.Text;
using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>What both sides say that they have exchanged their keys in: the same names with every OpenSSL.</summary>
public sealed class NegotiatedGroupTests
{
    private static readonly string[] s_none = [null!, null!];

    // ffdhe2048 (RFC 7919).
    private const string FiniteField =
        """
        -----BEGIN DH PARAMETERS-----
        MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
        +8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
        87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
        YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
        7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
        ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
        -----END DH PARAMETERS-----
        """;

    [Test]
    public void Both_sides_tell_the_group_of_their_exchange(
        [Values(TlsProtocol.Tls12, TlsProtocol.Tls13)] TlsProtocol protocol,
        [Values("P-256=secp256r1", "P-384=secp384r1", "P-521=secp521r1", "X25519=x25519", "X448=x448")] string group)
    {
        (string name, string told) = (group.Split('=')[0], group.Split('=')[1]);
        using TlsCertificate certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));

        // The server takes one of many, whichever the client would like best.
        using TlsContext server = Server(protocol, certificate, name);
        using TlsContext client = Client(protocol, certificate, new TlsClientOptions { Groups = "P-256:P-521:X448:P-384:X25519" });
        using MachinePair pair = Agree(server, client);
        Assert.That(GroupsOf(pair), Is.EqualTo(new[] { told, told }));
    }

    [Test]
    public void A_session_that_is_resumed_has_the_group_of_its_new_exchange_and_with_TLS_1_2_that_of_its_first([Values(TlsProtocol.Tls12, TlsProtocol.Tls13)] TlsProtocol protocol)
    {
        using TlsCertificate certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));
        using TlsContext server = Server(protocol, certificate, "P-384:P-256");
        using TlsContext client = Client(protocol, certificate, new TlsClientOptions { Groups = "P-384:P-256", SessionCacheSize = 1 });
        using (MachinePair first = Agree(server, client)) Assert.That(first.Client.Info!.IsResumed, Is.False);

        using MachinePair second = Agree(server, client);
        Assert.That(second.Client.Info!.IsResumed, Is.True);
        bool isForgotten = protocol == TlsProtocol.Tls12 && !OpenSslLibrary.Version.Is3OrLater;
        Assert.That(GroupsOf(second), Is.EqualTo(isForgotten ? s_none : ["secp384r1", "secp384r1"]));
    }

    [TestCase("AES128-GCM-SHA256")]
    [TestCase("DHE-RSA-AES128-GCM-SHA256")]
    public void Without_an_elliptic_curve_there_is_none_in_TLS_1_2_but_a_finite_field_that_a_server_with_4_0_knows(string cipher)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("opensslnb-groups-");
        try
        {
            using var root = new TestAuthority();
            IssuedCertificate certificate = root.Issue(["localhost"], rsaBits: 2048);
            (string Command, byte[] Content)[] files = [("Certificate", certificate.CertificatePem), ("PrivateKey", certificate.KeyPem), ("DHParameters", Encoding.ASCII.GetBytes(FiniteField))];
            foreach ((string command, byte[] content) in files) File.WriteAllBytes(Path.Combine(folder.FullName, command), content);

            // Our options have no finite fields; OpenSSL's commands do.
            KeyValuePair<string, string>[] commands = [.. files.Select(file => KeyValuePair.Create(file.Command, Path.Combine(folder.FullName, file.Command)))];
            using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { LeavesAllToCommands = true, OpenSslCommands = commands });
            using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = root.Trust, MaximumProtocol = TlsProtocol.Tls12, CipherList = cipher });
            using MachinePair pair = Agree(server, client);
            Assert.That(pair.Client.Info!.CipherSuite, Is.EqualTo(cipher));
            bool isKnown = cipher.StartsWith("DHE", StringComparison.Ordinal) && OpenSslLibrary.Version.Number >= 0x40000000UL;
            Assert.That(GroupsOf(pair), Is.EqualTo(isKnown ? ["ffdhe2048", null!] : s_none));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static TlsContext Server(TlsProtocol protocol, TlsCertificate certificate, string groups) =>
        TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate, Groups = groups, MinimumProtocol = protocol, MaximumProtocol = protocol });

    private static TlsContext Client(TlsProtocol protocol, TlsCertificate certificate, TlsClientOptions options) =>
        TlsContext.CreateClient(options with { Trust = TlsTrust.FromPem(certificate.ExportCertificatePem()), MinimumProtocol = protocol, MaximumProtocol = protocol });

    private static MachinePair Agree(TlsContext server, TlsContext client)
    {
        var pair = new MachinePair(server, client);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        return pair;
    }

    private static string?[] GroupsOf(MachinePair pair) => [pair.Server.Info!.Group, pair.Client.Info!.Group];
}
