namespace OpenSslNb.Interop.Tests;

/// <summary>One of the SafeHandles: how an object of it is made, and how its life can be watched.</summary>
/// <param name="Name">The C type.</param>
/// <param name="ExIndex">CRYPTO_EX_INDEX_* of openssl/crypto.h, for its free callback.</param>
/// <param name="Make">A handle that owns a new object.</param>
/// <param name="Adopt">A handle that takes over a reference.</param>
/// <param name="Live">Our own count of it.</param>
internal sealed unsafe record HandleKind(string Name, int ExIndex, Func<SafeOpenSslHandle> Make, Func<nint, SafeOpenSslHandle>? Adopt, Func<int>? Live)
{
    /// <summary>All that OpenSSL counts references of.</summary>
    internal static HandleKind[] All =>
    [
        new("SSL", 0, MakeSsl, null, () => NativeLive.Ssl),
        new("SSL_CTX", 1, MakeContext, null, () => NativeLive.Context),
        new("SSL_SESSION", 2, () => SafeSslSessionHandle.Adopt(MadeBy("SSL_SESSION_new")), SafeSslSessionHandle.Adopt, null),
        new("X509", 3, () => SafeX509Handle.Adopt(LibCrypto.X509_new()), SafeX509Handle.Adopt, () => NativeLive.Certificate),
        new("BIO", 12, () => SafeBioHandle.Adopt(LibCrypto.BIO_new(LibCrypto.BIO_s_mem())), SafeBioHandle.Adopt, () => NativeLive.Bio),
        new("EVP_PKEY", 17, () => SafeEvpPkeyHandle.Adopt(MadeBy("EVP_PKEY_new")), SafeEvpPkeyHandle.Adopt, () => NativeLive.Key),
    ];

    /// <summary>Takes a reference (<c>*_up_ref</c>).</summary>
    internal void UpRef(nint pointer)
    {
        int result = ((delegate* unmanaged<nint, int>)OpenSslLibrary.Required($"{Name}_up_ref"))(pointer);
        if (result != 1) throw OpenSslException.FromQueue($"{Name}_up_ref failed");
    }

    /// <summary>Gives a reference back (<c>*_free</c>).</summary>
    internal void Free(nint pointer) => ((delegate* unmanaged<nint, void>)OpenSslLibrary.Required($"{Name}_free"))(pointer);

    public override string ToString() => Name;

    private static SafeSslCtxHandle MakeContext() => SafeSslCtxHandle.Create();

    // The SSL keeps its context.
    private static SafeSslHandle MakeSsl()
    {
        using SafeSslCtxHandle context = SafeSslCtxHandle.Create();
        return SafeSslHandle.Create(context);
    }

    private static nint MadeBy(string constructor) => ((delegate* unmanaged<nint>)OpenSslLibrary.Required(constructor))();
}
