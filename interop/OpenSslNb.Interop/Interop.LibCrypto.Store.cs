namespace OpenSslNb.Interop;

/// <content>Keys and certificates by URI: openssl/store.h, openssl/ui.h.</content>
internal static unsafe partial class LibCrypto
{
    /// <summary><c>OSSL_STORE_open(3)</c>.</summary>
    internal static readonly delegate* unmanaged<byte*, nint, void*, nint, void*, nint> OSSL_STORE_open = (delegate* unmanaged<byte*, nint, void*, nint, void*, nint>)OpenSslLibrary.Required("OSSL_STORE_open");

    /// <summary><c>OSSL_STORE_open(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> OSSL_STORE_load = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("OSSL_STORE_load");

    /// <summary><c>OSSL_STORE_open(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> OSSL_STORE_eof = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("OSSL_STORE_eof");

    /// <summary><c>OSSL_STORE_open(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> OSSL_STORE_close = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("OSSL_STORE_close");

    /// <summary><c>OSSL_STORE_INFO(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> OSSL_STORE_INFO_get1_CERT = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("OSSL_STORE_INFO_get1_CERT");

    /// <summary><c>OSSL_STORE_INFO(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> OSSL_STORE_INFO_get1_PKEY = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("OSSL_STORE_INFO_get1_PKEY");

    /// <summary><c>OSSL_STORE_INFO(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> OSSL_STORE_INFO_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("OSSL_STORE_INFO_free");

    /// <summary><c>UI_UTIL_wrap_read_pem_callback(3)</c>.</summary>
    internal static readonly delegate* unmanaged<delegate* unmanaged[Cdecl]<byte*, int, int, void*, int>, int, nint> UI_UTIL_wrap_read_pem_callback = (delegate* unmanaged<delegate* unmanaged[Cdecl]<byte*, int, int, void*, int>, int, nint>)OpenSslLibrary.Required("UI_UTIL_wrap_read_pem_callback");

    /// <summary><c>UI_create_method(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> UI_destroy_method = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("UI_destroy_method");
}
