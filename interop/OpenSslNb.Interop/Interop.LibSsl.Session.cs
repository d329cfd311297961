namespace OpenSslNb.Interop;

/// <content><c>SSL_SESSION</c>: openssl/ssl.h.</content>
internal static unsafe partial class LibSsl
{
    /// <summary><c>SSL_CTX_sess_set_new_cb(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, nint, int>, void> SSL_CTX_sess_set_new_cb = (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, nint, int>, void>)OpenSslLibrary.Required("SSL_CTX_sess_set_new_cb");

    /// <summary><c>SSL_CTX_sess_set_get_cb(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte*, int, int*, nint>, void> SSL_CTX_sess_set_get_cb =
        (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte*, int, int*, nint>, void>)OpenSslLibrary.Required("SSL_CTX_sess_set_get_cb");

    /// <summary><c>SSL_get_shutdown(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_get_shutdown = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("SSL_get_shutdown");

    /// <summary><c>SSL_set_shutdown(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, void> SSL_set_shutdown = (delegate* unmanaged<nint, int, void>)OpenSslLibrary.Required("SSL_set_shutdown");

    /// <summary><c>SSL_SESSION_get_id(3)</c>: borrowed.</summary>
    internal static readonly delegate* unmanaged<nint, uint*, byte*> SSL_SESSION_get_id = (delegate* unmanaged<nint, uint*, byte*>)OpenSslLibrary.Required("SSL_SESSION_get_id");

    /// <summary><c>SSL_SESSION_is_resumable(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_SESSION_is_resumable = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("SSL_SESSION_is_resumable");

    /// <summary><c>SSL_SESSION_get_protocol_version(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_SESSION_get_protocol_version = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("SSL_SESSION_get_protocol_version");

    /// <summary><c>SSL_SESSION_get_time(3)</c>: seconds since 1970.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_SESSION_get_time = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("SSL_SESSION_get_time");

    /// <summary><c>SSL_SESSION_get_timeout(3)</c>: seconds.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_SESSION_get_timeout = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("SSL_SESSION_get_timeout");

    /// <summary><c>i2d_SSL_SESSION(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte**, int> i2d_SSL_SESSION = (delegate* unmanaged<nint, byte**, int>)OpenSslLibrary.Required("i2d_SSL_SESSION");

    /// <summary><c>d2i_SSL_SESSION(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint*, byte**, nint, nint> d2i_SSL_SESSION = (delegate* unmanaged<nint*, byte**, nint, nint>)OpenSslLibrary.Required("d2i_SSL_SESSION");
}
