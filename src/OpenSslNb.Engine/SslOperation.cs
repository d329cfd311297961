namespace OpenSslNb;

/// <summary>The four things that can be asked of a TLS connection. Each is tracked on its own.</summary>
public enum SslOperation : byte
{
    /// <summary><c>SSL_do_handshake(3)</c>: the initial handshake, later a KeyUpdate that we send.</summary>
    Handshake = 0,

    /// <summary><c>SSL_read(3)</c>.</summary>
    Read = 1,

    /// <summary><c>SSL_write(3)</c>.</summary>
    Write = 2,

    /// <summary><c>SSL_shutdown(3)</c>: our close_notify.</summary>
    Shutdown = 3,
}

/// <summary>A set of operations: which of them a caller is prepared to run now.</summary>
[Flags]
internal enum SslOperations : byte
{
    None = 0,
    Handshake = 1 << SslOperation.Handshake,
    Read = 1 << SslOperation.Read,
    Write = 1 << SslOperation.Write,
    Shutdown = 1 << SslOperation.Shutdown,
    All = Handshake | Read | Write | Shutdown,
}
