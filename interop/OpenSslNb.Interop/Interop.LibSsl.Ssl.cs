namespace OpenSslNb.Interop;

/// <content><c>SSL</c>: openssl/ssl.h.</content>
internal static unsafe partial class LibSsl
{
    /// <summary><c>SSL_new(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_new = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("SSL_new");

    /// <summary><c>SSL_free(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> SSL_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("SSL_free");

    /// <summary><c>SSL_set_read_ahead(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, void> SSL_set_read_ahead = (delegate* unmanaged<nint, int, void>)OpenSslLibrary.Required("SSL_set_read_ahead");

    /// <summary><c>SSL_rstate_string(3)</c>: a constant text.</summary>
    internal static readonly delegate* unmanaged<nint, byte*> SSL_rstate_string = (delegate* unmanaged<nint, byte*>)OpenSslLibrary.Required("SSL_rstate_string");

    /// <summary><c>SSL_free_buffers(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_free_buffers = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("SSL_free_buffers");

    /// <summary><c>SSL_ctrl(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, nint, void*, nint> SSL_ctrl = (delegate* unmanaged<nint, int, nint, void*, nint>)OpenSslLibrary.Required("SSL_ctrl");

    /// <summary><c>SSL_set_accept_state(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> SSL_set_accept_state = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("SSL_set_accept_state");

    /// <summary><c>SSL_set_connect_state(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> SSL_set_connect_state = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("SSL_set_connect_state");

    /// <summary><c>SSL_do_handshake(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_do_handshake = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("SSL_do_handshake");

    /// <summary><c>SSL_read(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, int, int> SSL_read = (delegate* unmanaged<nint, byte*, int, int>)OpenSslLibrary.Required("SSL_read");

    /// <summary><c>SSL_write(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, int, int> SSL_write = (delegate* unmanaged<nint, byte*, int, int>)OpenSslLibrary.Required("SSL_write");

    /// <summary><c>SSL_sendfile(3)</c>; since 3.0.</summary>
    internal static readonly delegate* unmanaged<nint, int, nint, nuint, int, nint> SSL_sendfile = (delegate* unmanaged<nint, int, nint, nuint, int, nint>)OpenSslLibrary.Optional("SSL_sendfile");

    /// <summary><c>SSL_shutdown(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_shutdown = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("SSL_shutdown");

    /// <summary><c>SSL_renegotiate_pending(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_renegotiate_pending = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("SSL_renegotiate_pending");

    /// <summary><c>SSL_get1_session(3)</c>: with a reference of the caller's own.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_get1_session = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("SSL_get1_session");

    /// <summary><c>SSL_set_session(3)</c>: takes a reference of its own.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int> SSL_set_session = (delegate* unmanaged<nint, nint, int>)OpenSslLibrary.Required("SSL_set_session");

    /// <summary><c>SSL_SESSION_dup(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_SESSION_dup = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("SSL_SESSION_dup");

    /// <summary><c>SSL_get_error(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, int> SSL_get_error = (delegate* unmanaged<nint, int, int>)OpenSslLibrary.Required("SSL_get_error");

    /// <summary><c>SSL_want(3)</c>.</summary>
    internal static readonly delegate* unmanaged[SuppressGCTransition]<nint, int> SSL_want = (delegate* unmanaged[SuppressGCTransition]<nint, int>)OpenSslLibrary.Required("SSL_want");

    /// <summary><c>SSL_pending(3)</c>.</summary>
    internal static readonly delegate* unmanaged[SuppressGCTransition]<nint, int> SSL_pending = (delegate* unmanaged[SuppressGCTransition]<nint, int>)OpenSslLibrary.Required("SSL_pending");

    /// <summary><c>SSL_has_pending(3)</c>.</summary>
    internal static readonly delegate* unmanaged[SuppressGCTransition]<nint, int> SSL_has_pending = (delegate* unmanaged[SuppressGCTransition]<nint, int>)OpenSslLibrary.Required("SSL_has_pending");

    /// <summary><c>SSL_in_init(3)</c>.</summary>
    internal static readonly delegate* unmanaged[SuppressGCTransition]<nint, int> SSL_in_init = (delegate* unmanaged[SuppressGCTransition]<nint, int>)OpenSslLibrary.Required("SSL_in_init");

    /// <summary><c>SSL_set_SSL_CTX</c>: without a page; the SSL takes certificates, key and callbacks of this context, and keeps a reference.</summary>
    internal static readonly delegate* unmanaged<nint, nint, nint> SSL_set_SSL_CTX = (delegate* unmanaged<nint, nint, nint>)OpenSslLibrary.Required("SSL_set_SSL_CTX");

