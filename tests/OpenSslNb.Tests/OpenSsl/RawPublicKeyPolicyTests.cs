using NUnit.Framework;
using OpenSslNb.Engine;
using OpenSslNb.Interop;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>What goes with raw public keys and what does not: fallback, verdicts of the application, pins, bindings, sessions, other contexts.</summary>
[TestFixture(TlsProtocol.Tls12)]
[TestFixture(TlsProtocol.Tls13)]
public sealed class RawPublicKeyPolicyTests(TlsProtocol protocol) : IDisposable
{
    private static readonly TlsCertificateType[] s_raw = [TlsCertificateType.RawPublicKey];
    private static readonly TlsCertificateType[] s_both = [TlsCertificateType.RawPublicKey, TlsCertificateType.X509];
    private static readonly (CloseOutcome?, CloseOutcome?) s_bothWell = (null, null);

    private readonly TlsCertificate _key = RawKeys.Create();
    private readonly TlsCertificate _other = RawKeys.Create();
    private readonly TlsCertificate _certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));

    private TlsServerOptions Server => new() { Certificate = _key, OwnCertificateTypes = s_raw, MinimumProtocol = protocol, MaximumProtocol = protocol };

    private TlsClientOptions Client => new() { PeerCertificateTypes = s_raw, TrustedPeerKeys = [_key.PublicKey], MinimumProtocol = protocol, MaximumProtocol = protocol };

    private TlsTrust Trust => TlsTrust.FromPem(_certificate.ExportCertificatePem());

    [SetUp]
    public void Needs_raw_public_keys() => RawKeys.Require();

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
        _certificate.Dispose();
    }

    [Test]
    public void A_certificate_serves_both_and_the_servers_order_decides()
    {
        TlsServerOptions server = Server with { Certificate = _certificate, OwnCertificateTypes = s_both };
        TlsClientOptions client = Client with { PeerCertificateTypes = s_both, Trust = Trust, TrustedPeerKeys = [_certificate.PublicKey] };
        Assert.That(TypeOf(server, client), Is.EqualTo(TlsCertificateType.RawPublicKey));
        Assert.That(TypeOf(server with { OwnCertificateTypes = [TlsCertificateType.X509, TlsCertificateType.RawPublicKey] }, client), Is.EqualTo(TlsCertificateType.X509));
        Assert.That(TypeOf(server, client with { PeerCertificateTypes = [TlsCertificateType.X509], TrustedPeerKeys = [] }), Is.EqualTo(TlsCertificateType.X509), "a client that knows nothing of them");
        Assert.That(TypeOf(server with { OwnCertificateTypes = [TlsCertificateType.X509] }, client), Is.EqualTo(TlsCertificateType.X509), "a server that knows nothing of them");
    }

    [Test]
    public void A_server_without_a_certificate_to_show_refuses_those_who_know_no_keys()
    {
        // The certificate is there, and is not shown.
        using MachinePair pair = Meet(Server with { Certificate = _certificate }, Client with { PeerCertificateTypes = [TlsCertificateType.X509], TrustedPeerKeys = [], Trust = Trust });
        Assert.That(pair.Server.Failure?.Reason, Is.EqualTo(CloseReason.ProtocolError));
        Assert.That((pair.Server.Failure!.AlertSent, pair.Client.Failure?.AlertReceived), Is.EqualTo((40, 40)), "handshake_failure");
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_client_shows_no_certificate_where_its_key_is_all_that_it_may_show(bool selects)
    {
        // The certificate is there, and the server asks for one.
        TlsServerOptions server = Server with { Certificate = _certificate, OwnCertificateTypes = s_both, ClientTrust = Trust, ClientCertificateIsOptional = true };
        Func<TlsCertificateRequest, ValueTask<TlsCertificate?>>? select = selects ? _ => ValueTask.FromResult<TlsCertificate?>(_certificate) : null;
        using MachinePair pair = Meet(server, Client with { Certificate = _certificate, OwnCertificateTypes = s_raw, TrustedPeerKeys = [_certificate.PublicKey], SelectCertificate = select });
        Assert.That((pair.Server.Failure, pair.Client.Failure), Is.EqualTo(s_bothWell));
        Assert.That(pair.Server.Info!.PeerCertificateType, Is.Null);
    }

    [Test]
    public void A_fallback_to_a_certificate_verifies_it_as_ever()
    {
        // Its key is trusted as a raw key, which says nothing of certificates.
        using MachinePair pair = Meet(Server with { Certificate = _certificate, OwnCertificateTypes = [TlsCertificateType.X509] }, Client with { PeerCertificateTypes = s_both, TrustedPeerKeys = [_certificate.PublicKey] });
        Assert.That(pair.Client.Failure?.Reason, Is.EqualTo(CloseReason.VerificationFailed));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_clients_certificate_is_refused_where_keys_alone_are_accepted(bool judged)
    {
        TlsServerOptions server = Server with { PeerCertificateTypes = s_raw, TrustedPeerKeys = [_certificate.PublicKey], VerifyPeer = judged ? _ => ValueTask.FromResult(true) : null };
        using MachinePair pair = Meet(server, Client with { Certificate = _certificate });
        Assert.That(pair.Server.Failure?.Reason, Is.EqualTo(CloseReason.VerificationFailed));
        Assert.That(pair.Server.Failure!.AlertSent, Is.EqualTo(43), "unsupported_certificate");
    }

    [TestCase(true, true)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [TestCase(false, false)]
    public void The_application_sees_the_key_and_judges_it(bool isTrusted, bool verdict)
    {
        TlsPeerVerification? seen = null;
        using MachinePair pair = Meet(Server, Client with { TrustedPeerKeys = isTrusted ? [_key.PublicKey] : [], VerifyPeer = subject => ValueTask.FromResult((seen = subject) is not null && verdict) });
        Assert.That(seen!.RawPublicKey!.Value.ToArray(), Is.EqualTo(_key.PublicKey.SubjectPublicKeyInfo.ToArray()));
        Assert.That(seen.Certificates, Is.Empty);
        Assert.That(seen.Error, isTrusted ? Is.Null : Is.Not.Null);
        Assert.That(pair.Client.Failure?.Reason, verdict ? Is.Null : Is.EqualTo(CloseReason.VerificationFailed));
    }

    [Test]
    public void A_server_asks_the_application_about_a_resumed_sessions_key_too()
    {
        var seen = new List<TlsPeerVerification>();
        bool verdict = true;
        TlsServerOptions options = Server with
        {
            PeerCertificateTypes = s_raw,
            VerifyPeer = subject =>
            {
                seen.Add(subject);
                return ValueTask.FromResult(verdict);
            },
        };
        using TlsContext server = TlsContext.CreateServer(options);
        using TlsContext client = TlsContext.CreateClient(Client with { Certificate = _other, OwnCertificateTypes = s_raw, SessionCacheSize = 4 });
        Assert.That(Outcome(server, client, out _), Is.EqualTo(s_bothWell));
        verdict = false;
        (CloseOutcome? atServer, _) = Outcome(server, client, out _);
        Assert.That(atServer?.Reason, Is.EqualTo(CloseReason.VerificationFailed));
        Assert.That(seen[^1].IsResumed, Is.True);
        Assert.That(seen[^1].RawPublicKey!.Value.ToArray(), Is.EqualTo(_other.PublicKey.SubjectPublicKeyInfo.ToArray()));
    }

    [Test]
    public void A_verdict_on_one_key_is_none_on_another()
    {
        using MachinePair pair = Meet(Server, Client);
        var seen = new List<byte[]>();
        foreach (TlsCertificate key in (TlsCertificate[])[_key, _other, _other])
        {
            var subject = new TlsPeerVerification { Certificates = [], Chain = [], Error = null, ErrorDepth = 0, ServerName = null, RawPublicKey = key.PublicKey.SubjectPublicKeyInfo };
            _ = pair.Client.Instance.Judge(AskAsync, subject);
        }

        Assert.That(seen, Is.EqualTo(new[] { _key.PublicKey.SubjectPublicKeyInfo.ToArray(), _other.PublicKey.SubjectPublicKeyInfo.ToArray() }));

        ValueTask<bool> AskAsync(TlsPeerVerification subject)
        {
            seen.Add(subject.RawPublicKey!.Value.ToArray());
            return ValueTask.FromResult(true);
        }
    }

    [Test]
    public void Pins_hold_for_keys_too()
    {
        Assert.That(TypeOf(Server, Client with { PinnedKeys = [_key.PublicKeyPin] }), Is.EqualTo(TlsCertificateType.RawPublicKey));
        using MachinePair pair = Meet(Server, Client with { PinnedKeys = [_other.PublicKeyPin] });
        Assert.That(pair.Client.Failure!.Exception!.Message, Does.Contain("none of the pinned ones"));
    }

    [Test]
    public void A_resumed_session_still_knows_the_key()
    {
        using TlsContext server = TlsContext.CreateServer(Server with { PeerCertificateTypes = s_raw, TrustedPeerKeys = [_other.PublicKey] });
        using TlsContext client = TlsContext.CreateClient(Client with { Certificate = _other, OwnCertificateTypes = s_raw, SessionCacheSize = 4 });
        Assert.That(Outcome(server, client, out _), Is.EqualTo(s_bothWell));
        using var pair = new MachinePair(server, client);
        Assert.That(pair.Settle(), Is.EqualTo(s_bothWell));
        TlsConnectionInfo atClient = pair.Client.Info!;
        TlsConnectionInfo atServer = pair.Server.Info!;
        Assert.That((atClient.IsResumed, atServer.IsResumed), Is.EqualTo((true, true)));
        Assert.That(atClient.PeerRawPublicKey!.Value.ToArray(), Is.EqualTo(_key.PublicKey.SubjectPublicKeyInfo.ToArray()));
        Assert.That(atServer.PeerRawPublicKey!.Value.ToArray(), Is.EqualTo(_other.PublicKey.SubjectPublicKeyInfo.ToArray()));
        Assert.That((atClient.PeerCertificateType, atServer.PeerCertificateType), Is.EqualTo(((TlsCertificateType?)TlsCertificateType.RawPublicKey, (TlsCertificateType?)TlsCertificateType.RawPublicKey)));
        Assert.That((atClient.OwnCertificateType, atServer.OwnCertificateType), Is.EqualTo((TlsCertificateType.RawPublicKey, TlsCertificateType.RawPublicKey)));
    }

    [Test]
    public void A_session_does_not_outlive_the_trust_in_its_key()
    {
        TlsServerOptions options = Server with { PeerCertificateTypes = s_raw, TrustedPeerKeys = [_other.PublicKey] };
        using TlsContext server = TlsContext.CreateServer(options);
        using TlsContext client = TlsContext.CreateClient(Client with { Certificate = _other, OwnCertificateTypes = s_raw, SessionCacheSize = 4 });
        Assert.That(Outcome(server, client, out _), Is.EqualTo(s_bothWell));

        // A server with the same tickets that trusts another key now.
        using TlsContext changed = TlsContext.CreateServer(options with { TrustedPeerKeys = [_key.PublicKey], TicketKeysOf = server });
        (CloseOutcome? atServer, _) = Outcome(changed, client, out _);
        Assert.That(atServer?.Reason, Is.EqualTo(CloseReason.VerificationFailed));
    }

    [Test]
    public void A_clients_sessions_are_taken_only_where_the_same_keys_are_trusted()
    {
        TlsClientOptions options = Client with { SessionCacheSize = 4 };
        using TlsContext server = TlsContext.CreateServer(Server);
        using TlsContext client = TlsContext.CreateClient(options);
        Assert.That(Outcome(server, client, out _), Is.EqualTo(s_bothWell));
        byte[] sessions = client.ExportSessions();
        TlsClientOptions[] others = [options with { TrustedPeerKeys = [_other.PublicKey] }, options with { TrustedPeerKeys = [] }, options with { PeerCertificateTypes = s_both }, options with { TrustedPeerKeys = [], DangerouslyAcceptAnyPeerCertificate = true }];
        foreach (TlsClientOptions other in others)
        {
            using TlsContext another = TlsContext.CreateClient(other);
            Assert.That(another.ImportSessions(sessions), Is.Zero);
        }

        using TlsContext same = TlsContext.CreateClient(options);
        Assert.That(same.ImportSessions(sessions), Is.Positive);
        Assert.That(Outcome(server, same, out bool isResumed), Is.EqualTo(s_bothWell));
        Assert.That(isResumed, Is.True);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Another_context_brings_its_types_along(bool toKeys)
    {
        TlsServerOptions keys = Server with { Certificate = _certificate };
        TlsServerOptions certificates = keys with { OwnCertificateTypes = [TlsCertificateType.X509] };
        using TlsContext chosen = TlsContext.CreateServer(toKeys ? keys : certificates);
        TlsServerOptions first = (toKeys ? certificates : keys) with { SelectContext = _ => ValueTask.FromResult<TlsContext?>(chosen) };
        Assert.That(TypeOf(first, Client with { PeerCertificateTypes = s_both, Trust = Trust, TrustedPeerKeys = [_certificate.PublicKey] }), Is.EqualTo(toKeys ? TlsCertificateType.RawPublicKey : TlsCertificateType.X509));
    }

    [Test]
    public void A_client_chooses_its_key_when_asked()
    {
        TlsServerOptions server = Server with { PeerCertificateTypes = s_raw, TrustedPeerKeys = [_other.PublicKey] };
        TlsCertificateType? wanted = null;
        TlsClientOptions client = Client with
        {
            OwnCertificateTypes = s_raw,
            Certificate = _key,
            SelectCertificate = request =>
            {
                wanted = request.CertificateType;
                return ValueTask.FromResult<TlsCertificate?>(_other);
            },
        };
        Assert.That(TypeOf(server, client), Is.EqualTo(TlsCertificateType.RawPublicKey));
        Assert.That(wanted, Is.EqualTo(TlsCertificateType.RawPublicKey));
    }

    [Test]
    public void A_key_alone_cannot_be_chosen_for_a_server_that_takes_certificates()
    {
        TlsServerOptions server = Server with { ClientTrust = Trust };
        using MachinePair pair = Meet(server, Client with { OwnCertificateTypes = s_both, SelectCertificate = _ => ValueTask.FromResult<TlsCertificate?>(_other) });
        Assert.That(pair.Client.Failure?.Reason, Is.EqualTo(CloseReason.CallbackFailed));
        Assert.That(pair.Client.Failure!.Exception!.Message, Does.Contain("without a certificate"));
    }

    [Test]
    public void Nothing_native_is_left()
    {
        int before = NativeLive.Context;
        TlsClientOptions client = Client with { Certificate = _other, OwnCertificateTypes = s_raw };
        Meet(Server with { PeerCertificateTypes = s_raw, TrustedPeerKeys = [_other.PublicKey] }, client).Dispose();
        Meet(Server with { PeerCertificateTypes = s_raw, TrustedPeerKeys = [_key.PublicKey] }, client).Dispose();
        Assert.That(NativeLive.Context, Is.EqualTo(before));
    }

    private TlsCertificateType? TypeOf(TlsServerOptions server, TlsClientOptions client)
    {
        using MachinePair pair = Meet(server, client);
        Assert.That((pair.Server.Failure, pair.Client.Failure), Is.EqualTo(s_bothWell));
        Assert.That(pair.Server.Info!.OwnCertificateType, Is.EqualTo(pair.Client.Info!.PeerCertificateType));
        return pair.Client.Info.PeerCertificateType;
    }

    private static (CloseOutcome? Server, CloseOutcome? Client) Outcome(TlsContext server, TlsContext client, out bool isResumed)
    {
        using var pair = new MachinePair(server, client);
        (CloseOutcome? Server, CloseOutcome? Client) outcome = pair.Settle();
        isResumed = pair.Client.Info?.IsResumed == true;
        return outcome;
    }

    private static MachinePair Meet(TlsServerOptions server, TlsClientOptions client)
    {
        using TlsContext serverContext = TlsContext.CreateServer(server);
        using TlsContext clientContext = TlsContext.CreateClient(client);
        var pair = new MachinePair(serverContext, clientContext);
        _ = pair.Settle();
        return pair;
    }
}
