using System.Runtime.InteropServices;

namespace OpenSslNb.Interop;

/// <summary>An owned native pointer. <see cref="Pointer"/> is for hot paths: valid while the owner keeps the handle alive and undisposed, which the owner guarantees.</summary>
internal abstract class SafeOpenSslHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    internal nint Pointer => handle;

    /// <summary>Takes over what a call of OpenSSL made.</summary>
    /// <exception cref="OpenSslException">It made nothing; the error queue says why.</exception>
    protected void Own(nint made, string type)
    {
        if (made == 0) throw OpenSslException.FromQueue($"no {type} was made");
        SetHandle(made);
    }
}

/// <summary><c>SSL_CTX</c>; its one destructor is <c>SSL_CTX_free(3)</c>.</summary>
internal sealed unsafe class SafeSslCtxHandle : SafeOpenSslHandle
{
    private Action? _released;

    /// <summary><c>SSL_CTX_new(3)</c> for any version and either side.</summary>
    /// <param name="propertyQuery">Which implementations of algorithms are to be used (<c>property(7)</c>), zero-terminated; null for any. Not before OpenSSL 3.0.</param>
    internal static SafeSslCtxHandle Create(byte* propertyQuery = null)
    {
        var owner = new SafeSslCtxHandle();
        LibCrypto.ERR_clear_error();
        owner.SetHandle(propertyQuery == null ? LibSsl.SSL_CTX_new(LibSsl.TLS_method()) : LibSsl.SSL_CTX_new_ex(0, propertyQuery, LibSsl.TLS_method()));
        if (owner.IsInvalid) throw OpenSslException.FromQueue(propertyQuery == null ? "SSL_CTX_new failed" : "SSL_CTX_new_ex failed: does a provider that is loaded have such implementations?");
        NativeLive.CountContext(+1);
        return owner;
    }

    /// <summary>Runs an action after the context is freed: for memory that its callbacks use. Connections hold a reference on this handle, so none is left then.</summary>
    internal void OnReleased(Action action) => _released += action;

    protected override bool ReleaseHandle()
    {
        LibSsl.SSL_CTX_free(handle);
        NativeLive.CountContext(-1);
        _released?.Invoke();
        return true;
    }
}

/// <summary><c>SSL</c>; its one destructor is <c>SSL_free(3)</c>. Holds a reference on its context's handle.</summary>
internal sealed unsafe class SafeSslHandle : SafeOpenSslHandle
{
    private SafeSslCtxHandle? _context;

    /// <summary><c>SSL_new(3)</c>.</summary>
    internal static SafeSslHandle Create(SafeSslCtxHandle context)
    {
        bool referenced = false;
        context.DangerousAddRef(ref referenced);
        var owner = new SafeSslHandle { _context = context };
        LibCrypto.ERR_clear_error();
        owner.SetHandle(LibSsl.SSL_new(context.Pointer));
        if (owner.IsInvalid)
        {
            context.DangerousRelease();
            throw OpenSslException.FromQueue("SSL_new failed");
        }

        NativeLive.CountSsl(+1);
        return owner;
    }

    protected override bool ReleaseHandle()
    {
        LibSsl.SSL_free(handle);
        NativeLive.CountSsl(-1);
        _context!.DangerousRelease();
        return true;
    }
}

/// <summary><c>BIO</c> that is not given to an <c>SSL</c>; its one destructor is <c>BIO_free(3)</c>.</summary>
internal sealed unsafe class SafeBioHandle : SafeOpenSslHandle
{
    /// <summary>Takes over a reference.</summary>
    internal static SafeBioHandle Adopt(nint bio)
    {
        var owner = new SafeBioHandle();
        owner.Own(bio, "BIO");
        NativeLive.CountBio(+1);
        return owner;
    }

    protected override bool ReleaseHandle()
    {
        NativeLive.CountBio(-1);
        return LibCrypto.BIO_free(handle) == 1;
    }
}

/// <summary><c>BIO_METHOD</c>; its one destructor is <c>BIO_meth_free(3)</c>. Must outlive every BIO of it.</summary>
internal sealed unsafe class SafeBioMethodHandle : SafeOpenSslHandle
{
    /// <summary>Takes over the method.</summary>
    internal static SafeBioMethodHandle Adopt(nint method)
    {
        var owner = new SafeBioMethodHandle();
        owner.Own(method, "BIO_METHOD");
        return owner;
    }

    protected override bool ReleaseHandle()
    {
        LibCrypto.BIO_meth_free(handle);
        return true;
    }
}

/// <summary><c>X509</c>; its one destructor is <c>X509_free(3)</c>.</summary>
internal sealed unsafe class SafeX509Handle : SafeOpenSslHandle
{
    /// <summary>Takes over a reference.</summary>
    internal static SafeX509Handle Adopt(nint certificate)
    {
        var owner = new SafeX509Handle();
        owner.Own(certificate, "X509");
        NativeLive.CountCertificate(+1);
        return owner;
    }

    protected override bool ReleaseHandle()
    {
        LibCrypto.X509_free(handle);
        NativeLive.CountCertificate(-1);
        return true;
    }
}

/// <summary><c>EVP_PKEY</c>; its one destructor is <c>EVP_PKEY_free(3)</c>.</summary>
internal sealed unsafe class SafeEvpPkeyHandle : SafeOpenSslHandle
{
    /// <summary>Takes over a reference.</summary>
    internal static SafeEvpPkeyHandle Adopt(nint key)
    {
        var owner = new SafeEvpPkeyHandle();
        owner.Own(key, "EVP_PKEY");
        NativeLive.CountKey(+1);
        return owner;
    }

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_free(handle);
        NativeLive.CountKey(-1);
        return true;
    }
}

/// <summary><c>SSL_SESSION</c>; its one destructor is <c>SSL_SESSION_free(3)</c>.</summary>
internal sealed unsafe class SafeSslSessionHandle : SafeOpenSslHandle
{
    /// <summary>Takes over a reference.</summary>
    internal static SafeSslSessionHandle Adopt(nint session)
    {
        var owner = new SafeSslSessionHandle();
        owner.Own(session, "SSL_SESSION");
        return owner;
    }

    protected override bool ReleaseHandle()
    {
        LibSsl.SSL_SESSION_free(handle);
        return true;
    }
}
