namespace OpenSslNb.BogoShim;

/// <summary>What the runner has numbers for (IANA's TLS registries) in OpenSSL's words.</summary>
internal static class Names
{
    // RFC 8446 §4.2.7.
    private static readonly Dictionary<int, (string Name, string Told)> s_groups = new()
    {
        [21] = ("P-224", "secp224r1"),
        [23] = ("P-256", "secp256r1"),
        [24] = ("P-384", "secp384r1"),
        [25] = ("P-521", "secp521r1"),
        [29] = ("X25519", "x25519"),
        [30] = ("X448", "x448"),
        [0x0202] = ("MLKEM1024", "MLKEM1024"),
        [0x11EC] = ("X25519MLKEM768", "X25519MLKEM768"),
    };

    // RFC 8446 §4.2.3. What the connection tells is of type and digest.
    private static readonly Dictionary<int, (string Name, string Told)> s_signatures = new()
    {
        [0x0201] = ("RSA+SHA1", "RSA+SHA1"),
        [0x0401] = ("RSA+SHA256", "RSA+SHA256"),
        [0x0501] = ("RSA+SHA384", "RSA+SHA384"),
        [0x0601] = ("RSA+SHA512", "RSA+SHA512"),
        [0x0203] = ("ECDSA+SHA1", "ECDSA+SHA1"),
        [0x0403] = ("ecdsa_secp256r1_sha256", "ECDSA+SHA256"),
        [0x0503] = ("ecdsa_secp384r1_sha384", "ECDSA+SHA384"),
        [0x0603] = ("ecdsa_secp521r1_sha512", "ECDSA+SHA512"),
        [0x0804] = ("rsa_pss_rsae_sha256", "RSA-PSS+SHA256"),
        [0x0805] = ("rsa_pss_rsae_sha384", "RSA-PSS+SHA384"),
        [0x0806] = ("rsa_pss_rsae_sha512", "RSA-PSS+SHA512"),
        [0x0807] = ("ed25519", "ED25519"),
        [0x0808] = ("ed448", "ED448"),
        [0x0904] = ("mldsa44", "id-ml-dsa-44"),
        [0x0905] = ("mldsa65", "id-ml-dsa-65"),
        [0x0906] = ("mldsa87", "id-ml-dsa-87"),
    };

    public static string? Groups(IReadOnlyList<int> ids) => List(ids, s_groups, "group");

    public static string? Signatures(IReadOnlyList<int> ids) => List(ids, s_signatures, "signature algorithm");

    /// <summary>How <see cref="TlsConnectionInfo.Group"/> calls it.</summary>
    public static string Group(int id) => Of(id, s_groups, "group").Told;

    /// <summary>How <see cref="TlsConnectionInfo.PeerSignatureAlgorithm"/> calls it.</summary>
    public static string Signature(int id) => Of(id, s_signatures, "signature algorithm").Told;

    private static string? List(IReadOnlyList<int> ids, Dictionary<int, (string Name, string Told)> names, string what) =>
        ids.Count == 0 ? null : string.Join(':', ids.Select(id => Of(id, names, what).Name));

    private static (string Name, string Told) Of(int id, Dictionary<int, (string Name, string Told)> names, string what) =>
        names.TryGetValue(id, out (string, string) found) ? found : throw new NotImplementedFlagException($"OpenSSL has no {what} 0x{id:x4}");
}
