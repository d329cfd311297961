namespace OpenSslNb.Interop.Tests;

/// <summary>A client and a server without a certificate, over a BIO pair: the handshake fails with an alert.</summary>
internal sealed unsafe class HandshakePair : IDisposable
{
    private readonly SafeSslCtxHandle _context = SafeSslCtxHandle.Create();

    public HandshakePair()
    {
        Client = SafeSslHandle.Create(_context);
        Server = SafeSslHandle.Create(_context);
        nint client;
        nint server;
        if (LibCrypto.BIO_new_bio_pair(&client, 0, &server, 0) != 1) throw OpenSslException.FromQueue("BIO_new_bio_pair failed");

        // Each SSL takes over its half (SSL_set_bio(3)).
        LibSsl.SSL_set_bio(Client.Pointer, client, client);
        LibSsl.SSL_set_bio(Server.Pointer, server, server);
        LibSsl.SSL_set_connect_state(Client.Pointer);
        LibSsl.SSL_set_accept_state(Server.Pointer);
    }

    public SafeSslHandle Client { get; }

    public SafeSslHandle Server { get; }

    /// <summary>One attempt; what SSL_get_error says of it.</summary>
    public int HandshakeOf(SafeSslHandle side)
    {
        LibCrypto.ERR_clear_error();
        return LibSsl.SSL_get_error(side.Pointer, LibSsl.SSL_do_handshake(side.Pointer));
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
        _context.Dispose();
    }
}
