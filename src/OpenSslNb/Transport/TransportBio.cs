using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.Transport;

/// <summary>The <c>BIO_METHOD</c> that connects OpenSSL to a <see cref="CiphertextTransport"/> (<c>BIO_meth_new(3)</c>). One for the process; it is never freed.</summary>
internal static unsafe class TransportBio
{
    private const int EndOfStreamControl = CryptoConst.BIO_CTRL_EOF;
    private const int FlushControl = CryptoConst.BIO_CTRL_FLUSH;
    private const int ReadRetry = CryptoConst.BIO_FLAGS_READ | CryptoConst.BIO_FLAGS_SHOULD_RETRY;
    private const int WriteRetry = CryptoConst.BIO_FLAGS_WRITE | CryptoConst.BIO_FLAGS_SHOULD_RETRY;
    private const int AnyRetry = CryptoConst.BIO_FLAGS_RWS | CryptoConst.BIO_FLAGS_SHOULD_RETRY;

    private static readonly Lock s_gate = new();

    // Made with the first transport. Not by a static initialiser: one that fails for want of memory would fail for good.
    private static nint s_method;

    /// <summary>Makes a BIO over the transport and gives it to the <c>SSL</c>, which frees it with itself (<c>SSL_set_bio(3)</c>: one BIO for both directions, one reference).</summary>
    public static void Attach(nint ssl, CiphertextTransport transport)
    {
        nint bio = LibCrypto.BIO_new(Method());
        if (bio == 0) throw OpenSslException.FromQueue("BIO_new failed");

        // Freed by OnDestroy, which OpenSSL calls exactly once, when the last reference on the BIO goes.
        LibCrypto.BIO_set_data(bio, GCHandle.ToIntPtr(GCHandle.Alloc(transport)));
        LibCrypto.BIO_set_init(bio, 1);
        NativeLive.CountBio(+1);
        LibSsl.SSL_set_bio(ssl, bio, bio);
    }

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
        CiphertextTransport transport = TransportOf(bio);
        try
        {
            if (transport.Errno != 0 || transport.CallbackFailure is not null) return -1;
            int count = transport.InputFrozen ? -1 : transport.OnBioRead(new Span<byte>(buffer, length));
            if (count >= 0 || transport.Errno != 0) return count;
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
        CiphertextTransport transport = TransportOf(bio);
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

    // Must leave the retry flags alone: OpenSSL 3 makes ctrl calls between a failed read and SSL_get_error.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnControl(nint bio, int command, nint number, nint pointer) => command switch
    {
        FlushControl => 1,
        EndOfStreamControl => TransportOf(bio).SawEndOfStream ? 1 : 0,
        _ => 0,
    };

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

    // Sound: the handle is freed only by OnDestroy, after which OpenSSL makes no call on the BIO.
    private static CiphertextTransport TransportOf(nint bio) =>
        Unsafe.As<CiphertextTransport>(GCHandle.FromIntPtr(LibCrypto.BIO_get_data(bio)).Target!);
}
