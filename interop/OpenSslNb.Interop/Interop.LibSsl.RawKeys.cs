namespace OpenSslNb.Interop;

/// <content>Types of certificates and raw public keys (RFC 7250), which OpenSSL has since 3.2: <c>SSL_set1_server_cert_type(3)</c> and <c>SSL_get0_peer_rpk(3)</c> describe them.</content>
internal static unsafe partial class LibSsl
{
    /// <summary><c>SSL_CTX_set1_server_cert_type(3)</c>: copied. Null before 3.2.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, nuint, int> SSL_CTX_set1_server_cert_type = (delegate* unmanaged<nint, byte*, nuint, int>)OpenSslLibrary.Optional("SSL_CTX_set1_server_cert_type");

    /// <summary><c>SSL_CTX_set1_client_cert_type(3)</c>: copied. Null before 3.2.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, nuint, int> SSL_CTX_set1_client_cert_type = (delegate* unmanaged<nint, byte*, nuint, int>)OpenSslLibrary.Optional("SSL_CTX_set1_client_cert_type");

    /// <summary><c>SSL_set1_server_cert_type(3)</c>: copied. Null before 3.2.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, nuint, int> SSL_set1_server_cert_type = (delegate* unmanaged<nint, byte*, nuint, int>)OpenSslLibrary.Optional("SSL_set1_server_cert_type");

    /// <summary><c>SSL_set1_client_cert_type(3)</c>: copied. Null before 3.2.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, nuint, int> SSL_set1_client_cert_type = (delegate* unmanaged<nint, byte*, nuint, int>)OpenSslLibrary.Optional("SSL_set1_client_cert_type");

    /// <summary><c>SSL_get_negotiated_server_cert_type(3)</c>. Null before 3.2.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_get_negotiated_server_cert_type = (delegate* unmanaged<nint, int>)OpenSslLibrary.Optional("SSL_get_negotiated_server_cert_type");

    /// <summary><c>SSL_get_negotiated_client_cert_type(3)</c>. Null before 3.2.</summary>
    internal static readonly delegate* unmanaged<nint, int> SSL_get_negotiated_client_cert_type = (delegate* unmanaged<nint, int>)OpenSslLibrary.Optional("SSL_get_negotiated_client_cert_type");

    /// <summary><c>SSL_get0_peer_rpk(3)</c>: borrowed, from the session. Null before 3.2.</summary>
    internal static readonly delegate* unmanaged<nint, nint> SSL_get0_peer_rpk = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Optional("SSL_get0_peer_rpk");

    /// <summary><c>SSL_use_PrivateKey(3)</c>: OpenSSL takes a reference of its own.</summary>
    internal static readonly delegate* unmanaged<nint, nint, int> SSL_use_PrivateKey = (delegate* unmanaged<nint, nint, int>)OpenSslLibrary.Required("SSL_use_PrivateKey");

    /// <summary><c>SSL_certs_clear(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> SSL_certs_clear = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("SSL_certs_clear");
}
