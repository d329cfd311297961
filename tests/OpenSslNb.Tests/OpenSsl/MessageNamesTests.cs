using NUnit.Framework;
using OpenSslNb.Interop;
using OpenSslNb.OpenSsl;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>What the message callback was given, in the words of the RFCs.</summary>
public sealed class MessageNamesTests
{
    private static readonly byte[] s_retryRandom = Convert.FromHexString("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C");

    [TestCase(0, "HelloRequest")]
    [TestCase(1, "ClientHello")]
    [TestCase(4, "NewSessionTicket")]
    [TestCase(11, "Certificate")]
    [TestCase(20, "Finished")]
    [TestCase(99, "handshake type 99")]
    public void A_handshake_message_has_the_name_of_its_type(byte type, string name) =>
        Assert.That(Describe(SslConst.SSL3_RT_HANDSHAKE, [type, 0, 0, 0]), Is.EqualTo(new MessageDescription(TlsTraceContent.Handshake, name, null, null, 4)));

    [Test]
    public void A_ServerHello_with_the_random_of_RFC_8446_is_a_HelloRetryRequest()
    {
        Assert.That(Describe(SslConst.SSL3_RT_HANDSHAKE, [2, 0, 0, 34, 3, 3, .. s_retryRandom]).Name, Is.EqualTo("HelloRetryRequest"));
        Assert.That(Describe(SslConst.SSL3_RT_HANDSHAKE, [2, 0, 0, 34, 3, 3, .. new byte[32]]).Name, Is.EqualTo("ServerHello"));
        Assert.That(Describe(SslConst.SSL3_RT_HANDSHAKE, [2, 0, 0, 0]).Name, Is.EqualTo("ServerHello"));
    }

    [TestCase(0, "update_not_requested")]
    [TestCase(1, "update_requested")]
    public void A_KeyUpdate_says_whether_it_asks_for_another(byte request, string detail) =>
        Assert.That(Describe(SslConst.SSL3_RT_HANDSHAKE, [24, 0, 0, 1, request]), Is.EqualTo(new MessageDescription(TlsTraceContent.Handshake, "KeyUpdate", detail, null, 5)));

    [TestCase(1, 0, "close_notify", "warning")]
    [TestCase(2, 40, "handshake_failure", "fatal")]
    [TestCase(2, 200, "alert 200", "fatal")]
    public void An_alert_has_a_name_and_a_level(byte level, byte alert, string name, string detail) =>
        Assert.That(Describe(SslConst.SSL3_RT_ALERT, [level, alert]), Is.EqualTo(new MessageDescription(TlsTraceContent.Alert, name, detail, null, 2)));

    [Test]
    public void A_records_header_tells_its_type_version_and_length()
    {
        Assert.That(Describe(SslConst.SSL3_RT_HEADER, [23, 3, 3, 0x40, 0x11]), Is.EqualTo(new MessageDescription(TlsTraceContent.Record, "application_data", null, 0x0303, 0x4011)));
        Assert.That(Describe(SslConst.SSL3_RT_INNER_CONTENT_TYPE, [22]), Is.EqualTo(new MessageDescription(TlsTraceContent.InnerType, "handshake", null, null, 1)));
        Assert.That(Describe(SslConst.SSL3_RT_CHANGE_CIPHER_SPEC, [1]), Is.EqualTo(new MessageDescription(TlsTraceContent.ChangeCipherSpec, "change_cipher_spec", null, null, 1)));
    }

    [TestCase(SslConst.SSL3_RT_HEADER)]
    [TestCase(SslConst.SSL3_RT_INNER_CONTENT_TYPE)]
    [TestCase(SslConst.SSL3_RT_HANDSHAKE)]
    [TestCase(SslConst.SSL3_RT_ALERT)]
    [TestCase(0x1001)]
    public void What_is_too_short_or_of_no_known_type_is_not_described(int type) => Assert.That(MessageNames.TryDescribe(type, [], out _), Is.False);

    private static MessageDescription Describe(int type, byte[] bytes)
    {
        Assert.That(MessageNames.TryDescribe(type, bytes, out MessageDescription message), Is.True);
        return message;
    }
}
