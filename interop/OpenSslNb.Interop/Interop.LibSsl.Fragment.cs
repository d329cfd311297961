namespace OpenSslNb.Interop;

/// <content>Lengths of records: <c>SSL_CTX_set_max_send_fragment(3)</c> and <c>SSL_CTX_set_tlsext_max_fragment_length(3)</c>.</content>
internal static unsafe partial class LibSsl
{
    /// <summary><c>SSL_CTX_set_tlsext_max_fragment_length(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte, int> SSL_CTX_set_tlsext_max_fragment_length = (delegate* unmanaged<nint, byte, int>)OpenSslLibrary.Required("SSL_CTX_set_tlsext_max_fragment_length");

    /// <summary><c>SSL_SESSION_get_max_fragment_length(3)</c>: 0 for none.</summary>
    internal static readonly delegate* unmanaged<nint, byte> SSL_SESSION_get_max_fragment_length = (delegate* unmanaged<nint, byte>)OpenSslLibrary.Required("SSL_SESSION_get_max_fragment_length");

    /// <summary><c>SSL_set_max_send_fragment(3)</c>.</summary>
    internal static nint SSL_set_max_send_fragment(nint ssl, int length) => SSL_ctrl(ssl, SslConst.SSL_CTRL_SET_MAX_SEND_FRAGMENT, length, null);
}
