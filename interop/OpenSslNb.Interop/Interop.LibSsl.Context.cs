namespace OpenSslNb.Interop;

/// <content><c>SSL_CTX</c>: openssl/ssl.h.</content>
internal static unsafe partial class LibSsl
{
    /// <summary><c>TLS_method(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint> TLS_method = (delegate* unmanaged<nint>)OpenSslLibrary.Required("TLS_method");

    /// <summary><c>SSL_CTX_new(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_CTX_new = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("SSL_CTX_new");

    /// <summary><c>SSL_CTX_new_ex(3)</c>, since 3.0.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, nint, nint> SSL_CTX_new_ex = (delegate* unmanaged<nint, byte*, nint, nint>)OpenSslLibrary.Optional("SSL_CTX_new_ex");

    /// <summary><c>SSL_CTX_free(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> SSL_CTX_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("SSL_CTX_free");

    /// <summary><c>SSL_CTX_ctrl(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, nint, void*, nint> SSL_CTX_ctrl = (delegate* unmanaged<nint, int, nint, void*, nint>)OpenSslLibrary.Required("SSL_CTX_ctrl");

    /// <summary><c>SSL_CTX_set_options(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, ulong, ulong> SSL_CTX_set_options = (delegate* unmanaged<nint, ulong, ulong>)OpenSslLibrary.Required("SSL_CTX_set_options");

    /// <summary><c>SSL_CTX_clear_options(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, ulong, ulong> SSL_CTX_clear_options = (delegate* unmanaged<nint, ulong, ulong>)OpenSslLibrary.Required("SSL_CTX_clear_options");

    /// <summary><c>SSL_CTX_get_options(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, ulong> SSL_CTX_get_options = (delegate* unmanaged<nint, ulong>)OpenSslLibrary.Required("SSL_CTX_get_options");

    /// <summary><c>SSL_CTX_set_num_tickets(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nuint, int> SSL_CTX_set_num_tickets = (delegate* unmanaged<nint, nuint, int>)OpenSslLibrary.Required("SSL_CTX_set_num_tickets");

    /// <summary><c>SSL_CTX_set_cipher_list(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, int> SSL_CTX_set_cipher_list = (delegate* unmanaged<nint, byte*, int>)OpenSslLibrary.Required("SSL_CTX_set_cipher_list");

    /// <summary><c>SSL_CTX_set_ciphersuites(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, int> SSL_CTX_set_ciphersuites = (delegate* unmanaged<nint, byte*, int>)OpenSslLibrary.Required("SSL_CTX_set_ciphersuites");

    /// <summary><c>SSL_CTX_use_certificate(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int> SSL_CTX_use_certificate = (delegate* unmanaged<nint, nint, int>)OpenSslLibrary.Required("SSL_CTX_use_certificate");

    /// <summary><c>SSL_CTX_use_PrivateKey(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int> SSL_CTX_use_PrivateKey = (delegate* unmanaged<nint, nint, int>)OpenSslLibrary.Required("SSL_CTX_use_PrivateKey");

    /// <summary><c>SSL_CTX_check_private_key(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_CTX_check_private_key = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("SSL_CTX_check_private_key");

    /// <summary><c>SSL_CTX_set_verify(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, void*, void> SSL_CTX_set_verify = (delegate* unmanaged<nint, int, void*, void>)OpenSslLibrary.Required("SSL_CTX_set_verify");

    /// <summary><c>SSL_CTX_set_tlsext_ticket_key_evp_cb(3)</c>, since 3.0.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte*, byte*, nint, nint, int, int>, int> SSL_CTX_set_tlsext_ticket_key_evp_cb =
        (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte*, byte*, nint, nint, int, int>, int>)OpenSslLibrary.Optional("SSL_CTX_set_tlsext_ticket_key_evp_cb");

    /// <summary><c>SSL_CTX_set_tlsext_ticket_key_cb(3)</c>, before 3.0.</summary>
    internal static nint SSL_CTX_set_tlsext_ticket_key_cb(nint context, delegate* unmanaged[Cdecl]<nint, byte*, byte*, nint, nint, int, int> callback) =>
        SSL_CTX_callback_ctrl(context, SslConst.SSL_CTRL_SET_TLSEXT_TICKET_KEY_CB, callback);

