namespace OpenSslNb.Interop;

/// <content>Stapled status of certificates (<c>SSL_CTX_set_tlsext_status_cb(3)</c>), and certificates that are asked for later (<c>SSL_verify_client_post_handshake(3)</c>).</content>
internal static unsafe partial class LibSsl
{
    /// <summary><c>SSL_get0_verified_chain(3)</c>: borrowed.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_get0_verified_chain = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("SSL_get0_verified_chain");

    /// <summary><c>SSL_get_SSL_CTX(3)</c>: borrowed.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_get_SSL_CTX = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("SSL_get_SSL_CTX");

    /// <summary><c>SSL_CTX_set_post_handshake_auth(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, void> SSL_CTX_set_post_handshake_auth = (delegate* unmanaged<nint, int, void>)OpenSslLibrary.Required("SSL_CTX_set_post_handshake_auth");

    /// <summary><c>SSL_verify_client_post_handshake(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_verify_client_post_handshake = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("SSL_verify_client_post_handshake");

    /// <summary><c>SSL_CTX_set_tlsext_status_cb(3)</c>.</summary>
    internal static nint SSL_CTX_set_tlsext_status_cb(nint context, delegate* unmanaged[Cdecl]<nint, nint, int> callback) => SSL_CTX_callback_ctrl(context, SslConst.SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB, callback);

    /// <summary><c>SSL_CTX_set_tlsext_status_type(3)</c>.</summary>
    internal static nint SSL_CTX_set_tlsext_status_type(nint context, int type) => SSL_CTX_ctrl(context, SslConst.SSL_CTRL_SET_TLSEXT_STATUS_REQ_TYPE, type, null);

    /// <summary><c>SSL_set_tlsext_status_ocsp_resp(3)</c>: what was allocated with <c>OPENSSL_malloc(3)</c> is the SSL's from then on.</summary>
    internal static nint SSL_set_tlsext_status_ocsp_resp(nint ssl, void* response, int length) => SSL_ctrl(ssl, SslConst.SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP, length, response);

    /// <summary><c>SSL_get_tlsext_status_ocsp_resp(3)</c>: borrowed; -1 when none came.</summary>
    internal static nint SSL_get_tlsext_status_ocsp_resp(nint ssl, byte** response) => SSL_ctrl(ssl, SslConst.SSL_CTRL_GET_TLSEXT_STATUS_REQ_OCSP_RESP, 0, response);
}
