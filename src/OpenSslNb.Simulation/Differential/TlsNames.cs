using System.Globalization;

namespace OpenSslNb.Simulation.Differential;

/// <summary>Numbers of TLS and their names in IANA's registries, both ways; a number that has no name here is written <c>0x1a2b</c>.</summary>
internal sealed class TlsNames
{
    private readonly Dictionary<ushort, string> _names;
    private readonly Dictionary<string, ushort> _numbers;

    private TlsNames(params (ushort Number, string Name)[] entries)
    {
        _names = entries.GroupBy(entry => entry.Number).ToDictionary(group => group.Key, group => group.First().Name);
        _numbers = entries.ToDictionary(entry => entry.Name, entry => entry.Number, StringComparer.OrdinalIgnoreCase);
    }

    public static TlsNames Versions { get; } = new((0x0304, "1.3"), (0x0303, "1.2"), (0x0302, "1.1"), (0x0301, "1.0"), (0x0300, "ssl3"));

    public static TlsNames Ciphers { get; } = new(
        (0x1301, "TLS_AES_128_GCM_SHA256"), (0x1302, "TLS_AES_256_GCM_SHA384"), (0x1303, "TLS_CHACHA20_POLY1305_SHA256"), (0x1304, "TLS_AES_128_CCM_SHA256"), (0x1305, "TLS_AES_128_CCM_8_SHA256"),
        (0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"), (0xC02C, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"), (0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), (0xC030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
        (0xCCA8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"), (0xCCA9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"), (0xC009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"), (0xC00A, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
        (0xC013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"), (0xC014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"), (0xC023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"), (0xC027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
        (0x009E, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"), (0x009F, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"), (0x009C, "TLS_RSA_WITH_AES_128_GCM_SHA256"), (0x009D, "TLS_RSA_WITH_AES_256_GCM_SHA384"),
        (0x002F, "TLS_RSA_WITH_AES_128_CBC_SHA"), (0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"), (0x000A, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"), (0x0005, "TLS_RSA_WITH_RC4_128_SHA"), (0x0001, "TLS_RSA_WITH_NULL_MD5"),
        (0x5600, "TLS_FALLBACK_SCSV"), (0x00FF, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"));

    public static TlsNames Groups { get; } = new(
        (29, "x25519"), (30, "x448"), (23, "secp256r1"), (24, "secp384r1"), (25, "secp521r1"), (256, "ffdhe2048"), (257, "ffdhe3072"), (0x11EC, "X25519MLKEM768"), (0x11EB, "SecP256r1MLKEM768"));

    public static TlsNames Signatures { get; } = new(
        (0x0403, "ecdsa_secp256r1_sha256"), (0x0503, "ecdsa_secp384r1_sha384"), (0x0603, "ecdsa_secp521r1_sha512"), (0x0804, "rsa_pss_rsae_sha256"), (0x0805, "rsa_pss_rsae_sha384"), (0x0806, "rsa_pss_rsae_sha512"),
        (0x0401, "rsa_pkcs1_sha256"), (0x0501, "rsa_pkcs1_sha384"), (0x0601, "rsa_pkcs1_sha512"), (0x0807, "ed25519"), (0x0808, "ed448"), (0x0203, "ecdsa_sha1"), (0x0201, "rsa_pkcs1_sha1"));

    public static TlsNames Extensions { get; } = new(
        (0, "server_name"), (1, "max_fragment_length"), (5, "status_request"), (10, "supported_groups"), (11, "ec_point_formats"), (13, "signature_algorithms"), (16, "alpn"), (18, "signed_certificate_timestamp"),
        (21, "padding"), (22, "encrypt_then_mac"), (23, "extended_master_secret"), (27, "compress_certificate"), (28, "record_size_limit"), (35, "session_ticket"), (41, "pre_shared_key"), (42, "early_data"),
        (43, "supported_versions"), (44, "cookie"), (45, "psk_key_exchange_modes"), (49, "post_handshake_auth"), (50, "signature_algorithms_cert"), (51, "key_share"), (0xFF01, "renegotiation_info"));

    public static TlsNames Alerts { get; } = new([.. Enumerable.Range(0, 256).Select(number => ((ushort)number, OpenSsl.MessageNames.Alert(number))).Where(entry => !entry.Item2.Contains(' '))]);

    /// <summary>All that have a name.</summary>
    public IEnumerable<string> All => _names.Values;

    public string NameOf(ushort number) => _names.TryGetValue(number, out string? name) ? name : $"0x{number:x4}";

    /// <summary>Reads a name, or a number as <c>0x1a2b</c>.</summary>
    public bool TryParse(string text, out ushort number) =>
        _numbers.TryGetValue(text, out number) || (text.StartsWith("0x", StringComparison.Ordinal) && ushort.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number));
}