    /// <summary><c>SSL_get_peer_cert_chain(3)</c>: borrowed; a server's lacks the peer's own certificate.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_get_peer_cert_chain = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("SSL_get_peer_cert_chain");

    /// <summary><c>SSL_is_server(3)</c>.</summary>
    internal static readonly delegate* unmanaged[SuppressGCTransition]<nint, int> SSL_is_server = (delegate* unmanaged[SuppressGCTransition]<nint, int>)OpenSslLibrary.Required("SSL_is_server");

    /// <summary><c>SSL_export_keying_material(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, byte*, nuint, int, int> SSL_export_keying_material = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, byte*, nuint, int, int>)OpenSslLibrary.Required("SSL_export_keying_material");

    /// <summary><c>SSL_get_finished(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void*, nuint, nuint> SSL_get_finished = (delegate* unmanaged<nint, void*, nuint, nuint>)OpenSslLibrary.Required("SSL_get_finished");

    /// <summary><c>SSL_get_peer_finished(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void*, nuint, nuint> SSL_get_peer_finished = (delegate* unmanaged<nint, void*, nuint, nuint>)OpenSslLibrary.Required("SSL_get_peer_finished");

    /// <summary><c>SSL_get_certificate(3)</c>: borrowed.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_get_certificate = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("SSL_get_certificate");

    /// <summary><c>SSL_get_ex_data_X509_STORE_CTX_idx(3)</c>.</summary>
    internal static readonly delegate* unmanaged<int> SSL_get_ex_data_X509_STORE_CTX_idx = (delegate* unmanaged<int>)OpenSslLibrary.Required("SSL_get_ex_data_X509_STORE_CTX_idx");

    /// <summary><c>SSL_set_bio(3): takes over one reference when both are the same</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, nint, void> SSL_set_bio = (delegate* unmanaged<nint, nint, nint, void>)OpenSslLibrary.Required("SSL_set_bio");

    /// <summary><c>SSL_set0_wbio(3)</c>: takes over the reference.</summary>
    internal static readonly delegate* unmanaged<nint, nint, void> SSL_set0_wbio = (delegate* unmanaged<nint, nint, void>)OpenSslLibrary.Required("SSL_set0_wbio");

    /// <summary><c>SSL_get_rbio(3)</c>.</summary>
    internal static readonly delegate* unmanaged[SuppressGCTransition]<nint, nint> SSL_get_rbio = (delegate* unmanaged[SuppressGCTransition]<nint, nint>)OpenSslLibrary.Required("SSL_get_rbio");

    /// <summary><c>SSL_set_fd(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, int> SSL_set_fd = (delegate* unmanaged<nint, int, int>)OpenSslLibrary.Required("SSL_set_fd");

    /// <summary><c>SSL_set_msg_callback(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<int, int, int, void*, nuint, nint, void*, void>, void> SSL_set_msg_callback = (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<int, int, int, void*, nuint, nint, void*, void>, void>)OpenSslLibrary.Required("SSL_set_msg_callback");

    /// <summary><c>SSL_version(3)</c>.</summary>
    internal static readonly delegate* unmanaged[SuppressGCTransition]<nint, int> SSL_version = (delegate* unmanaged[SuppressGCTransition]<nint, int>)OpenSslLibrary.Required("SSL_version");

    /// <summary><c>SSL_get_current_cipher(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_get_current_cipher = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("SSL_get_current_cipher");

    /// <summary><c>SSL_CIPHER_get_name(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*> SSL_CIPHER_get_name = (delegate* unmanaged<nint, byte*>)OpenSslLibrary.Required("SSL_CIPHER_get_name");

    /// <summary><c>SSL_get_verify_result(3)</c>.</summary>
    internal static readonly delegate* unmanaged[SuppressGCTransition]<nint, nint> SSL_get_verify_result = (delegate* unmanaged[SuppressGCTransition]<nint, nint>)OpenSslLibrary.Required("SSL_get_verify_result");

    /// <summary><c>SSL_get0_param(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_get0_param = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("SSL_get0_param");

    /// <summary><c>SSL_key_update(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, int> SSL_key_update = (delegate* unmanaged<nint, int, int>)OpenSslLibrary.Required("SSL_key_update");

    /// <summary><c>SSL_renegotiate(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_renegotiate = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("SSL_renegotiate");

    /// <summary><c>SSL_renegotiate_abbreviated(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_renegotiate_abbreviated = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("SSL_renegotiate_abbreviated");