    /// <summary><c>SSL_CTX_set_psk_client_callback(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte*, byte*, uint, byte*, uint, uint>, void> SSL_CTX_set_psk_client_callback =
        (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte*, byte*, uint, byte*, uint, uint>, void>)OpenSslLibrary.Required("SSL_CTX_set_psk_client_callback");

    /// <summary><c>SSL_CTX_set_psk_server_callback(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte*, byte*, uint, uint>, void> SSL_CTX_set_psk_server_callback =
        (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte*, byte*, uint, uint>, void>)OpenSslLibrary.Required("SSL_CTX_set_psk_server_callback");

    /// <summary><c>SSL_CTX_get_verify_mode(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_CTX_get_verify_mode = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("SSL_CTX_get_verify_mode");

    /// <summary><c>SSL_CTX_set_cert_verify_callback(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, nint, int>, nint, void> SSL_CTX_set_cert_verify_callback =
        (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, nint, int>, nint, void>)OpenSslLibrary.Required("SSL_CTX_set_cert_verify_callback");

    /// <summary><c>SSL_CTX_set_client_hello_cb(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, int*, nint, int>, nint, void> SSL_CTX_set_client_hello_cb =
        (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, int*, nint, int>, nint, void>)OpenSslLibrary.Required("SSL_CTX_set_client_hello_cb");

    /// <summary><c>SSL_CTX_set_cert_cb(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, nint, int>, nint, void> SSL_CTX_set_cert_cb =
        (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, nint, int>, nint, void>)OpenSslLibrary.Required("SSL_CTX_set_cert_cb");

    /// <summary><c>SSL_CTX_set_default_verify_paths(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_CTX_set_default_verify_paths = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("SSL_CTX_set_default_verify_paths");

    /// <summary><c>SSL_CTX_get_cert_store(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_CTX_get_cert_store = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("SSL_CTX_get_cert_store");

    /// <summary><c>SSL_CTX_load_verify_locations(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, byte*, int> SSL_CTX_load_verify_locations = (delegate* unmanaged<nint, byte*, byte*, int>)OpenSslLibrary.Required("SSL_CTX_load_verify_locations");

    /// <summary><c>SSL_CTX_get0_param(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_CTX_get0_param = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("SSL_CTX_get0_param");

    /// <summary><c>SSL_CTX_set_security_level(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, void> SSL_CTX_set_security_level = (delegate* unmanaged<nint, int, void>)OpenSslLibrary.Required("SSL_CTX_set_security_level");

    /// <summary><c>SSL_CTX_callback_ctrl(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, void*, nint> SSL_CTX_callback_ctrl = (delegate* unmanaged<nint, int, void*, nint>)OpenSslLibrary.Required("SSL_CTX_callback_ctrl");

    /// <summary><c>SSL_CTX_add_client_CA(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int> SSL_CTX_add_client_CA = (delegate* unmanaged<nint, nint, int>)OpenSslLibrary.Required("SSL_CTX_add_client_CA");

    /// <summary><c>SSL_CTX_set_alpn_protos(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, uint, int> SSL_CTX_set_alpn_protos = (delegate* unmanaged<nint, byte*, uint, int>)OpenSslLibrary.Required("SSL_CTX_set_alpn_protos");

    /// <summary><c>SSL_CTX_set_alpn_select_cb(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte**, byte*, byte*, uint, nint, int>, nint, void> SSL_CTX_set_alpn_select_cb = (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte**, byte*, byte*, uint, nint, int>, nint, void>)OpenSslLibrary.Required("SSL_CTX_set_alpn_select_cb");

    /// <summary><c>SSL_CTX_set_info_callback(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, int, int, void>, void> SSL_CTX_set_info_callback = (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, int, int, void>, void>)OpenSslLibrary.Required("SSL_CTX_set_info_callback");

    /// <summary><c>SSL_CTX_set_keylog_callback(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte*, void>, void> SSL_CTX_set_keylog_callback = (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte*, void>, void>)OpenSslLibrary.Required("SSL_CTX_set_keylog_callback");

