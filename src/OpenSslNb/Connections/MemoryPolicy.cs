namespace OpenSslNb;

/// <summary>How long a connection keeps OpenSSL's record buffers, some 35 KB, while nothing moves.</summary>
public enum MemoryPolicy
{
    /// <summary>While the connection is in use; they are freed when nothing has moved for <see cref="TlsConnectionOptions.IdleBufferTime"/> (<c>SSL_free_buffers(3)</c>).</summary>
    Balanced = 0,

    /// <summary>For the connection's life: nothing is ever allocated again for a record.</summary>
    Speed,

    /// <summary>Only while a record is in them (<c>SSL_MODE_RELEASE_BUFFERS</c>, <c>SSL_CTX_set_mode(3)</c>): least memory, but allocations for every record.</summary>
    Memory,
}
