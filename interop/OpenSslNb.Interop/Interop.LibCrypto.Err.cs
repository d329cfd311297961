namespace OpenSslNb.Interop;

/// <content>The error queue: openssl/err.h; and openssl/crypto.h.</content>
internal static unsafe partial class LibCrypto
{
    /// <summary><c>ERR_clear_error(3)</c>.</summary>
    internal static readonly delegate* unmanaged<void> ERR_clear_error = (delegate* unmanaged<void>)OpenSslLibrary.Required("ERR_clear_error");

    /// <summary><c>ERR_peek_error(3)</c>.</summary>
    internal static readonly delegate* unmanaged<ulong> ERR_peek_error = (delegate* unmanaged<ulong>)OpenSslLibrary.Required("ERR_peek_error");

    /// <summary><c>ERR_get_error_all(3)</c>. Null where the version in use lacks it.</summary>
    internal static readonly delegate* unmanaged<byte**, int*, byte**, byte**, int*, ulong> ERR_get_error_all = (delegate* unmanaged<byte**, int*, byte**, byte**, int*, ulong>)OpenSslLibrary.Optional("ERR_get_error_all");

    /// <summary><c>ERR_get_error_line_data(3)</c>. Null where the version in use lacks it.</summary>
    internal static readonly delegate* unmanaged<byte**, int*, byte**, int*, ulong> ERR_get_error_line_data = (delegate* unmanaged<byte**, int*, byte**, int*, ulong>)OpenSslLibrary.Optional("ERR_get_error_line_data");

    /// <summary><c>ERR_lib_error_string(3)</c>.</summary>
    internal static readonly delegate* unmanaged<ulong, byte*> ERR_lib_error_string = (delegate* unmanaged<ulong, byte*>)OpenSslLibrary.Required("ERR_lib_error_string");

    /// <summary><c>ERR_reason_error_string(3)</c>.</summary>
    internal static readonly delegate* unmanaged<ulong, byte*> ERR_reason_error_string = (delegate* unmanaged<ulong, byte*>)OpenSslLibrary.Required("ERR_reason_error_string");

    /// <summary><c>ERR_put_error(3)</c>. Null where the version in use lacks it.</summary>
    internal static readonly delegate* unmanaged<int, int, int, byte*, int, void> ERR_put_error = (delegate* unmanaged<int, int, int, byte*, int, void>)OpenSslLibrary.Optional("ERR_put_error");

    /// <summary><c>ERR_new(3)</c>. Null where the version in use lacks it.</summary>
    internal static readonly delegate* unmanaged<void> ERR_new = (delegate* unmanaged<void>)OpenSslLibrary.Optional("ERR_new");

    /// <summary><c>ERR_set_error(3)</c>. Null where the version in use lacks it.</summary>
    internal static readonly delegate* unmanaged<int, int, byte*, void> ERR_set_error = (delegate* unmanaged<int, int, byte*, void>)OpenSslLibrary.Optional("ERR_set_error");

    /// <summary><c>ERR_set_debug(3)</c>. Null where the version in use lacks it.</summary>
    internal static readonly delegate* unmanaged<byte*, int, byte*, void> ERR_set_debug = (delegate* unmanaged<byte*, int, byte*, void>)OpenSslLibrary.Optional("ERR_set_debug");

    /// <summary><c>ERR_set_error_data</c>, which <c>ERR_add_error_data(3)</c> is made of: the text was allocated by <see cref="CRYPTO_malloc"/> and is OpenSSL's from then on.</summary>
    internal static readonly delegate* unmanaged<byte*, int, void> ERR_set_error_data = (delegate* unmanaged<byte*, int, void>)OpenSslLibrary.Required("ERR_set_error_data");

    /// <summary><c>CRYPTO_get_ex_new_index(3)</c>.</summary>
    internal static readonly delegate* unmanaged<int, nint, void*, void*, void*, void*, int> CRYPTO_get_ex_new_index = (delegate* unmanaged<int, nint, void*, void*, void*, void*, int>)OpenSslLibrary.Required("CRYPTO_get_ex_new_index");
}
