using OpenSslNb.Conformance.SslTests.Cases;
using OpenSslNb.Conformance.SslTests.Replay;

namespace OpenSslNb.Conformance.SslTests.Verdicts;

/// <summary>Compares what came of a case with what it expects.</summary>
internal static class Expectations
{
    private static readonly Dictionary<string, int> s_alerts = new()
    {
        ["UnknownCA"] = 48,
        ["HandshakeFailure"] = 40,
        ["UnrecognizedName"] = 112,
        ["NoRenegotiation"] = 100,
        ["BadCertificate"] = 42,
        ["NoApplicationProtocol"] = 120,
        ["CertificateRequired"] = 116,
    };

    private static readonly Dictionary<string, int> s_protocols = new() { ["TLSv1.3"] = 0x0304, ["TLSv1.2"] = 0x0303, ["TLSv1.1"] = 0x0302, ["TLSv1"] = 0x0301, ["SSLv3"] = 0x0300 };

    /// <summary>Each expectation that was not met, in words; none when all were.</summary>
    public static IReadOnlyList<string> Unmet(SslTestCase test, Observed observed)
    {
        var unmet = new List<string>();
        Compare(unmet, "ExpectedResult", test["ExpectedResult"] ?? "Success", observed.Result.ToString());
        CompareAlert(unmet, test, "ExpectedClientAlert", observed.Client);
        CompareAlert(unmet, test, "ExpectedServerAlert", observed.Server);
        if (observed.Client.LastAlertsSent > 1) unmet.Add($"the client has sent {observed.Client.LastAlertsSent} fatal alerts");
        if (observed.Server.LastAlertsSent > 1) unmet.Add($"the server has sent {observed.Server.LastAlertsSent} fatal alerts");
        if (observed.Result == ReplayResult.Success) CompareAgreed(unmet, test, observed);
        if (unmet.Count > 0 && observed.Fault.Length > 0) unmet.Add($"what was said: {observed.Fault}");
        return unmet;
    }

    private static void CompareAgreed(List<string> unmet, SslTestCase test, Observed observed)
    {
        Compare(unmet, "the version at both sides", observed.Client.Protocol.ToString("x"), observed.Server.Protocol.ToString("x"));
        if (test["ExpectedProtocol"] is { } protocol && s_protocols.GetValueOrDefault(protocol) != observed.Client.Protocol) unmet.Add($"ExpectedProtocol: expected {protocol}, got 0x{observed.Client.Protocol:x}");
        Compare(unmet, "ExpectedServerName", test["ExpectedServerName"] ?? "None", observed.ChosenServer ?? "None");
        CompareYesNo(unmet, test, "SessionTicketExpected", "Ignore", observed.HasTicket);
        CompareYesNo(unmet, test, "SessionIdExpected", "Ignore", observed.HasSessionId);
        if (observed.UsedForbiddenTicketKeys) unmet.Add("the second server's ticket keys were used");
        if (test["ExpectedCipher"] is { } cipher) Compare(unmet, "ExpectedCipher", cipher, observed.Client.Cipher);
        Compare(unmet, "the application protocol at both sides", observed.Client.ApplicationProtocol ?? "", observed.Server.ApplicationProtocol ?? "");
        Compare(unmet, "ExpectedALPNProtocol", test["ExpectedALPNProtocol"] ?? "", observed.Client.ApplicationProtocol ?? "");
        Compare(unmet, "ExpectedSessionTicketAppData", test["ExpectedSessionTicketAppData"] ?? "", observed.TicketData);
        Compare(unmet, "the resumption at both sides", observed.Client.IsResumed.ToString(), observed.Server.IsResumed.ToString());
        CompareYesNo(unmet, test, "ResumptionExpected", "No", observed.Client.IsResumed);
        CompareKeys(unmet, test, observed);
    }

    private static void CompareKeys(List<string> unmet, SslTestCase test, Observed observed)
    {
        CompareKey(unmet, test, "ExpectedTmpKeyType", observed.TemporaryKey);
        CompareKey(unmet, test, "ExpectedServerCertType", observed.Client.PeerCertificateKey);
        CompareKey(unmet, test, "ExpectedClientCertType", observed.Server.PeerCertificateKey);
        CompareKey(unmet, test, "ExpectedServerSignType", observed.Client.PeerSignatureType);
        CompareKey(unmet, test, "ExpectedClientSignType", observed.Server.PeerSignatureType);
        CompareKey(unmet, test, "ExpectedServerSignHash", observed.Client.PeerSignatureHash);
        CompareKey(unmet, test, "ExpectedClientSignHash", observed.Server.PeerSignatureHash);
        CompareAuthorities(unmet, test, "ExpectedClientCANames", observed.Client.PeerAuthorities);
        CompareAuthorities(unmet, test, "ExpectedServerCANames", observed.Server.PeerAuthorities);
    }

    private static void Compare(List<string> unmet, string what, string expected, string actual)
    {
        if (expected != actual) unmet.Add($"{what}: expected {Shown(expected)}, got {Shown(actual)}");
    }

    private static string Shown(string value) => value.Length == 0 ? "nothing" : value;

    private static void CompareYesNo(List<string> unmet, SslTestCase test, string option, string otherwise, bool actual)
    {
        string expected = test[option] ?? otherwise;
        if (expected != "Ignore") Compare(unmet, option, expected, actual ? "Yes" : "No");
    }

    private static void CompareAlert(List<string> unmet, SslTestCase test, string option, SideObserved side)
    {
        if (test[option] is not { } expected) return;
        int number = s_alerts.TryGetValue(expected, out int known) ? known : throw new FormatException($"{test}: {option} = {expected} is not known");
        if (side.AlertSent != number) unmet.Add($"{option}: expected {expected} ({number}), got {side.AlertSent?.ToString() ?? "none"}");
    }

    private static void CompareKey(List<string> unmet, SslTestCase test, string option, int actual)
    {
        if (test[option] is not { } expected) return;
        int number = AlgorithmNames.NumberOf(expected);
        if (number == 0) unmet.Add($"{option}: this OpenSSL knows no {expected}");
        else if (number != AlgorithmNames.Plain(actual)) unmet.Add($"{option}: expected {expected}, got {NativeCalls.NameOf(actual)}");
    }

    private static void CompareAuthorities(List<string> unmet, SslTestCase test, string option, IReadOnlyList<string> actual)
    {
        if (test[option] is not { } expected) return;
        IReadOnlyList<string> names = expected == "empty" ? [] : NativeCalls.NamesIn(expected);
        if (!names.SequenceEqual(actual)) unmet.Add($"{option}: expected [{string.Join(", ", names)}], got [{string.Join(", ", actual)}]");
    }
}
