namespace OpenSslNb.Conformance.SslTests.Cases;

/// <summary>Which cases are not replayed, and why: what they test is no part of this library, or cannot be asked of OpenSSL from outside.</summary>
internal static class LeftOut
{
    /// <summary>Why a case is not replayed; null when it is.</summary>
    public static string? Reason(SslTestCase test)
    {
        bool HasExtra(string option) => test.Sides.Any(side => side[option] is { } value && value != "None");
        if (test["UseSCTP"] == "Yes" || test.Test.Keys.Any(option => option.Contains("SCTP", StringComparison.Ordinal))) return "SCTP";
        if (test["Method"] == "DTLS") return "DTLS";
        if (test["Method"] is { } method && method != "TLS") return method;
        if (HasExtra("NPNProtocols") || test["ExpectedNPNProtocol"] is not null) return "NPN, which ALPN replaced";
        if (HasExtra("SRPUser")) return "SRP";
        if (HasExtra("CTValidation")) return "Certificate Transparency";
        if (test["CompressCertificates"] is not null) return "certificate compression, which these builds of OpenSSL have no algorithms for";
        if (test["CompressionExpected"] is not null) return "compression, which this library switches off (CRIME)";
        return HasExtra("ForcePHA") ? "the case writes into OpenSSL's private structures" : null;
    }
}