    /// <summary><c>SSL_session_reused(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_session_reused = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("SSL_session_reused");

    /// <summary><c>SSL_get_servername(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, byte*> SSL_get_servername = (delegate* unmanaged<nint, int, byte*>)OpenSslLibrary.Required("SSL_get_servername");

    /// <summary><c>SSL_set_ex_data(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, nint, int> SSL_set_ex_data = (delegate* unmanaged<nint, int, nint, int>)OpenSslLibrary.Required("SSL_set_ex_data");

    /// <summary><c>SSL_get_ex_data(3)</c>.</summary>
    internal static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, nint> SSL_get_ex_data = (delegate* unmanaged[SuppressGCTransition]<nint, int, nint>)OpenSslLibrary.Required("SSL_get_ex_data");

    /// <summary><c>SSL_get0_alpn_selected(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte**, uint*, void> SSL_get0_alpn_selected = (delegate* unmanaged<nint, byte**, uint*, void>)OpenSslLibrary.Required("SSL_get0_alpn_selected");

    /// <summary><c>SSL_SESSION_free(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> SSL_SESSION_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("SSL_SESSION_free");

    /// <summary><c>SSL_get_shared_sigalgs(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, int*, int*, int*, byte*, byte*, int> SSL_get_shared_sigalgs =
        (delegate* unmanaged<nint, int, int*, int*, int*, byte*, byte*, int>)OpenSslLibrary.Required("SSL_get_shared_sigalgs");

    /// <summary><c>SSL_get_privatekey(3)</c>: the key of the certificate that is current; stays the connection's.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_get_privatekey = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("SSL_get_privatekey");

    /// <summary><c>SSL_set_current_cert(3)</c>.</summary>
    internal static nint SSL_set_current_cert(nint ssl, nint operation) => SSL_ctrl(ssl, SslConst.SSL_CTRL_SET_CURRENT_CERT, operation, null);

    /// <summary><c>SSL_get0_certificate_types(3)</c>: what a server's request before TLS 1.3 says that it takes; stays the connection's. Empty without one.</summary>
    internal static ReadOnlySpan<byte> SSL_get0_certificate_types(nint ssl)
    {
        byte* types;
        nint count = SSL_ctrl(ssl, SslConst.SSL_CTRL_GET_CLIENT_CERT_TYPES, 0, &types);
        return count <= 0 ? default : new ReadOnlySpan<byte>(types, (int)count);
    }

    /// <summary><c>SSL_get_peer_signature_type_nid(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int*, int> SSL_get_peer_signature_type_nid = (delegate* unmanaged<nint, int*, int>)OpenSslLibrary.Required("SSL_get_peer_signature_type_nid");

    /// <summary><c>SSL_group_to_name(3)</c>, since 3.0.</summary>
    internal static readonly delegate* unmanaged<nint, int, byte*> SSL_group_to_name = (delegate* unmanaged<nint, int, byte*>)OpenSslLibrary.Optional("SSL_group_to_name");

    /// <summary><c>SSL_get_negotiated_group(3)</c>, since 3.0.</summary>
    internal static nint SSL_get_negotiated_group(nint ssl) => SSL_ctrl(ssl, SslConst.SSL_CTRL_GET_NEGOTIATED_GROUP, 0, null);

    /// <summary><c>SSL_get_peer_tmp_key(3)</c>: the key is the caller's.</summary>
    internal static nint SSL_get_peer_tmp_key(nint ssl, nint* key) => SSL_ctrl(ssl, SslConst.SSL_CTRL_GET_PEER_TMP_KEY, 0, key);

    /// <summary><c>SSL_get_shared_group(3)</c>.</summary>
    internal static nint SSL_get_shared_group(nint ssl, int index) => SSL_ctrl(ssl, SslConst.SSL_CTRL_GET_SHARED_GROUP, index, null);

    /// <summary><c>SSL_CIPHER_get_kx_nid(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_CIPHER_get_kx_nid = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("SSL_CIPHER_get_kx_nid");

    /// <summary><c>SSL_get_peer_signature_nid(3)</c>.</summary>
    internal static nint SSL_get_peer_signature_nid(nint ssl, int* digest) => SSL_ctrl(ssl, SslConst.SSL_CTRL_GET_PEER_SIGNATURE_NID, 0, digest);

    /// <summary><c>SSL_set_psk_server_callback(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte*, byte*, uint, uint>, void> SSL_set_psk_server_callback =
        (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte*, byte*, uint, uint>, void>)OpenSslLibrary.Required("SSL_set_psk_server_callback");

