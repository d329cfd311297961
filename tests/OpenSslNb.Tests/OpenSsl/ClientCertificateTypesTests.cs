using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>A client with keys of two kinds, and a server that takes one kind of certificates (RFC 5246 §7.4.4), whatever signatures it knows.</summary>
[TestFixture((TlsProtocol)0x0301)]
[TestFixture((TlsProtocol)0x0302)]
[TestFixture(TlsProtocol.Tls12)]
public sealed unsafe class ClientCertificateTypesTests(TlsProtocol protocol)
{
    private const int SetClientCertificateTypes = 104;
    private const byte RsaSign = 1;
    private const byte EcdsaSign = 64;

    [TestCase(RsaSign, true)]
    [TestCase(RsaSign, false)]
    [TestCase(EcdsaSign, true)]
    [TestCase(EcdsaSign, false)]
    public void It_shows_the_one_of_the_kind_that_the_server_takes(byte type, bool ecdsaFirst)
    {
        using var keys = new TwoKindsOfKeys(protocol);
        using TlsContext server = keys.CreateServer();
        Assert.That(LibSsl.SSL_CTX_ctrl(server.Handle.Pointer, SetClientCertificateTypes, 1, &type), Is.EqualTo((nint)1));
        using TlsContext client = keys.CreateClient(ecdsaFirst);
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        Assert.That(ShowsRsa(pair), Is.EqualTo(type == RsaSign));
    }

    private static bool ShowsRsa(MachinePair pair)
    {
        using X509Certificate2 shown = X509CertificateLoader.LoadCertificate(pair.Server.Info!.PeerCertificates[0].Span);
        return shown.GetRSAPublicKey() is not null;
    }
}
