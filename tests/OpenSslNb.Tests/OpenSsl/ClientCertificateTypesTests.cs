using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
    private const int SignaturesOfRequest = 14 | (5 << 16);
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

    [TestCase(true)]
    [TestCase(false)]
    public void It_shows_the_one_that_suits_where_the_server_names_no_kind(bool ecdsaFirst)
    {
        using var keys = new TwoKindsOfKeys(protocol);

        // TLS 1.2 goes by signatures, of which the server knows those of the first alone; before it the order counts.
        using TlsContext server = keys.CreateServer(protocol < TlsProtocol.Tls12 ? null : ecdsaFirst ? "ECDSA+SHA256" : "RSA+SHA256");
        NameNoTypes(server);
        using TlsContext client = keys.CreateClient(ecdsaFirst);
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        Assert.That(LibSsl.SSL_get0_certificate_types(pair.Client.Instance.Ssl).ToArray(), Is.Empty, "what the server named");
        Assert.That(ShowsRsa(pair), Is.Not.EqualTo(ecdsaFirst));
    }

    // OpenSSL takes an empty list for none and names its own then: of that it leaves out what the security callback does.
    private static void NameNoTypes(TlsContext server)
    {
        var set = (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, nint, int, int, int, nint, nint, int>, void>)OpenSslLibrary.Required("SSL_CTX_set_security_callback");
        set(server.Handle.Pointer, &IsAllowed);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int IsAllowed(nint ssl, nint context, int operation, int bits, int nid, nint other, nint extra) => operation == SignaturesOfRequest ? 0 : 1;

    private static bool ShowsRsa(MachinePair pair)
    {
        using X509Certificate2 shown = X509CertificateLoader.LoadCertificate(pair.Server.Info!.PeerCertificates[0].Span);
        return shown.GetRSAPublicKey() is not null;
    }
}
