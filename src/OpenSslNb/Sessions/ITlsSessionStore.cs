namespace OpenSslNb;

/// <summary>Where servers keep their sessions, so that several loops, processes or machines can resume them (RFC 5246 §7.4.1.2, RFC 8446 §2.2; <c>SSL_CTX_sess_set_get_cb(3)</c>).</summary>
/// <remarks>
/// Called on the threads of the loops, or on those of <see cref="TlsOptions.HandshakeWorkers"/>, several at a time, and must not block them. Whoever can read what is stored can decrypt the connections that it was made by and resume; whoever can write can become any client: guard both.
/// </remarks>
public interface ITlsSessionStore
{
    /// <summary>Looks for a session that a client names. The answer may come later and from any thread: this handshake waits, no longer than its timeout, and other connections go on.</summary>
    /// <param name="id">At most 32 bytes, from a client: anything may be asked for.</param>
    /// <returns>What <see cref="Add"/> was given; null when there is no such session, and the handshake is a full one. One that throws ends the connection.</returns>
    ValueTask<ReadOnlyMemory<byte>?> FindAsync(ReadOnlyMemory<byte> id);

    /// <summary>Keeps a session.</summary>
    /// <param name="id">At most 32 bytes, random.</param>
    /// <param name="session">As ASN.1 (<c>i2d_SSL_SESSION(3)</c>); may be kept.</param>
    /// <param name="lifetime">After which nobody resumes it.</param>
    void Add(ReadOnlyMemory<byte> id, ReadOnlyMemory<byte> session, TimeSpan lifetime);

    /// <summary>A connection of the session has failed: it must not be resumed again (RFC 5246 §7.2.2).</summary>
    /// <param name="id">Perhaps of a session that is not there.</param>
    void Remove(ReadOnlyMemory<byte> id);
}
