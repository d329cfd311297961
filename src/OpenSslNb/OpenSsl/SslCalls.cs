using System.Runtime.InteropServices;
using OpenSslNb.Engine;
using OpenSslNb.Interop;
using OpenSslNb.Transport;

namespace OpenSslNb.OpenSsl;

/// <summary>
/// The only place that makes SSL I/O calls. Each attempt clears the error queue, calls, reads errno, asks <c>SSL_get_error(3)</c> and translates, in one method and on one thread.
/// </summary>
internal readonly unsafe partial struct SslCalls(SslInstance instance) : ISslCalls
{
    public bool IsInHandshake => LibSsl.SSL_in_init(instance.Ssl) != 0;

    public bool ReadWaitsForBlockedWrite =>
        instance.Transport.SplitsRecords && (instance.Context.AllowsRenegotiation || LibSsl.SSL_version(instance.Ssl) >= SslConst.TLS1_3_VERSION);

    public ulong InputPosition => instance.Transport.BytesTaken;

    public bool HasRoomFor(int plaintextLength) => instance.Transport.HasRoomFor(plaintextLength);

    public SslStep Handshake() => instance.OffLoop is { } offLoop ? offLoop.Step() : HandshakeHere();

    /// <summary>The step on this thread, whichever that is.</summary>
    public SslStep HandshakeHere()
    {
        if (MoveEarlyData() is { IsDone: false } early) return early;

        // After the handshake this only sends a KeyUpdate: application data must not be met here.
        while (true)
        {
            ulong before = InputPosition;
            SslStep step = Perform(SslOperation.Handshake, null, 0, inputFrozen: instance.IsEstablished);
            if (step.IsDone && !instance.IsEstablished)
            {
                step = instance.FinishVerification();

                // OpenSSL sends no alert of ours: an orderly close is all there is.
                if (step.Kind == SslStepKind.Failed) _ = Perform(SslOperation.Shutdown, null, 0, inputFrozen: true);
            }

            if (step.IsDone && !instance.IsEstablished) instance.OnEstablished();

            // Blocked on read though bytes were there: a record that did not move the handshake. The next may.
            if (step.Want != SslWant.Read || instance.Transport.RanDry || InputPosition == before) return step;
        }
    }

    public SslStep Read(Span<byte> destination)
    {
        bool isKnownToBlock = instance.IsReadKnownToBlock;
        instance.LastReadGaveData = false;
        if (isKnownToBlock) return SslStep.Blocked(SslWant.Read);
        fixed (byte* buffer = destination)
        {
            SslStep step = Perform(SslOperation.Read, buffer, destination.Length, inputFrozen: false);
            if (step.Kind == SslStepKind.Closed) instance.PeerHasClosed = true;
            instance.LastReadGaveData = step.Bytes > 0;

            // SSL_MODE_AUTO_RETRY is off: OpenSSL stops after each record without application data, with more at hand.
            return step.Want == SslWant.Read && !instance.Transport.RanDry ? SslStep.Done() : step;
        }
    }

    public SslStep Write(in PendingWrite write)
    {
        if (!instance.IsEstablished) return WriteEarly(write);

        // What SSL_read has decrypted and not given yet would be met by the handshake inside SSL_write, which must not see it.
        if (IsInHandshake && LibSsl.SSL_pending(instance.Ssl) > 0) return SslStep.Blocked(SslWant.Read);

        // A renegotiation that was asked for and has not begun would begin in this very call, and the peer has said that it will not answer.
        if (instance.PeerHasClosed && LibSsl.SSL_renegotiate_pending(instance.Ssl) != 0) return SslStep.Failed(SslFailure.ClosedInRenegotiation(instance));

        // The chunk is pinned for its life, so the pointer is the same at each attempt.
        fixed (byte* buffer = write.Bytes)
        {
            return Perform(SslOperation.Write, buffer, write.Length, inputFrozen: true);
        }
    }

    public bool CanWriteAtOnce(int plaintextLength) =>
        !instance.Transport.SplitsRecords && !instance.Context.AllowsRenegotiation && !IsInHandshake && instance.Transport.HasRoomFor(plaintextLength);

    public SslStep WriteAtOnce(ReadOnlySpan<byte> data)
    {
        fixed (byte* buffer = data)
        {
            // Nothing that CanWriteAtOnce has not ruled out makes it block; if it did, these bytes could not be frozen for the retry, and the connection is lost.
            SslStep step = Perform(SslOperation.Write, buffer, data.Length, inputFrozen: true);
            return step.IsBlocked ? SslStep.Failed(new CloseOutcome(CloseReason.LocalError, new InvalidOperationException($"SSL_write wants {step.Want} though its record had room"))) : step;
        }
    }

    public SslStep Shutdown()
    {
        // SSL_shutdown(3) fails for good while a handshake is on; whatever the handshake waits for comes first.
        if (IsInHandshake) return SslStep.Blocked(LibSsl.SSL_want(instance.Ssl) == SslConst.SSL_WRITING ? SslWant.Write : SslWant.Read);
        SslStep step = Perform(SslOperation.Shutdown, null, 0, inputFrozen: true);
        if (step.IsDone) instance.Transport.CloseOutput();
        return step;
    }

    // On TLS 1.3 a handshake that is on after the first one is a KeyUpdate of ours, which needs no answer.
    private bool IsRenegotiating => IsInHandshake && LibSsl.SSL_version(instance.Ssl) < SslConst.TLS1_3_VERSION;

    private bool HasClosedWithoutError =>
        !instance.Transport.SawEndOfStream && !IsInHandshake && LibCrypto.ERR_peek_error() == 0 && (LibSsl.SSL_get_shutdown(instance.Ssl) & SslConst.SSL_RECEIVED_SHUTDOWN) != 0;

    private SslStep Perform(SslOperation operation, byte* buffer, int length, bool inputFrozen, bool early = false)
    {
        nuint moved = 0;
        CiphertextTransport transport = instance.Transport;
        nint ssl = instance.Ssl;
        transport.RanDry = false;
        transport.InputFrozen = inputFrozen;

        // Nearly always it is empty: to look costs less than to clear each of its entries.
        if (LibCrypto.ERR_peek_error() != 0) LibCrypto.ERR_clear_error();
        CiphertextTransport? outer = transport.Bio?.Enter(transport);
        int result = operation switch
        {
            SslOperation.Read when early => ReadEarlyData(buffer, length, &moved),
            SslOperation.Write when early => LibSsl.SSL_write_early_data(ssl, buffer, (nuint)length, &moved),
            SslOperation.Handshake => LibSsl.SSL_do_handshake(ssl),
            SslOperation.Read => LibSsl.SSL_read(ssl, buffer, length),
            SslOperation.Write => LibSsl.SSL_write(ssl, buffer, length),
            _ => LibSsl.SSL_shutdown(ssl),
        };
        int errno = result > 0 ? 0 : Marshal.GetLastSystemError();
        transport.Bio?.Leave(outer);
        if (result > 0 && instance.CallbackFailure is null) return SslStep.Done(early ? (int)moved : operation is SslOperation.Read or SslOperation.Write ? result : 0);

        // A callback that cannot fail the call itself (the key log) has thrown: OpenSSL knows nothing of it.
        if (instance.CallbackFailure is not null) return SslStep.Failed(SslFailure.Classify(instance, operation, SslConst.SSL_ERROR_NONE, errno));
        int error = LibSsl.SSL_get_error(ssl, result);
        return error switch
        {
            // 0 from SSL_shutdown: our close_notify is out, the peer's has not come; SSL_read will see it.
            _ when operation == SslOperation.Shutdown && result == 0 => SslStep.Done(),
            SslConst.SSL_ERROR_WANT_READ => SslStep.Blocked(SslWant.Read),
            SslConst.SSL_ERROR_WANT_WRITE => SslStep.Blocked(SslWant.Write),
            SslConst.SSL_ERROR_ZERO_RETURN when operation == SslOperation.Read => IsRenegotiating ? SslStep.Failed(SslFailure.ClosedInRenegotiation(instance)) : SslStep.Closed(),

            // With OpenSSL 3.5 and 4.0 close_notify behind an alert user_canceled (RFC 8446 §6.1) looks like a system call that failed, without an error.
            SslConst.SSL_ERROR_SYSCALL when operation == SslOperation.Read && HasClosedWithoutError => SslStep.Closed(),
            SslConst.SSL_ERROR_WANT_CLIENT_HELLO_CB => SslStep.Blocked(SslWant.ClientHello),
            SslConst.SSL_ERROR_WANT_X509_LOOKUP => SslStep.Blocked(SslWant.Certificate),
            SslConst.SSL_ERROR_WANT_RETRY_VERIFY => SslStep.Blocked(SslWant.VerifyRetry),
            SslConst.SSL_ERROR_WANT_ASYNC or SslConst.SSL_ERROR_WANT_ASYNC_JOB => SslStep.Blocked(SslWant.Async),
            _ => SslStep.Failed(SslFailure.Classify(instance, operation, error, errno)),
        };
    }
}
