namespace OpenSslNb.Interop;

/// <content><c>BIO</c>: openssl/bio.h.</content>
internal static unsafe partial class LibCrypto
{
    /// <summary><c>BIO_get_new_index(3)</c>.</summary>
    internal static readonly delegate* unmanaged<int> BIO_get_new_index = (delegate* unmanaged<int>)OpenSslLibrary.Required("BIO_get_new_index");

    /// <summary><c>BIO_meth_new(3)</c>.</summary>
    internal static readonly delegate* unmanaged<int, byte*, nint> BIO_meth_new = (delegate* unmanaged<int, byte*, nint>)OpenSslLibrary.Required("BIO_meth_new");

    /// <summary><c>BIO_meth_free(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> BIO_meth_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("BIO_meth_free");

    /// <summary><c>BIO_meth_set_read(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte*, int, int>, int> BIO_meth_set_read = (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte*, int, int>, int>)OpenSslLibrary.Required("BIO_meth_set_read");

    /// <summary><c>BIO_meth_set_write(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte*, int, int>, int> BIO_meth_set_write = (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, byte*, int, int>, int>)OpenSslLibrary.Required("BIO_meth_set_write");

    /// <summary><c>BIO_meth_set_ctrl(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, int, nint, nint, nint>, int> BIO_meth_set_ctrl = (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, int, nint, nint, nint>, int>)OpenSslLibrary.Required("BIO_meth_set_ctrl");

    /// <summary><c>BIO_meth_set_destroy(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, int>, int> BIO_meth_set_destroy = (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, int>, int>)OpenSslLibrary.Required("BIO_meth_set_destroy");

    /// <summary><c>BIO_s_null(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint> BIO_s_null = (delegate* unmanaged<nint>)OpenSslLibrary.Required("BIO_s_null");

    /// <summary><c>BIO_new(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> BIO_new = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("BIO_new");

    /// <summary><c>BIO_up_ref(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> BIO_up_ref = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("BIO_up_ref");

    /// <summary><c>BIO_free(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> BIO_free = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("BIO_free");

    /// <summary><c>BIO_set_data(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, void> BIO_set_data = (delegate* unmanaged<nint, nint, void>)OpenSslLibrary.Required("BIO_set_data");

    /// <summary><c>BIO_get_data(3)</c>.</summary>
    internal static readonly delegate* unmanaged[SuppressGCTransition]<nint, nint> BIO_get_data = (delegate* unmanaged[SuppressGCTransition]<nint, nint>)OpenSslLibrary.Required("BIO_get_data");

    /// <summary><c>BIO_set_init(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, void> BIO_set_init = (delegate* unmanaged<nint, int, void>)OpenSslLibrary.Required("BIO_set_init");

    /// <summary><c>BIO_set_flags(3)</c>.</summary>
    internal static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, void> BIO_set_flags = (delegate* unmanaged[SuppressGCTransition]<nint, int, void>)OpenSslLibrary.Required("BIO_set_flags");

    /// <summary><c>BIO_clear_flags(3)</c>.</summary>
    internal static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, void> BIO_clear_flags = (delegate* unmanaged[SuppressGCTransition]<nint, int, void>)OpenSslLibrary.Required("BIO_clear_flags");

    /// <summary><c>BIO_test_flags(3)</c>.</summary>
    internal static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, int> BIO_test_flags = (delegate* unmanaged[SuppressGCTransition]<nint, int, int>)OpenSslLibrary.Required("BIO_test_flags");

    /// <summary><c>BIO_set_callback_ex(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, int, byte*, nuint, int, nint, int, nuint*, nint>, void> BIO_set_callback_ex = (delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, int, byte*, nuint, int, nint, int, nuint*, nint>, void>)OpenSslLibrary.Required("BIO_set_callback_ex");

    /// <summary><c>BIO_set_callback_arg(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, void> BIO_set_callback_arg = (delegate* unmanaged<nint, nint, void>)OpenSslLibrary.Required("BIO_set_callback_arg");

    /// <summary><c>BIO_get_callback_arg(3)</c>.</summary>
    internal static readonly delegate* unmanaged[SuppressGCTransition]<nint, nint> BIO_get_callback_arg = (delegate* unmanaged[SuppressGCTransition]<nint, nint>)OpenSslLibrary.Required("BIO_get_callback_arg");

    /// <summary><c>BIO_new_mem_buf(3)</c>.</summary>
    internal static readonly delegate* unmanaged<byte*, int, nint> BIO_new_mem_buf = (delegate* unmanaged<byte*, int, nint>)OpenSslLibrary.Required("BIO_new_mem_buf");

    /// <summary><c>BIO_s_mem(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint> BIO_s_mem = (delegate* unmanaged<nint>)OpenSslLibrary.Required("BIO_s_mem");

    /// <summary><c>BIO_new_bio_pair(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint*, nuint, nint*, nuint, int> BIO_new_bio_pair = (delegate* unmanaged<nint*, nuint, nint*, nuint, int>)OpenSslLibrary.Required("BIO_new_bio_pair");

    /// <summary><c>BIO_read(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, int, int> BIO_read = (delegate* unmanaged<nint, byte*, int, int>)OpenSslLibrary.Required("BIO_read");

    /// <summary><c>BIO_write(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, int, int> BIO_write = (delegate* unmanaged<nint, byte*, int, int>)OpenSslLibrary.Required("BIO_write");

    /// <summary><c>BIO_ctrl(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, nint, void*, nint> BIO_ctrl = (delegate* unmanaged<nint, int, nint, void*, nint>)OpenSslLibrary.Required("BIO_ctrl");
}
