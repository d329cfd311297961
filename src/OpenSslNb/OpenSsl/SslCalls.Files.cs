using System.Runtime.InteropServices;
using OpenSslNb.Engine;
using OpenSslNb.Interop;
using OpenSslNb.Transport;

namespace OpenSslNb.OpenSsl;

/// <content>Files that the kernel encrypts and sends.</content>
internal readonly unsafe partial struct SslCalls
{
    public SslStep SendFile(int file, long offset, long count)
    {
        CiphertextTransport transport = instance.Transport;
        nint ssl = instance.Ssl;
        transport.InputFrozen = true;
        if (LibCrypto.ERR_peek_error() != 0) LibCrypto.ERR_clear_error();
        nint sent = LibSsl.SSL_sendfile(ssl, file, (nint)offset, (nuint)count, 0);
        int errno = sent >= 0 ? 0 : Marshal.GetLastSystemError();
        if (sent >= 0)
        {
            transport.OnFileSent(sent);
            return SslStep.Done((int)sent);
        }

        int error = LibSsl.SSL_get_error(ssl, (int)sent);
        if (error == SslConst.SSL_ERROR_WANT_WRITE) return SslStep.Blocked(SslWant.Write);

        // The queue only says "uninitialized", whatever it was.
        if (errno != 0) transport.OnFileFailed(errno);
        return SslStep.Failed(SslFailure.Classify(instance, SslOperation.Write, error, errno));
    }
}
