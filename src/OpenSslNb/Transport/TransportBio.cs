using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.Transport;

/// <summary>
/// The <c>BIO</c> between OpenSSL and our transports. One serves all connections of a loop: it carries the ciphertext of the transport that is entered, and a connection needs no BIO, no lock and no handle of its own.
/// </summary>
/// <remarks>Used by one thread at a time. Its <c>BIO_METHOD</c> (<c>BIO_meth_new(3)</c>) is one for the process and never freed.</remarks>
internal sealed unsafe class TransportBio : SafeOpenSslHandle
{
    private const int FlushControl = CryptoConst.BIO_CTRL_FLUSH;
    private const int ReadRetry = CryptoConst.BIO_FLAGS_READ | CryptoConst.BIO_FLAGS_SHOULD_RETRY;
    private const int WriteRetry = CryptoConst.BIO_FLAGS_WRITE | CryptoConst.BIO_FLAGS_SHOULD_RETRY;
    private const int AnyRetry = CryptoConst.BIO_FLAGS_RWS | CryptoConst.BIO_FLAGS_SHOULD_RETRY;

    private static readonly Lock s_gate = new();

    // Made with the first transport. Not by a static initialiser: one that fails for want of memory would fail for good.
    private static nint s_method;

    // Whose ciphertext is carried: not null only while an SSL call of that transport runs.
    private CiphertextTransport? _current;

    /// <summary>Makes the BIO.</summary>
    /// <exception cref="OpenSslException">Memory is short.</exception>
    public TransportBio()
    {
        Own(LibCrypto.BIO_new(Method()), "BIO");

        // Weak: whoever makes a call holds this object. Freed by OnDestroy, which OpenSSL calls exactly once, when the last reference on the BIO goes.
        LibCrypto.BIO_set_data(handle, GCHandle.ToIntPtr(GCHandle.Alloc(this, GCHandleType.Weak)));
        LibCrypto.BIO_set_init(handle, 1);
        NativeLive.CountBio(+1);
    }

    /// <summary>Makes an <c>SSL</c> use the BIO; it keeps a reference (<c>SSL_set_bio(3)</c>: one BIO for both directions, one reference).</summary>
    /// <exception cref="ObjectDisposedException">The loop has stopped.</exception>
    public void Attach(nint ssl)
    {
        bool referenced = false;
        DangerousAddRef(ref referenced);
        _ = LibCrypto.BIO_up_ref(handle);
        LibSsl.SSL_set_bio(ssl, handle, handle);
        DangerousRelease();
    }

    /// <summary>Before an SSL call: from now on the BIO carries this transport's ciphertext.</summary>
    /// <returns>What it carried before, for <see cref="Leave"/>: an SSL call can be made under another one's callback.</returns>
    public CiphertextTransport? Enter(CiphertextTransport transport)
    {
        CiphertextTransport? outer = _current;
        _current = transport;
        return outer;
    }

    /// <summary>After the SSL call.</summary>
    public void Leave(CiphertextTransport? outer) => _current = outer;

    protected override bool ReleaseHandle() => LibCrypto.BIO_free(handle) == 1;

    private static nint Method()
    {
        if (Volatile.Read(ref s_method) is not 0 and nint made) return made;
        lock (s_gate)
        {
            if (s_method == 0) Volatile.Write(ref s_method, CreateMethod());
            return s_method;
        }
    }

    private static nint CreateMethod()
    {
        int index = LibCrypto.BIO_get_new_index();
        fixed (byte* name = "opensslnb transport\0"u8)
        {
            nint method = LibCrypto.BIO_meth_new(index | CryptoConst.BIO_TYPE_SOURCE_SINK, name);
            if (method == 0) throw OpenSslException.FromQueue("BIO_meth_new failed");
            _ = LibCrypto.BIO_meth_set_read(method, &OnRead);
            _ = LibCrypto.BIO_meth_set_write(method, &OnWrite);
            _ = LibCrypto.BIO_meth_set_ctrl(method, &OnControl);
            _ = LibCrypto.BIO_meth_set_destroy(method, &OnDestroy);
            return method;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnRead(nint bio, byte* buffer, int length)
    {
        // Each time: OpenSSL sets them too, when it stops behind a record without application data.
        LibCrypto.BIO_clear_flags(bio, AnyRetry);
        if (TransportOf(bio) is not { } transport) return -1;
        try
        {
            if (transport.Errno != 0 || transport.CallbackFailure is not null) return -1;
            int count = transport.InputFrozen ? -1 : transport.OnBioRead(new Span<byte>(buffer, length));
            if (count > 0) return count;

            // The end of the stream is not told, not even by 0: see OnControl.
            if (count == 0 || transport.Errno != 0) return -1;
            transport.RanDry = true;
            LibCrypto.BIO_set_flags(bio, ReadRetry);
            return -1;
        }
        catch (Exception e)
        {
            // No exception may cross OpenSSL's frames; the connection is closed with it as soon as they are left.
            transport.CallbackFailure = e;
            return -1;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnWrite(nint bio, byte* buffer, int length)
    {
        LibCrypto.BIO_clear_flags(bio, AnyRetry);
        if (TransportOf(bio) is not { } transport) return -1;
        try
        {
            if (transport.Errno != 0 || transport.CallbackFailure is not null) return -1;
            int count = transport.OnBioWrite(new ReadOnlySpan<byte>(buffer, length));
            if (count >= 0 || transport.Errno != 0) return count;
            LibCrypto.BIO_set_flags(bio, WriteRetry);
            return -1;
        }
        catch (Exception e)
        {
            transport.CallbackFailure = e;
            return -1;
        }
    }

    // Must leave the retry flags alone: OpenSSL 3 makes ctrl calls between a failed read and SSL_get_error. The end of the stream is not told (BIO_eof(3), which since 4.0 also looks at what a read gave): OpenSSL 3 would answer it with a fatal alert, and throw away a session that
    // may well be resumed. Whoever made the call knows from the transport.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnControl(nint bio, int command, nint number, nint pointer) => command == FlushControl ? 1 : 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnDestroy(nint bio)
    {
        nint data = LibCrypto.BIO_get_data(bio);
        if (data == 0) return 1;
        LibCrypto.BIO_set_data(bio, 0);
        GCHandle.FromIntPtr(data).Free();
        NativeLive.CountBio(-1);
        return 1;
    }

    // Sound: the handle is freed only by OnDestroy, after which OpenSSL makes no call on the BIO. Null when nobody has entered, or nobody is left to.
    private static CiphertextTransport? TransportOf(nint bio) =>
        Unsafe.As<TransportBio?>(GCHandle.FromIntPtr(LibCrypto.BIO_get_data(bio)).Target)?._current;
}
