using System.Text.Json;

namespace OpenSslNb.Cli;

/// <summary>What <c>serve</c> does for a connection whatever protocol it speaks. The loop's thread's.</summary>
internal sealed class Served(ServePlan plan)
{
    private Action<Utf8JsonWriter>? _derived;

    /// <summary>The handshake has ended.</summary>
    public void OnOpened(TlsConnection connection)
    {
        if (plan.Derive is { } derive) _ = DeriveAsync(derive, connection);
        if (plan.Context.ClientCertificateOnRequest && connection.Info!.Protocol == TlsProtocol.Tls13) _ = AskAsync(connection);
    }

    /// <summary>The connection has ended.</summary>
    public void OnEnded(TlsConnection connection, CloseOutcome outcome) => plan.Log?.Write(connection, outcome, _derived);

    // On the loop's thread all of it is there at once.
    private async Task DeriveAsync(Func<TlsConnection, Task<Action<Utf8JsonWriter>>> derive, TlsConnection connection)
    {
        try
        {
            _derived = await derive(connection);
        }
        catch (Exception e) when (e is OpenSslException or TlsClosedException or InvalidOperationException or ArgumentException)
        {
            await Console.Error.WriteLineAsync($"opensslnb: {e.Message}");
        }
    }

    // A certificate that is no good ends the connection by itself.
    private async Task AskAsync(TlsConnection connection)
    {
        try
        {
            _ = await connection.RequestCertificateAsync();
        }
        catch (TlsClosedException)
        {
            // The log says why.
        }
        catch (InvalidOperationException e)
        {
            await Console.Error.WriteLineAsync($"opensslnb: {connection.RemoteEndPoint} cannot be asked for a certificate: {e.Message}");
            if (!plan.Context.ClientCertificateIsOptional) connection.Abort();
        }
    }
}
