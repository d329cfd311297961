namespace OpenSslNb.Interop.Tests;

/// <summary>What not every supported version of OpenSSL has.</summary>
internal static class Generations
{
    /// <summary>Functions by their bound names, and what the others call them; null where they have nothing.</summary>
    public static IReadOnlyDictionary<string, string?> Functions { get; } = new Dictionary<string, string?>
    {
        // Since 3.0.
        ["ERR_get_error_all"] = null,
        ["ERR_new"] = null,
        ["ERR_set_debug"] = null,
        ["ERR_set_error"] = null,
        ["EVP_MAC_CTX_set_params"] = null,
        ["EVP_PKEY_get_base_id"] = "EVP_PKEY_base_id",
        ["SSL_CTX_new_ex"] = null,
        ["SSL_CTX_set_tlsext_ticket_key_evp_cb"] = null,
        ["SSL_get1_peer_certificate"] = "SSL_get_peer_certificate",
        ["SSL_group_to_name"] = null,
        ["SSL_sendfile"] = null,

        // Since 3.2.
        ["SSL_CTX_set1_client_cert_type"] = null,
        ["SSL_CTX_set1_server_cert_type"] = null,
        ["SSL_get0_peer_rpk"] = null,
        ["SSL_get_negotiated_client_cert_type"] = null,
        ["SSL_get_negotiated_server_cert_type"] = null,
        ["SSL_set1_client_cert_type"] = null,
        ["SSL_set1_server_cert_type"] = null,
        ["X509_STORE_CTX_get0_rpk"] = null,

        // Before 3.0.
        ["ERR_get_error_line_data"] = null,
        ["ERR_put_error"] = null,
    };

    /// <summary>True when a version may have no such symbol, under any name.</summary>
    public static bool MayBeAbsent(string function) => Functions.TryGetValue(function, out string? other) && other is null;

    /// <summary>The other name; null when there is none.</summary>
    public static string? OtherName(string function) => Functions.GetValueOrDefault(function);
}