    /// <summary><c>SSL_CTX_set_session_id_context(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, uint, int> SSL_CTX_set_session_id_context = (delegate* unmanaged<nint, byte*, uint, int>)OpenSslLibrary.Required("SSL_CTX_set_session_id_context");

    /// <summary><c>SSL_select_next_proto(3)</c>.</summary>
    internal static readonly delegate* unmanaged<byte**, byte*, byte*, uint, byte*, uint, int> SSL_select_next_proto = (delegate* unmanaged<byte**, byte*, byte*, uint, byte*, uint, int>)OpenSslLibrary.Required("SSL_select_next_proto");

    /// <summary><c>SSL_CTX_set_mode(3)</c>: a macro.</summary>
    internal static nint SSL_CTX_set_mode(nint context, nint mode) => SSL_CTX_ctrl(context, SslConst.SSL_CTRL_MODE, mode, null);

    /// <summary><c>SSL_CTX_clear_mode(3)</c>: a macro.</summary>
    internal static nint SSL_CTX_clear_mode(nint context, nint mode) => SSL_CTX_ctrl(context, SslConst.SSL_CTRL_CLEAR_MODE, mode, null);

    /// <summary><c>SSL_CTX_set_min_proto_version(3)</c>: a macro.</summary>
    internal static nint SSL_CTX_set_min_proto_version(nint context, int version) => SSL_CTX_ctrl(context, SslConst.SSL_CTRL_SET_MIN_PROTO_VERSION, version, null);

    /// <summary><c>SSL_CTX_set_max_proto_version(3)</c>: a macro.</summary>
    internal static nint SSL_CTX_set_max_proto_version(nint context, int version) => SSL_CTX_ctrl(context, SslConst.SSL_CTRL_SET_MAX_PROTO_VERSION, version, null);

    /// <summary><c>SSL_CTX_set_session_cache_mode(3)</c>: a macro.</summary>
    internal static nint SSL_CTX_set_session_cache_mode(nint context, nint mode) => SSL_CTX_ctrl(context, SslConst.SSL_CTRL_SET_SESS_CACHE_MODE, mode, null);

    /// <summary><c>SSL_CTX_set1_groups_list(3)</c>: a macro.</summary>
    internal static nint SSL_CTX_set1_groups_list(nint context, byte* list) => SSL_CTX_ctrl(context, SslConst.SSL_CTRL_SET_GROUPS_LIST, 0, list);

    /// <summary><c>SSL_CTX_set1_sigalgs_list(3)</c>: a macro.</summary>
    internal static nint SSL_CTX_set1_sigalgs_list(nint context, byte* list) => SSL_CTX_ctrl(context, SslConst.SSL_CTRL_SET_SIGALGS_LIST, 0, list);

    /// <summary><c>SSL_CTX_set_tlsext_servername_callback(3)</c>: a macro; the callback gets the alert to send.</summary>
    internal static nint SSL_CTX_set_tlsext_servername_callback(nint context, delegate* unmanaged[Cdecl]<nint, int*, nint, int> callback) => SSL_CTX_callback_ctrl(context, SslConst.SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, callback);

    /// <summary><c>SSL_CTX_get_tlsext_ticket_keys</c>: a macro without a page; with null it gives the length.</summary>
    internal static nint SSL_CTX_get_tlsext_ticket_keys(nint context, byte* keys, nint length) => SSL_CTX_ctrl(context, SslConst.SSL_CTRL_GET_TLSEXT_TICKET_KEYS, length, keys);

    /// <summary><c>SSL_CTX_set_tlsext_ticket_keys</c>: a macro without a page.</summary>
    internal static nint SSL_CTX_set_tlsext_ticket_keys(nint context, byte* keys, nint length) => SSL_CTX_ctrl(context, SslConst.SSL_CTRL_SET_TLSEXT_TICKET_KEYS, length, keys);

    /// <summary><c>SSL_CTX_add1_chain_cert(3)</c>: a macro; takes a reference of its own.</summary>
    internal static nint SSL_CTX_add1_chain_cert(nint context, nint certificate) => SSL_CTX_ctrl(context, SslConst.SSL_CTRL_CHAIN_CERT, 1, (void*)certificate);
}
