namespace OpenSslNb.Interop;

/// <content>Early data of TLS 1.3: <c>SSL_read_early_data(3)</c>, which describes all of these.</content>
internal static unsafe partial class LibSsl
{
    /// <summary><c>SSL_CTX_set_max_early_data(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, uint, int> SSL_CTX_set_max_early_data = (delegate* unmanaged<nint, uint, int>)OpenSslLibrary.Required("SSL_CTX_set_max_early_data");

    /// <summary><c>SSL_set_max_early_data(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, uint, int> SSL_set_max_early_data = (delegate* unmanaged<nint, uint, int>)OpenSslLibrary.Required("SSL_set_max_early_data");

    /// <summary><c>SSL_CTX_set_recv_max_early_data(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, uint, int> SSL_CTX_set_recv_max_early_data = (delegate* unmanaged<nint, uint, int>)OpenSslLibrary.Required("SSL_CTX_set_recv_max_early_data");

    /// <summary><c>SSL_write_early_data(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, nuint, nuint*, int> SSL_write_early_data = (delegate* unmanaged<nint, byte*, nuint, nuint*, int>)OpenSslLibrary.Required("SSL_write_early_data");

    /// <summary><c>SSL_read_early_data(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, nuint, nuint*, int> SSL_read_early_data = (delegate* unmanaged<nint, byte*, nuint, nuint*, int>)OpenSslLibrary.Required("SSL_read_early_data");

    /// <summary><c>SSL_get_early_data_status(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_get_early_data_status = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("SSL_get_early_data_status");

    /// <summary><c>SSL_SESSION_get_max_early_data(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, uint> SSL_SESSION_get_max_early_data = (delegate* unmanaged<nint, uint>)OpenSslLibrary.Required("SSL_SESSION_get_max_early_data");

    /// <summary><c>SSL_SESSION_get0_alpn_selected(3)</c>: borrowed.</summary>
    internal static readonly delegate* unmanaged<nint, byte**, nuint*, void> SSL_SESSION_get0_alpn_selected = (delegate* unmanaged<nint, byte**, nuint*, void>)OpenSslLibrary.Required("SSL_SESSION_get0_alpn_selected");

    /// <summary><c>SSL_SESSION_get0_hostname(3)</c>: borrowed.</summary>
    internal static readonly delegate* unmanaged<nint, byte*> SSL_SESSION_get0_hostname = (delegate* unmanaged<nint, byte*>)OpenSslLibrary.Required("SSL_SESSION_get0_hostname");

    /// <summary><c>SSL_get_session(3)</c>: borrowed.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_get_session = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("SSL_get_session");
}
