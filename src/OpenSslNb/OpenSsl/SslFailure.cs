using System.Runtime.InteropServices;
using OpenSslNb.Interop;
using OpenSslNb.Transport;

namespace OpenSslNb.OpenSsl;

/// <summary>Gives a failed call its name: which of the <see cref="CloseReason"/>s it was. Drains the error queue.</summary>
internal static unsafe class SslFailure
{
    public static CloseOutcome Classify(SslInstance instance, SslOperation operation, int error, int errno)
    {
        IReadOnlyList<OpenSslError> errors = ErrorQueue.Drain();
        if ((instance.CallbackFailure ?? instance.Transport.CallbackFailure) is { } thrown) return Outcome(instance, CloseReason.CallbackFailed, thrown);

        // A failed send takes the socket's pending error with it: what recv says after that looks like an end of stream.
        if (instance.Transport.SendErrno != 0 && IsEndOfStream(error, errors)) return Outcome(instance, CloseReason.Reset, Broken(operation, instance.Transport.SendErrno));
        if (instance.Transport.SawEndOfStream && IsEndOfStream(error, errors)) return Outcome(instance, CloseReason.Truncated, Truncation(operation, errors));
        if (BrokenBy(instance.Transport) is not 0 and int broken) return Outcome(instance, CloseReason.Reset, Broken(operation, broken));
        // The peer is not to blame, whatever OpenSSL makes of it: without memory a good certificate fails its verification too.
        if (IsShortage(errors)) return Outcome(instance, CloseReason.LocalError, new OpenSslException($"OpenSSL was short of memory during {Name(operation)}", errors));
        if ((HasReason(errors, SslConst.SSL_R_CERTIFICATE_VERIFY_FAILED) || HasReason(errors, SslConst.SSL_R_INVALID_STATUS_RESPONSE)) && VerificationText(instance) is { } text)
        {
            return Outcome(instance, CloseReason.VerificationFailed, new OpenSslException($"the peer's certificate is not acceptable: {text}", errors));
        }

        // OpenSSL 4.0 reads what is stapled before we are asked, and refuses by itself what it cannot read.
        if (instance.AlertSent == SslConst.SSL_AD_BAD_CERTIFICATE_STATUS_RESPONSE)
        {
            return Outcome(instance, CloseReason.VerificationFailed, new OpenSslException($"the peer's certificate is not acceptable: its stapled status cannot be read: {OcspResponse.NotOne}", errors));
        }

        if (error == SslConst.SSL_ERROR_ZERO_RETURN)
        {
            return Outcome(instance, CloseReason.ProtocolError, new OpenSslException($"the peer sent close_notify during {Name(operation)}", errors));
        }

        // SYSCALL with an empty queue and nothing seen on the transport: OpenSSL's own view of errno is all there is.
        if (errors.Count == 0 && error == SslConst.SSL_ERROR_SYSCALL && errno != 0) return Outcome(instance, CloseReason.Reset, Broken(operation, errno));
        return Outcome(instance, CloseReason.ProtocolError, new OpenSslException($"{Name(operation)} failed", errors));
    }

    /// <summary>The peer's close_notify in the middle of a renegotiation: it will not answer any more, so nothing can be sent again, not even our close_notify.</summary>
    public static CloseOutcome ClosedInRenegotiation(SslInstance instance) =>
        Outcome(instance, CloseReason.ProtocolError, new OpenSslException("the peer sent close_notify in the middle of a renegotiation", []));

    // OpenSSL 3 reports the missing close_notify in the queue; 1.1.1 as a system call without an error.
    private static bool IsEndOfStream(int error, IReadOnlyList<OpenSslError> errors) =>
        HasReason(errors, SslConst.SSL_R_UNEXPECTED_EOF_WHILE_READING) || (error == SslConst.SSL_ERROR_SYSCALL && errors.Count == 0);

    private static int BrokenBy(CiphertextTransport transport) => transport.Errno != 0 ? transport.Errno : transport.SendErrno;

    private static bool HasReason(IReadOnlyList<OpenSslError> errors, int reason)
    {
        foreach (OpenSslError error in errors)
        {
            if (error.LibraryCode == CryptoConst.ERR_LIB_SSL && error.ReasonCode == reason) return true;
        }

        return false;
    }

    // Any part of OpenSSL may say so; before 3.0 the reason was a smaller number.
    private static bool IsShortage(IReadOnlyList<OpenSslError> errors)
    {
        const int Before3 = 65;
        int shortage = OpenSslLibrary.Version.Is3OrLater ? CryptoConst.ERR_R_MALLOC_FAILURE : Before3;
        foreach (OpenSslError error in errors)
        {
            if (error.ReasonCode == shortage && error.LibraryCode != CryptoConst.ERR_LIB_SYS) return true;
        }

        return false;
    }

    private static CloseOutcome Outcome(SslInstance instance, CloseReason reason, Exception exception) =>
        new(reason, exception, instance.AlertSent, instance.AlertReceived ?? (exception as OpenSslException)?.Alert);

    private static OpenSslException Truncation(SslOperation operation, IReadOnlyList<OpenSslError> errors) =>
        new($"the peer ended the stream without close_notify during {Name(operation)}", errors);

    private static IOException Broken(SslOperation operation, int errno) =>
        new($"the transport failed during {Name(operation)}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})");

    private static string? VerificationText(SslInstance instance)
    {
        if (instance.VerificationFault is { } own) return own;
        nint result = LibSsl.SSL_get_verify_result(instance.Ssl);
        return result == CryptoConst.X509_V_OK ? null : Marshal.PtrToStringUTF8((nint)LibCrypto.X509_verify_cert_error_string(result));
    }

    private static string Name(SslOperation operation) => operation switch
    {
        SslOperation.Handshake => "the handshake",
        SslOperation.Read => "a read",
        SslOperation.Write => "a write",
        _ => "the shutdown",
    };
}
