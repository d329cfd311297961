using OpenSslNb.Engine;
using OpenSslNb.Transport;

namespace OpenSslNb.Connections;

/// <content>Early data (RFC 8446 §2.3): a client's, which may have to be sent again, and a server's, which its application takes or leaves.</content>
internal sealed partial class ConnectionDriver
{
    // A client's early data while it may have to go before everything else once the handshake has ended. What is sent meanwhile waits behind it.
    private ReadOnlyMemory<byte> _resend;

    // The server's application has taken some: its answer has to go out, whatever else.
    private bool _tookEarlyData;

    // The server's application has left some early data: all behind it is kept too.
    private bool _keepsEarlyData;

    /// <summary>Before <see cref="Begin"/>, and after a session was offered.</summary>
    public void OfferEarlyData(ReadOnlyMemory<byte> data, bool resend)
    {
        _ = _instance.TrySendEarly(data.Span);
        if (resend) _resend = data;
    }

    // Something of the application's is on its way before the handshake has ended.
    private bool UsesEarlyData => _instance.EarlyOutput is not null || !_resend.IsEmpty || _tookEarlyData;

    // The handshake has ended: what the server did not take goes now, if the application wants so.
    private void SettleEarlyData()
    {
        ReadOnlyMemory<byte> resend = _resend;
        _resend = default;
        if (resend.IsEmpty || _connection.Info!.EarlyData == TlsEarlyData.Accepted) return;
        SendMoment moment;
        lock (_outboundGuard)
        {
            Accept(resend.Length);
            moment = NoteMoment();
        }

        _machine.Outbound.Append(resend.Span);
        _machine.AskWrite();
        TraceSend(moment, TlsTraceEvent.SendQueued, resend.Length);
    }

    private void DeliverEarlyData()
    {
        Span<byte> plaintext = _resources.Buffers.Plaintext;
        while (_instance.EarlyInputLength > 0 && _machine.State != ConnectionState.Failed)
        {
            ReadOnlySpan<byte> data = plaintext[.._instance.TakeEarlyInput(plaintext)];
            if (_keepsEarlyData || !TakesEarlyData(data)) _inbound.Append(data);
        }
    }

    private bool TakesEarlyData(ReadOnlySpan<byte> data)
    {
        // The answer may go at once. Not where the kernel may refuse it: SSL_write_early_data(3) does not tell when its last step, a flush, has come to nothing.
        if (!_transport.SplitsRecords) _machine.LetWritesGoEarly();
        _trace?.Application(TlsTraceEvent.Delivered, data.Length);
        try
        {
            _keepsEarlyData = !_handler.OnEarlyData(_connection, data);
            _tookEarlyData |= !_keepsEarlyData;
        }
        catch (Exception e)
        {
            _machine.Fail(new CloseOutcome(CloseReason.CallbackFailed, e));
        }

        return !_keepsEarlyData;
    }

    private void RunEarlyWrites(ref int budget)
    {
        while (budget > 0 && _machine.TryStep(SslOperations.Write, default, out _, out SslStep step))
        {
            if (!step.IsDone) continue;
            budget -= step.Bytes;
            OnWritten(step.Bytes);
        }
    }
}
