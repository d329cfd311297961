namespace OpenSslNb.Interop;

/// <content>PKCS#12, stacks and memory: openssl/pkcs12.h, openssl/stack.h, openssl/crypto.h.</content>
internal static unsafe partial class LibCrypto
{
    /// <summary><c>CRYPTO_free(3)</c>: what <c>OPENSSL_free</c> is; file and line are for debugging.</summary>
    internal static readonly delegate* unmanaged<void*, byte*, int, void> CRYPTO_free = (delegate* unmanaged<void*, byte*, int, void>)OpenSslLibrary.Required("CRYPTO_free");

    /// <summary><c>d2i_PKCS12(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint*, byte**, nint, nint> d2i_PKCS12 = (delegate* unmanaged<nint*, byte**, nint, nint>)OpenSslLibrary.Required("d2i_PKCS12");

    /// <summary><c>PKCS12_parse(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, nint*, nint*, nint*, int> PKCS12_parse = (delegate* unmanaged<nint, byte*, nint*, nint*, nint*, int>)OpenSslLibrary.Required("PKCS12_parse");

    /// <summary><c>PKCS12_free(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> PKCS12_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("PKCS12_free");

    /// <summary><c>DEFINE_STACK_OF(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> OPENSSL_sk_num = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("OPENSSL_sk_num");

    /// <summary><c>DEFINE_STACK_OF(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, nint> OPENSSL_sk_value = (delegate* unmanaged<nint, int, nint>)OpenSslLibrary.Required("OPENSSL_sk_value");

    /// <summary><c>DEFINE_STACK_OF(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint> OPENSSL_sk_shift = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("OPENSSL_sk_shift");

    /// <summary><c>DEFINE_STACK_OF(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> OPENSSL_sk_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("OPENSSL_sk_free");
}
