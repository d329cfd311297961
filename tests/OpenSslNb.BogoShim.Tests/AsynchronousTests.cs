using NUnit.Framework;

namespace OpenSslNb.BogoShim.Tests;

/// <summary>What <c>-async</c> puts off: all that the library can be told later.</summary>
public sealed class AsynchronousTests
{
    [Test]
    public async Task A_server_settles_certificate_and_protocol_when_the_hello_has_come_and_finds_sessions_later()
    {
        var options = (TlsServerOptions)Make("-server", "-async", "-select-alpn", "foo").Options;
        Assert.That(options.ApplicationProtocols, Is.Empty);
        TlsContext? chosen = await options.SelectContext!(null!);
        Assert.That(chosen!.Options.ApplicationProtocols, Is.EqualTo(["foo"]));
        Assert.That(chosen.Options.Certificate, Is.Not.SameAs(options.Certificate));
        Assert.That(options.SessionStore, Is.InstanceOf<LaterSessions>());
        Assert.That(options.HandshakeWorkers, Is.Not.Null);
    }

    [TestCase("-use-ticket-callback")]
    [TestCase("-expect-no-session-id")]
    public void A_test_of_tickets_has_tickets(string flag) => Assert.That(((TlsServerOptions)Make("-server", "-async", flag).Options).SessionStore, Is.Null);

    [Test]
    public void Early_data_is_taken_where_it_comes() => Assert.That(Make("-server", "-async", "-enable-early-data").Options.HandshakeWorkers, Is.Null);

    [TestCase("-server")]
    [TestCase("-verify-peer")]
    public void Nothing_is_put_off_in_other_tests(string flag)
    {
        TlsOptions options = Make(flag).Options;
        Assert.That((options.HandshakeWorkers, (options as TlsServerOptions)?.SelectContext, (options as TlsServerOptions)?.SessionStore), Is.EqualTo((default(TlsWorkers), default(object), default(ITlsSessionStore))));
    }

    private static TlsContext Make(params string[] flags) => Contexts.Make(Flags.Parse(["-port", "1", .. flags]).Initial, before: null);
}
