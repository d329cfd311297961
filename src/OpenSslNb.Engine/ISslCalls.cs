namespace OpenSslNb.Engine;

/// <summary>
/// The seam between the machine and OpenSSL. Implemented by a struct, so that the calls are inlined; a test implements it with a script.
/// </summary>
/// <remarks>
/// Each of the methods that give a step is one attempt: clear the error queue, call, read errno, ask <c>SSL_get_error</c>, translate. Only <see cref="Handshake"/> before the
/// connection is established and <see cref="Read"/> may take bytes from the transport: a write or a shutdown that needs input reports <see cref="SslWant.Read"/>
/// instead, because application data met in the middle of a renegotiation can be taken by <c>SSL_read</c> alone.
/// </remarks>
internal interface ISslCalls
{
    /// <summary>True while OpenSSL is in a handshake, a renegotiation or a post-handshake message (<c>SSL_in_init(3)</c>).</summary>
    bool IsInHandshake { get; }

    /// <summary>True when a read must not run while a write is blocked in the middle of a record (the socket fd transport, unless nothing can come of it). Asked once the handshake is over.</summary>
    bool ReadWaitsForBlockedWrite { get; }

    /// <summary>One attempt of <c>SSL_do_handshake(3)</c>.</summary>
    SslStep Handshake();

    /// <summary>One attempt of <c>SSL_read(3)</c>. <c>Done(0)</c>: a record without application data was taken, call again.</summary>
    SslStep Read(Span<byte> destination);

    /// <summary>One attempt of <c>SSL_write(3)</c> with the frozen bytes of <paramref name="write"/>, all or nothing; before the handshake has ended, of <c>SSL_write_early_data(3)</c>.</summary>
    SslStep Write(in PendingWrite write);

    /// <summary><c>SSL_write(3)</c> of bytes that belong to the caller, when it cannot block: see <see cref="CanWriteAtOnce"/>. Done with all of them, or failed.</summary>
    SslStep WriteAtOnce(ReadOnlySpan<byte> data);

    /// <summary>True when a write of this many bytes, at most one record, would not block: the transport takes its record whole, and no handshake can come in between. Then nothing is ever retried, and no copy is needed.</summary>
    bool CanWriteAtOnce(int plaintextLength);

    /// <summary>One attempt of <c>SSL_sendfile(3)</c>, where the kernel encrypts. Done with as many bytes as the kernel took, 0 at the file's end; a blocked one has taken none, and nothing of it is held.</summary>
    SslStep SendFile(int file, long offset, long count);

    /// <summary>One attempt to send our close_notify with <c>SSL_shutdown(3)</c>.</summary>
    SslStep Shutdown();

    /// <summary>Whether a new write of this many bytes may be started: the transport can take the whole record, so that none is ever left half written.</summary>
    bool HasRoomFor(int plaintextLength);

    /// <summary>Ciphertext bytes that OpenSSL has taken from the transport so far. Only differences count.</summary>
    ulong InputPosition { get; }
}
