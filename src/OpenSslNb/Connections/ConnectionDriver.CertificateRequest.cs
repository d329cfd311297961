using OpenSslNb.OpenSsl;

namespace OpenSslNb.Connections;

/// <content>A client's certificate that the server asks for after the handshake (RFC 8446 §4.6.2).</content>
internal sealed partial class ConnectionDriver
{
    // Who waits for the answer; one at a time.
    private TaskCompletionSource<IReadOnlyList<ReadOnlyMemory<byte>>>? _certificateRequest;
    private bool _certificateRequestIsOut;

    /// <summary>From any thread.</summary>
    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> RequestCertificateAsync()
    {
        var request = new TaskCompletionSource<IReadOnlyList<ReadOnlyMemory<byte>>>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Interlocked.CompareExchange(ref _certificateRequest, request, null) is not null) throw new InvalidOperationException("the client's certificate has been asked for already, and the answer has not come");
        Request(Requests.Certificate);

        // One that has ended takes no requests.
        if (_connection.Outcome is not null) AbandonCertificateRequest();
        return request.Task;
    }

    private void BeginCertificateRequest()
    {
        if (_certificateRequestIsOut) return;
        try
        {
            _instance.BeginCertificateRequest();
            _certificateRequestIsOut = true;
            _machine.AskHandshake();
        }
        catch (InvalidOperationException e)
        {
            Interlocked.Exchange(ref _certificateRequest, null)?.TrySetException(e);
        }
    }

    // After reads: the answer is all there when its last message has come and OpenSSL is done with it.
    private void SettleCertificateRequest()
    {
        if (!_instance.CertificateCame || _machine.State == ConnectionState.Failed) return;
        _certificateRequestIsOut = false;
        _instance.EndCertificateRequest();
        _connection.SetInfo(TlsConnectionInfo.Of(_instance));
        Interlocked.Exchange(ref _certificateRequest, null)?.TrySetResult(_connection.Info!.PeerCertificates);
    }

    private void AbandonCertificateRequest() => Interlocked.Exchange(ref _certificateRequest, null)?.TrySetException(_connection.ClosedFault());
}