    /// <summary><c>SSL_get_psk_identity(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*> SSL_get_psk_identity = (delegate* unmanaged<nint, byte*>)OpenSslLibrary.Required("SSL_get_psk_identity");

    /// <summary><c>SSL_set_verify(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, void*, void> SSL_set_verify = (delegate* unmanaged<nint, int, void*, void>)OpenSslLibrary.Required("SSL_set_verify");

    /// <summary><c>SSL_set1_param(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int> SSL_set1_param = (delegate* unmanaged<nint, nint, int>)OpenSslLibrary.Required("SSL_set1_param");

    /// <summary><c>SSL_set_options(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, ulong, ulong> SSL_set_options = (delegate* unmanaged<nint, ulong, ulong>)OpenSslLibrary.Required("SSL_set_options");

    /// <summary><c>SSL_clear_options(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, ulong, ulong> SSL_clear_options = (delegate* unmanaged<nint, ulong, ulong>)OpenSslLibrary.Required("SSL_clear_options");

    /// <summary><c>SSL_set_ciphersuites(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, int> SSL_set_ciphersuites = (delegate* unmanaged<nint, byte*, int>)OpenSslLibrary.Required("SSL_set_ciphersuites");

    /// <summary><c>SSL_set_num_tickets(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nuint, int> SSL_set_num_tickets = (delegate* unmanaged<nint, nuint, int>)OpenSslLibrary.Required("SSL_set_num_tickets");

    /// <summary><c>SSL_set_session_id_context(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, uint, int> SSL_set_session_id_context = (delegate* unmanaged<nint, byte*, uint, int>)OpenSslLibrary.Required("SSL_set_session_id_context");

    /// <summary><c>SSL_use_cert_and_key(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, nint, nint, int, int> SSL_use_cert_and_key = (delegate* unmanaged<nint, nint, nint, nint, int, int>)OpenSslLibrary.Required("SSL_use_cert_and_key");

    /// <summary><c>SSL_get0_peer_CA_list(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_get0_peer_CA_list = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("SSL_get0_peer_CA_list");

    /// <summary><c>SSL_set_min_proto_version(3)</c>.</summary>
    internal static nint SSL_set_min_proto_version(nint ssl, int version) => SSL_ctrl(ssl, SslConst.SSL_CTRL_SET_MIN_PROTO_VERSION, version, null);

    /// <summary><c>SSL_set_max_proto_version(3)</c>.</summary>
    internal static nint SSL_set_max_proto_version(nint ssl, int version) => SSL_ctrl(ssl, SslConst.SSL_CTRL_SET_MAX_PROTO_VERSION, version, null);

    /// <summary><c>SSL_set1_groups_list(3)</c>.</summary>
    internal static nint SSL_set1_groups_list(nint ssl, byte* list) => SSL_ctrl(ssl, SslConst.SSL_CTRL_SET_GROUPS_LIST, 0, list);

    /// <summary><c>SSL_set_retry_verify(3)</c>, since 3.0.2.</summary>
    internal static nint SSL_set_retry_verify(nint ssl) => SSL_ctrl(ssl, SslConst.SSL_CTRL_SET_RETRY_VERIFY, 0, null);

    /// <summary><c>SSL_set_mode(3)</c>: a macro.</summary>
    internal static nint SSL_set_mode(nint ssl, nint mode) => SSL_ctrl(ssl, SslConst.SSL_CTRL_MODE, mode, null);

    /// <summary><c>SSL_set_tlsext_host_name(3)</c>: a macro.</summary>
    internal static nint SSL_set_tlsext_host_name(nint ssl, byte* name) => SSL_ctrl(ssl, SslConst.SSL_CTRL_SET_TLSEXT_HOSTNAME, SslConst.TLSEXT_NAMETYPE_host_name, name);

    /// <summary><c>SSL_get1_peer_certificate(3)</c>: the caller owns a reference. Called <c>SSL_get_peer_certificate</c> before 3.0.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_get1_peer_certificate =
        (delegate* unmanaged<nint, nint>)OpenSslLibrary.RequiredAny("SSL_get1_peer_certificate", "SSL_get_peer_certificate");

    /// <summary><c>SSL_get_extms_support(3)</c>: a macro.</summary>
    internal static nint SSL_get_extms_support(nint ssl) => SSL_ctrl(ssl, SslConst.SSL_CTRL_GET_EXTMS_SUPPORT, 0, null);
}
