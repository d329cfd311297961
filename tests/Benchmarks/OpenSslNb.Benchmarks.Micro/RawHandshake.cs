using OpenSslNb.Interop;

namespace OpenSslNb.Benchmarks.Micro;

/// <summary>The same handshake as between two of our machines, with OpenSSL alone: two <c>SSL</c> over a pair of memory BIOs, driven by plain calls.</summary>
internal sealed unsafe class RawHandshake : IDisposable
{
    private readonly SafeSslCtxHandle _server = SafeSslCtxHandle.Create();
    private readonly SafeSslCtxHandle _client = SafeSslCtxHandle.Create();

    public RawHandshake(TlsCertificate certificate)
    {
        certificate.Apply(_server.Pointer, isShown: true);
        foreach (nint context in (nint[])[_server.Pointer, _client.Pointer])
        {
            _ = LibSsl.SSL_CTX_set_min_proto_version(context, SslConst.TLS1_2_VERSION);
            _ = LibSsl.SSL_CTX_set_session_cache_mode(context, SslConst.SSL_SESS_CACHE_OFF);
        }
    }

    /// <summary>Makes the two, brings them through the handshake and frees them.</summary>
    public void Run()
    {
        nint server = LibSsl.SSL_new(_server.Pointer);
        nint client = LibSsl.SSL_new(_client.Pointer);
        nint serverBio;
        nint clientBio;
        if (server == 0 || client == 0 || LibCrypto.BIO_new_bio_pair(&serverBio, 0, &clientBio, 0) != 1) throw OpenSslException.FromQueue("no pair was made");

        // Each SSL takes over its half (SSL_set_bio(3)).
        LibSsl.SSL_set_bio(server, serverBio, serverBio);
        LibSsl.SSL_set_bio(client, clientBio, clientBio);
        LibSsl.SSL_set_accept_state(server);
        LibSsl.SSL_set_connect_state(client);
        bool clientDone = false;
        bool serverDone = false;
        while (!clientDone || !serverDone)
        {
            clientDone = clientDone || Step(client);
            serverDone = serverDone || Step(server);
        }

        LibSsl.SSL_free(client);
        LibSsl.SSL_free(server);
    }

    public void Dispose()
    {
        _server.Dispose();
        _client.Dispose();
    }

    private static bool Step(nint ssl)
    {
        LibCrypto.ERR_clear_error();
        int result = LibSsl.SSL_do_handshake(ssl);
        if (result == 1) return true;
        int error = LibSsl.SSL_get_error(ssl, result);
        return error is SslConst.SSL_ERROR_WANT_READ or SslConst.SSL_ERROR_WANT_WRITE ? false : throw OpenSslException.FromQueue("the handshake failed");
    }
}
