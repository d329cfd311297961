using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Settings by OpenSSL's own names.</summary>
public sealed class OpenSslCommandTests
{
    [Test]
    public void Padding_makes_records_longer()
    {
        int plain = RecordLength([]);
        int padded = RecordLength([new("RecordPadding", "1024")]);
        Assert.That(plain, Is.LessThan(100));
        Assert.That(padded, Is.GreaterThan(1024));
    }

    [Test]
    public void Options_by_name_are_set_and_taken_away()
    {
        using TlsCertificate certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));
        using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate, MaximumProtocol = TlsProtocol.Tls12, OpenSslCommands = [new("Options", "-SessionTicket")] });
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = TlsTrust.FromPem(certificate.ExportCertificatePem()), SessionCacheSize = 10 });
        for (int i = 0; i < 2; i++)
        {
            using var pair = new MachinePair(server, client);
            Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
            Assert.That(pair.Client.Info!.IsResumed, Is.False, "no tickets, and no cache");
        }
    }

    [TestCase("NoSuchThing", "1", "no command 'NoSuchThing'")]
    [TestCase("RecordPadding", "99999", "'RecordPadding' does not take '99999'")]
    [TestCase("Options", "NoSuchOption", "'Options' does not take 'NoSuchOption'")]
    public void What_OpenSSL_does_not_take_is_refused_by_name(string name, string value, string message)
    {
        int before = NativeLive.Context;
        Assert.That(() => TlsContext.CreateClient(new TlsClientOptions { OpenSslCommands = [new(name, value)] }).Dispose(), Throws.InstanceOf<OpenSslException>().With.Message.Contain(message));
        Assert.That(NativeLive.Context, Is.EqualTo(before));
    }

    [TestCase("VerifyMode", "None")]
    [TestCase("minprotocol", "TLSv1")]
    public void What_other_options_say_is_not_to_be_had_here(string name, string value) =>
        Assert.That(() => TlsContext.CreateClient(new TlsClientOptions { OpenSslCommands = [new(name, value)] }).Dispose(), Throws.ArgumentException.With.Message.Contain($"'{name}'"));

    // Of one byte, from a server so configured.
    private static int RecordLength(KeyValuePair<string, string>[] commands)
    {
        using TlsCertificate certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));
        using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate, MinimumProtocol = TlsProtocol.Tls13, OpenSslCommands = commands });
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = TlsTrust.FromPem(certificate.ExportCertificatePem()) });
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle(), Is.EqualTo(((CloseOutcome?)null, (CloseOutcome?)null)));
        Assert.That(pair.Server.Write([1]).IsDone);
        return pair.Server.Output.Length;
    }
}
