namespace OpenSslNb.BogoShim;

/// <summary>What BoringSSL has a name for, and OpenSSL has options for.</summary>
/// <param name="Ciphers">Of TLS 1.2.</param>
/// <param name="Suites">Of TLS 1.3.</param>
/// <param name="Groups">As IANA numbers them.</param>
/// <param name="Signatures">As IANA numbers them.</param>
/// <param name="LeastVersion">Of TLS.</param>
internal sealed record CompliancePolicy(string Ciphers, string Suites, int[] Groups, int[] Signatures, int LeastVersion = 0x0303)
{
    /// <summary>NIST SP 800-52 as of 2022.</summary>
    public static readonly CompliancePolicy Fips202205 = new(
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384",
        "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384",
        [23, 24],
        [0x0401, 0x0501, 0x0601, 0x0403, 0x0503, 0x0804, 0x0805, 0x0806]);

    /// <summary>WPA 3.1, section 3.5: 192 bits.</summary>
    public static readonly CompliancePolicy Wpa202304 = new("ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384", "TLS_AES_256_GCM_SHA384", [24], [0x0501, 0x0601, 0x0503, 0x0805, 0x0806]);

    /// <summary>NSA's Commercial National Security Algorithm Suite 1, with ML-KEM-1024 before its own P-384.</summary>
    public static readonly CompliancePolicy Cnsa1 = new("ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384", "TLS_AES_256_GCM_SHA384", [0x0202, 24], [0x0501, 0x0503, 0x0805]);

    /// <summary>The same authority's suite 2, as far as keys of certificates allow: TLS 1.3 with ML-KEM-1024.</summary>
    public static readonly CompliancePolicy Cnsa2 = Cnsa1 with { Groups = [0x0202], LeastVersion = 0x0304 };
}
