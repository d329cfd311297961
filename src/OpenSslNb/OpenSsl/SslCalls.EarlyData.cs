using OpenSslNb.Engine;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <content>Early data (RFC 8446 §2.3; <c>SSL_read_early_data(3)</c>): a client's goes before its handshake, a server takes it before its own.</content>
internal readonly unsafe partial struct SslCalls
{
    private const int EarlyReadSize = 4 * 1024;

    // Done when the handshake may go on.
    private SslStep MoveEarlyData()
    {
        if (instance.IsSendingEarlyData)
        {
            // Not frozen, all the same: the first flight is sent by this call too, and reads nothing.
            fixed (byte* buffer = instance.EarlyOutput)
            {
                SslStep step = Perform(SslOperation.Write, buffer, instance.EarlyOutput!.Length, inputFrozen: false, early: true);
                if (!step.IsDone) return step;
            }

            instance.IsSendingEarlyData = false;
        }

        if (instance.IsTakingEarlyData) return TakeEarlyData();
        return SslStep.Done();
    }

    // All that the client sends before its handshake ends; OpenSSL refuses more than it was told to take.
    private SslStep TakeEarlyData()
    {
        byte* buffer = stackalloc byte[EarlyReadSize];
        while (instance.IsTakingEarlyData)
        {
            SslStep step = Perform(SslOperation.Read, buffer, EarlyReadSize, inputFrozen: false, early: true);
            if (!step.IsDone) return step;
            instance.KeepEarlyData(new ReadOnlySpan<byte>(buffer, step.Bytes));
        }

        return SslStep.Done();
    }

    private int ReadEarlyData(byte* buffer, int length, nuint* moved)
    {
        int result = LibSsl.SSL_read_early_data(instance.Ssl, buffer, (nuint)length, moved);
        if (result != SslConst.SSL_READ_EARLY_DATA_FINISH) return result;
        instance.IsTakingEarlyData = false;

        // It may have read on into the client's Finished, found that wrong, and say so in the error queue alone, which the next call would find cleared.
        return LibCrypto.ERR_peek_error() == 0 ? result : SslConst.SSL_READ_EARLY_DATA_ERROR;
    }

    // A server's answer to early data, to a client that has not finished its handshake.
    private SslStep WriteEarly(in PendingWrite write)
    {
        fixed (byte* buffer = write.Bytes)
        {
            return Perform(SslOperation.Write, buffer, write.Length, inputFrozen: true, early: true);
        }
    }
}
