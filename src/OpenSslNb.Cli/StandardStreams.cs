namespace OpenSslNb.Cli;

/// <summary>Standard input to a peer and the peer to standard output, both at the same time.</summary>
internal static class StandardStreams
{
    private const int BufferLength = 64 * 1024;

    /// <summary>Copies until both directions have ended, and closes.</summary>
    /// <param name="stream">To the peer.</param>
    /// <param name="keyUpdateBytes">Bytes of input after which both sides change their keys; 0 for never.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> CopyAsync(TlsStream stream, int keyUpdateBytes)
    {
        Task<bool> sending = SendInputAsync(stream, keyUpdateBytes);
        Task receiving = PrintAsync(stream);
        try
        {
            // Input that cannot be read ends everything: half of it must not look like all of it.
            if (await Task.WhenAny(sending, receiving) == sending) await sending;
            await receiving;
        }
        catch (TlsClosedException e)
        {
            await Console.Error.WriteLineAsync($"opensslnb: {e.Message}");
            return ExitCode.Failed;
        }

        // The peer has said all it had to; what we still have goes out, but standard input is not waited for.
        int status = await CloseAsync(stream);
        if (sending.IsCompletedSuccessfully && !await sending) await Console.Error.WriteLineAsync("opensslnb: the peer closed before all of standard input was sent");
        return status;
    }

    /// <summary>Closes in good order.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> CloseAsync(TlsStream stream)
    {
        stream.Connection.Close();
        CloseOutcome outcome = await stream.Connection.Closed;
        if (outcome.Reason is CloseReason.CloseNotify or CloseReason.ShutdownTimeout) return ExitCode.Ok;
        await Console.Error.WriteLineAsync($"opensslnb: the connection has ended: {outcome}");
        return ExitCode.Failed;
    }

    // False when the connection was closed before the end of the input; why is for the receiving side to say.
    private static async Task<bool> SendInputAsync(TlsStream stream, int keyUpdateBytes)
    {
        if (keyUpdateBytes > 0 && stream.Connection.Info!.Protocol != TlsProtocol.Tls13) throw new IOException("--update-keys-every: the server speaks TLS 1.2, which has no KeyUpdate");

        // Keys change between two pieces.
        byte[] buffer = new byte[keyUpdateBytes > 0 ? Math.Min(keyUpdateBytes, BufferLength) : BufferLength];
        await using Stream input = Console.OpenStandardInput();
        try
        {
            long sent = 0;
            for (int count; (count = await ReadInputAsync(input, buffer)) > 0;)
            {
                await stream.WriteAsync(buffer.AsMemory(0, count));
                if (keyUpdateBytes > 0 && sent / keyUpdateBytes != (sent + count) / keyUpdateBytes) stream.Connection.UpdateKeys(requestPeer: true);
                sent += count;
            }
        }
        catch (TlsClosedException)
        {
            return false;
        }

        stream.CloseWrite();
        return true;
    }

    private static async Task<int> ReadInputAsync(Stream input, byte[] buffer)
    {
        try
        {
            return await input.ReadAsync(buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"standard input cannot be read: {e.Message}", e);
        }
    }

    private static async Task PrintAsync(TlsStream stream)
    {
        byte[] buffer = new byte[BufferLength];
        for (int count; (count = await stream.ReadAsync(buffer)) > 0;) StandardOutput.Write(buffer.AsSpan(0, count));
    }
}
