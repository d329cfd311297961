namespace OpenSslNb.Conformance.SslTests.Cases;

/// <summary>Which cases are not replayed, and why: what they test is no part of this library, or cannot be asked of OpenSSL from outside.</summary>
internal static class LeftOut
{
    // RFC 8422 §5.1.1 deprecates them; prime192v1 is its secp192r1. OpenSSL 4.0 has them only where it was built with enable-tls-deprecated-ec, and its own program leaves these cases out elsewhere.
    private static readonly HashSet<string> s_deprecatedGroups =
    [
        "sect163k1", "sect163r1", "sect163r2", "sect193r1", "sect193r2", "sect233k1", "sect233r1", "sect239k1", "sect283k1", "sect283r1", "sect409k1", "sect409r1", "sect571k1", "sect571r1",
        "secp160k1", "secp160r1", "secp160r2", "secp192k1", "prime192v1", "secp224k1", "secp224r1", "secp256k1",
    ];

    /// <summary>Why a case is not replayed; null when it is.</summary>
    /// <param name="test">The case.</param>
    /// <param name="hasGroup">Whether this OpenSSL takes a group of this name.</param>
    public static string? Reason(SslTestCase test, Func<string, bool> hasGroup)
    {
        bool HasExtra(string option) => test.Sides.Any(side => side[option] is { } value && value != "None");
        if (test["UseSCTP"] == "Yes") return "SCTP";
        if (test["Method"] == "DTLS") return "DTLS";
        if (test["Method"] is { } method && method != "TLS") return method;
        if (HasExtra("NPNProtocols") || test["ExpectedNPNProtocol"] is not null) return "NPN, which ALPN replaced";
        if (HasExtra("SRPUser")) return "SRP";
        if (HasExtra("CTValidation")) return "Certificate Transparency";
        if (test["CompressCertificates"] is not null) return "certificate compression, which these builds of OpenSSL have no algorithms for";
        if (test["CompressionExpected"] is not null) return "compression, which this library switches off (CRIME)";
        if (GroupsOf(test).Any(group => s_deprecatedGroups.Contains(group) && !hasGroup(group))) return "deprecated groups, which this OpenSSL was built without (RFC 8422 §5.1.1)";
        return HasExtra("ForcePHA") ? "the case writes into OpenSSL's private structures" : null;
    }

    private static IEnumerable<string> GroupsOf(SslTestCase test) =>
        test.Sides.SelectMany(side => side.Commands).Where(line => line.Key is "Curves" or "Groups").SelectMany(line => line.Value.Split(':'));
}
