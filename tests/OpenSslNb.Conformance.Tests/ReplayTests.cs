using NUnit.Framework;
using OpenSslNb.Conformance.SslTests.Cases;
using OpenSslNb.Conformance.SslTests.Verdicts;
using OpenSslNb.Interop;

namespace OpenSslNb.Conformance.Tests;

/// <summary>The replayer finds right what is right, and each planted wrong expectation wrong.</summary>
public sealed class ReplayTests
{
    private OwnCases _cases = null!;

    [OneTimeSetUp]
    public void Begin() => _cases = new OwnCases();

    [OneTimeTearDown]
    public void End() => _cases.Dispose();

    public static IEnumerable<string> Names => OwnCases.Names;

    [TestCaseSource(nameof(Names))]
    public void What_is_expected_comes_whole_and_byte_by_byte(string name)
    {
        if (name == "accepted late" && !OpenSslCapabilities.HasRetryVerify) Assert.Ignore("this OpenSSL cannot wait for a verdict");
        CaseVerdict verdict = CaseVerdict.Of(_cases.Read(name));
        Assert.That(verdict.Unmet, Is.Empty);
        Assert.That(verdict.Passed);
    }

    [TestCase("plain", "ExpectedResult", "ServerFail")]
    [TestCase("plain", "ExpectedResult", "ClientFail")]
    [TestCase("plain", "ExpectedServerAlert", "HandshakeFailure")]
    [TestCase("plain", "ExpectedProtocol", "TLSv1.2")]
    [TestCase("plain", "ExpectedCipher", "TLS_AES_256_GCM_SHA384")]
    [TestCase("plain", "ExpectedTmpKeyType", "P-256")]
    [TestCase("plain", "ExpectedTmpKeyType", "no such group")]
    [TestCase("plain", "ExpectedServerCertType", "RSA")]
    [TestCase("plain", "ExpectedServerCertType", "P-384")]
    [TestCase("plain", "ExpectedServerSignType", "RSA-PSS")]
    [TestCase("plain", "ExpectedServerSignHash", "SHA384")]
    [TestCase("plain", "ExpectedALPNProtocol", "foo")]
    [TestCase("plain", "ExpectedServerName", "server2")]
    [TestCase("plain", "SessionTicketExpected", "No")]
    [TestCase("plain", "SessionIdExpected", "No")]
    [TestCase("plain", "ResumptionExpected", "Yes")]
    [TestCase("plain", "ExpectedClientCertType", "P-256")]
    [TestCase("plain", "ExpectedServerCANames", "${CERTS}/root.pem")]
    [TestCase("plain", "ExpectedSessionTicketAppData", "Hello")]
    [TestCase("resumed", "ResumptionExpected", "No")]
    [TestCase("resumed by id", "SessionTicketExpected", "Yes")]
    [TestCase("untrusted", "ExpectedResult", "Success")]
    [TestCase("untrusted", "ExpectedResult", "ServerFail")]
    [TestCase("untrusted", "ExpectedClientAlert", "BadCertificate")]
    [TestCase("no client certificate", "ExpectedResult", "ClientFail")]
    [TestCase("no client certificate", "ExpectedServerAlert", "UnknownCA")]
    [TestCase("client certificate", "ExpectedClientSignType", "RSA")]
    [TestCase("client certificate", "ExpectedClientSignHash", "SHA1")]
    [TestCase("client certificate", "ExpectedClientCANames", "empty")]
    [TestCase("client certificate", "ExpectedClientCANames", "${CERTS}/other.pem")]
    [TestCase("named", "ExpectedServerName", "server1")]
    [TestCase("named with other options", "ExpectedServerName", "server1")]
    [TestCase("named with other options", "SessionTicketExpected", "Yes")]
    [TestCase("named by hello", "ExpectedServerAlert", "HandshakeFailure")]
    [TestCase("renegotiated", "ResumptionExpected", "No")]
    [TestCase("renegotiation refused", "ExpectedResult", "Success")]
    [TestCase("renegotiation refused", "ExpectedServerAlert", "UnknownCA")]
    [TestCase("later certificate", "ExpectedClientCertType", "RSA")]
    [TestCase("ticket data", "ExpectedSessionTicketAppData", "Goodbye")]
    [TestCase("bad staple", "ExpectedResult", "Success")]
    public void A_wrong_expectation_is_told_by_its_name_for_each_delivery(string name, string option, string wrong)
    {
        CaseVerdict verdict = CaseVerdict.Of(_cases.Read(name, option, wrong));
        Assert.That(verdict.Failed);
        foreach (string delivery in (string[])["whole", "byte by byte"]) Assert.That(verdict.Unmet, Has.Some.StartsWith($"{delivery}: {option}: "));
    }

    [Test]
    public void What_OpenSSL_does_not_take_is_a_failure_and_not_an_exception()
    {
        SslTestCase test = _cases.Read("plain");
        test = test with { Server = test.Server with { Commands = [.. test.Server.Commands, new("NoSuchCommand", "1")] } };
        Assert.That(CaseVerdict.Of(test).Unmet, Has.Exactly(2).Contain("could not be set up").And.Exactly(2).Contain("NoSuchCommand"));
    }

    [Test]
    public void A_certificate_of_nobody_is_seen_though_nothing_else_is_wrong()
    {
        // Without VerifyMode nobody is verified: the commands say everything.
        SslTestCase test = _cases.Read("untrusted", "ExpectedResult", "Success");
        test = test with { Client = test.Client with { Commands = [.. test.Client.Commands.Where(line => line.Key != "VerifyMode")] }, Test = new Dictionary<string, string> { ["ExpectedResult"] = "Success" } };
        Assert.That(CaseVerdict.Of(test).Unmet, Is.Empty);
    }
}
