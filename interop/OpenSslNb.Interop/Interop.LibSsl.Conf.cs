namespace OpenSslNb.Interop;

/// <content><c>SSL_CONF_CTX</c>: openssl/ssl.h.</content>
internal static unsafe partial class LibSsl
{
    /// <summary><c>SSL_CONF_CTX_new(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint> SSL_CONF_CTX_new = (delegate* unmanaged<nint>)OpenSslLibrary.Required("SSL_CONF_CTX_new");

    /// <summary><c>SSL_CONF_CTX_free(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> SSL_CONF_CTX_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("SSL_CONF_CTX_free");

    /// <summary><c>SSL_CONF_CTX_set_flags(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, uint, uint> SSL_CONF_CTX_set_flags = (delegate* unmanaged<nint, uint, uint>)OpenSslLibrary.Required("SSL_CONF_CTX_set_flags");

    /// <summary><c>SSL_CONF_CTX_set_ssl_ctx(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, void> SSL_CONF_CTX_set_ssl_ctx = (delegate* unmanaged<nint, nint, void>)OpenSslLibrary.Required("SSL_CONF_CTX_set_ssl_ctx");

    /// <summary><c>SSL_CONF_CTX_finish(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_CONF_CTX_finish = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("SSL_CONF_CTX_finish");

    /// <summary><c>OPENSSL_cipher_name(3)</c>.</summary>
    internal static readonly delegate* unmanaged<byte*, byte*> OPENSSL_cipher_name = (delegate* unmanaged<byte*, byte*>)OpenSslLibrary.Required("OPENSSL_cipher_name");

    /// <summary><c>SSL_CTX_use_psk_identity_hint(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, int> SSL_CTX_use_psk_identity_hint = (delegate* unmanaged<nint, byte*, int>)OpenSslLibrary.Required("SSL_CTX_use_psk_identity_hint");

    /// <summary><c>SSL_CONF_cmd(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, byte*, int> SSL_CONF_cmd = (delegate* unmanaged<nint, byte*, byte*, int>)OpenSslLibrary.Required("SSL_CONF_cmd");
}
