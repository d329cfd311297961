using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>tls-unique of a session that is resumed (RFC 5929 §3): good where the extended master secret ties the session to its handshake, and only there (RFC 7627 §1).</summary>
public sealed class ResumedBindingTests
{
    [TestCase(true)]
    [TestCase(false)]
    public void A_resumed_session_has_a_binding_only_with_the_extended_master_secret(bool isExtended)
    {
        if (!isExtended && !OpenSslNb.Interop.OpenSslLibrary.Version.Is3OrLater) Assert.Ignore("only OpenSSL 3 can be told to do without it");
        using var root = new TestAuthority();
        using TlsCertificate certificate = root.Issue(["localhost"]).Load();
        KeyValuePair<string, string>[] commands = isExtended ? [] : [new("Options", "-ExtendedMasterSecret")];
        using TlsContext server = TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate, MaximumProtocol = TlsProtocol.Tls12, OpenSslCommands = commands });
        using TlsContext client = TlsContext.CreateClient(new TlsClientOptions { Trust = root.Trust, SessionCacheSize = 4, OpenSslCommands = commands });
        using (var first = new MachinePair(server, client))
        {
            first.Handshake();
            Assert.That(first.Client.GetChannelBinding(TlsChannelBinding.Unique), Is.EqualTo(first.Server.GetChannelBinding(TlsChannelBinding.Unique)), "of a full handshake in any case");
        }

        using var resumed = new MachinePair(server, client);
        resumed.Handshake();
        Assert.That(resumed.Client.Info!.IsResumed);
        foreach (SslMachine machine in (SslMachine[])[resumed.Client, resumed.Server])
        {
            if (isExtended) Assert.That(machine.GetChannelBinding(TlsChannelBinding.Unique), Has.Length.EqualTo(12));
            else Assert.That(() => machine.GetChannelBinding(TlsChannelBinding.Unique), Throws.InvalidOperationException.With.Message.Contains("RFC 7627"));
        }
    }
}
