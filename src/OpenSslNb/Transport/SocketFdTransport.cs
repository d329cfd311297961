using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.Transport;

/// <summary>
/// OpenSSL makes the system calls itself (<c>SSL_set_fd(3)</c>). It can be left in the middle of a record, so reads wait for a blocked write where reading would be fatal:
/// two peers that both send and do not read can stall here until the write timeout.
/// </summary>
/// <remarks>A callback on the BIO (<c>BIO_set_callback_ex(3)</c>) only watches: what ran dry, what ended, what errno was; and it holds back input that must not be taken.</remarks>
internal sealed unsafe class SocketFdTransport(int fd) : CiphertextTransport
{
    // From 4.0 on BIO_eof(3) looks at this flag before it asks the BIO: BIO_FLAGS_AUTO_EOF, which no header that is installed names. Before, nothing uses the bit.
    private const int AutoEof = 0x80;

    private const int WriteRetry = CryptoConst.BIO_FLAGS_WRITE | CryptoConst.BIO_FLAGS_SHOULD_RETRY;
    private const int ReadRetry = CryptoConst.BIO_FLAGS_READ | CryptoConst.BIO_FLAGS_SHOULD_RETRY;

    private nint _ssl;

    public override bool SplitsRecords => true;

    public override bool HasBufferedInput => false;

    public override int Unsent => 0;

    public override Interest Interest => Interest.None;

    public override bool HasRoomFor(int plaintextLength) => true;

    public override void Attach(nint ssl)
    {
        _ssl = ssl;
        if (LibSsl.SSL_set_fd(ssl, fd) != 1) throw OpenSslException.FromQueue("SSL_set_fd failed");
        nint bio = LibSsl.SSL_get_rbio(ssl);

        // Freed when OpenSSL says that the BIO goes.
        LibCrypto.BIO_set_callback_arg(bio, GCHandle.ToIntPtr(GCHandle.Alloc(this)));
        LibCrypto.BIO_set_callback_ex(bio, &Observe);
        NativeLive.CountBio(+1);
    }

    // OpenSSL's own BIO cannot be told to drop what it is given; another one does.
    public override void CloseOutput()
    {
        base.CloseOutput();
        nint sink = LibCrypto.BIO_new(LibCrypto.BIO_s_null());
        if (sink != 0) LibSsl.SSL_set0_wbio(_ssl, sink);
    }

    public override bool Flush() => false;

    public override void OnReadable()
    {
        // Nothing is remembered about the socket.
    }

    public override void EndTurn()
    {
        // Nothing is borrowed.
    }

    public override void Dispose()
    {
        // The descriptor is the connection's.
    }

    // OpenSSL has no use for these two: a handshake that runs off the loop has.
    internal override int OnBioRead(Span<byte> destination)
    {
        int received = SocketCalls.Receive(fd, destination);
        if (received > 0) BytesTaken += (ulong)received;
        else if (received == 0) SawEndOfStream = true;
        else if (!SocketCalls.IsWouldBlock(received)) Errno = -received;
        return Math.Max(received, -1);
    }

    internal override int OnBioWrite(ReadOnlySpan<byte> source)
    {
        int sent = SocketCalls.Send(fd, source);
        if (sent >= 0)
        {
            BytesGiven += (ulong)sent;
            return sent;
        }

        if (SocketCalls.IsWouldBlock(sent)) return -1;
        SendErrno = -sent;
        return source.Length;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Observe(nint bio, int operation, byte* argument, nuint length, int number, nint longNumber, int result, nuint* processed)
    {
        int errno = Marshal.GetLastSystemError();
        nint handle = LibCrypto.BIO_get_callback_arg(bio);
        if (handle == 0) return result;
        if (operation == CryptoConst.BIO_CB_FREE)
        {
            LibCrypto.BIO_set_callback_arg(bio, 0);
            GCHandle.FromIntPtr(handle).Free();
            NativeLive.CountBio(-1);
            return result;
        }

        // Sound: the handle is freed above only, and OpenSSL makes no call on a freed BIO.
        return Unsafe.As<SocketFdTransport>(GCHandle.FromIntPtr(handle).Target!).OnOperation(bio, operation, length, number, result, processed, errno);
    }

    // Memory that the kernel lacks for a moment is "not now", as it is where the system calls are ours; OpenSSL takes it for the end.
    private static bool MayRetry(nint bio, int errno, int retry)
    {
        if (LibCrypto.BIO_test_flags(bio, CryptoConst.BIO_FLAGS_SHOULD_RETRY) != 0) return true;
        if (!SocketCalls.IsWouldBlock(-errno)) return false;
        LibCrypto.BIO_set_flags(bio, retry);
        return true;
    }

    private int OnOperation(nint bio, int operation, nuint length, int number, int result, nuint* processed, int errno)
    {
        switch (operation)
        {
            case CryptoConst.BIO_CB_READ when InputFrozen:
                RanDry = true;
                LibCrypto.BIO_clear_flags(bio, CryptoConst.BIO_FLAGS_RWS | CryptoConst.BIO_FLAGS_SHOULD_RETRY);
                LibCrypto.BIO_set_flags(bio, ReadRetry);
                return -1;
            case CryptoConst.BIO_CB_READ | CryptoConst.BIO_CB_RETURN when result > 0:
                BytesTaken += *processed;
                break;
            case CryptoConst.BIO_CB_READ | CryptoConst.BIO_CB_RETURN:
                if (result == 0)
                {
                    // Not told, as with the other transports: TransportBio.OnControl.
                    SawEndOfStream = true;
                    LibCrypto.BIO_clear_flags(bio, AutoEof);
                    return -1;
                }

                if (MayRetry(bio, errno, ReadRetry)) RanDry = true;
                else Errno = errno;
                break;
            case CryptoConst.BIO_CB_CTRL | CryptoConst.BIO_CB_RETURN when number == CryptoConst.BIO_CTRL_EOF:
                // As with the other transports: TransportBio.OnControl.
                return 0;
            case CryptoConst.BIO_CB_WRITE | CryptoConst.BIO_CB_RETURN when result > 0:
                BytesGiven += *processed;
                break;
            case CryptoConst.BIO_CB_WRITE | CryptoConst.BIO_CB_RETURN:
                if (!MayRetry(bio, errno, WriteRetry)) SendErrno = errno;
                break;
        }

        return result;
    }
}
