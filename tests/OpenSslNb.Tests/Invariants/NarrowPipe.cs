using NUnit.Framework;
using OpenSslNb.Interop;

namespace OpenSslNb.Tests.Invariants;

/// <summary>A client and a server over a BIO pair that holds 512 bytes, their handshake done.</summary>
internal sealed unsafe class NarrowPipe : IDisposable
{
    private const int SinkSize = 16 * 1024;

    private readonly TlsCertificate _certificate = TlsCertificate.CreateSelfSigned(["localhost"], TimeSpan.FromHours(1));
    private readonly TlsContext _serverContext;
    private readonly TlsContext _clientContext;
    private readonly SafeSslHandle _server;
    private readonly SafeSslHandle _client;

    public NarrowPipe(TlsProtocol protocol)
    {
        _serverContext = TlsContext.CreateServer(new TlsServerOptions { Certificate = _certificate, MaximumProtocol = protocol });
        _clientContext = TlsContext.CreateClient(new TlsClientOptions { DangerouslyAcceptAnyPeerCertificate = true, MaximumProtocol = protocol });
        _server = SafeSslHandle.Create(_serverContext.Handle);
        _client = SafeSslHandle.Create(_clientContext.Handle);
        nint one, other;
        Assert.That(LibCrypto.BIO_new_bio_pair(&one, 512, &other, 512), Is.EqualTo(1));
        LibSsl.SSL_set_bio(_server.Pointer, one, one);
        LibSsl.SSL_set_bio(_client.Pointer, other, other);
        LibSsl.SSL_set_accept_state(_server.Pointer);
        LibSsl.SSL_set_connect_state(_client.Pointer);
        int client, server, rounds = 0;
        do
        {
            client = LibSsl.SSL_do_handshake(_client.Pointer);
            server = LibSsl.SSL_do_handshake(_server.Pointer);
        }
        while ((client != 1 || server != 1) && ++rounds < 100);
        Assert.That((client, server), Is.EqualTo((1, 1)), "the handshake ends");
        Drain();
    }

    public int LastReason { get; private set; }

    /// <summary>One attempt by the client: what <c>SSL_get_error</c> says.</summary>
    public int Write(byte* buffer, int length)
    {
        LibCrypto.ERR_clear_error();
        int result = LibSsl.SSL_write(_client.Pointer, buffer, length);
        int error = LibSsl.SSL_get_error(_client.Pointer, result);
        IReadOnlyList<OpenSslError> errors = ErrorQueue.Drain();
        LastReason = errors.Count == 0 ? 0 : errors[0].ReasonCode;
        return error;
    }

    /// <summary>The server reads all that is there, and the client what the server has sent by itself (tickets).</summary>
    public void Drain()
    {
        byte* sink = stackalloc byte[SinkSize];
        foreach (SafeSslHandle side in (SafeSslHandle[])[_server, _client])
        {
            LibCrypto.ERR_clear_error();
            while (LibSsl.SSL_read(side.Pointer, sink, SinkSize) > 0) LibCrypto.ERR_clear_error();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        _clientContext.Dispose();
        _serverContext.Dispose();
        _certificate.Dispose();
    }
}
