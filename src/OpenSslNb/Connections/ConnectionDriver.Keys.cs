using OpenSslNb.Loop;
using OpenSslNb.OpenSsl;

namespace OpenSslNb.Connections;

/// <content>What is derived from the connection's keys: asked by any thread, answered on the loop's, the only one that may touch the <c>SSL</c>.</content>
internal sealed partial class ConnectionDriver
{
    /// <summary>From any thread.</summary>
    public Task<byte[]> ExportKeyingMaterialAsync(string label, int length, ReadOnlyMemory<byte>? context)
    {
        KeyingMaterial.Require(label, length);
        return AskAsync(() => KeyingMaterial.Export(_instance.Ssl, label, length, context));
    }

    /// <summary>From any thread.</summary>
    public Task<byte[]> GetChannelBindingAsync(TlsChannelBinding kind) => AskAsync(() => KeyingMaterial.Binding(_instance.Ssl, kind));

    private Task<byte[]> AskAsync(Func<byte[]> derive)
    {
        var call = new LoopCall<byte[]>(Ask, _connection.ClosedFault);
        if (_loop.IsCurrent) call.RunOnLoop();
        else if (!_loop.Post(call)) call.OnAbandoned();
        return call.Answer;

        byte[] Ask()
        {
            if (_phase == Phase.Ended) throw _connection.ClosedFault();
            if (!_machine.IsEstablished) throw new InvalidOperationException("the handshake has not ended: there are no keys yet");

            // From inside one of OpenSSL's own callbacks its state is not to be asked.
            if (_machine.IsInside) throw new InvalidOperationException("not from inside a callback of the handshake");
            return derive();
        }
    }
}
