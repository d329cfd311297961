using System.Runtime.InteropServices;
using OpenSslNb.Interop;
using OpenSslNb.Transport;

namespace OpenSslNb.OpenSsl;

/// <summary>One native <c>SSL</c> with its transport, and what OpenSSL's callbacks have said about it.</summary>
internal sealed unsafe partial class SslInstance : IDisposable
{
    private readonly SafeSslHandle _handle;

    // The connection's own: Transport, but for a handshake that runs off the loop.
    private readonly CiphertextTransport _real;
    private bool _isDisposed;

    // A renegotiation that we have asked for is on.
    private bool _renegotiates;

    // Weak: a forgotten instance must stay collectable. Callbacks run only inside calls that are made through it, so the target is alive then.
    private GCHandle _self;

    /// <summary>Makes an <c>SSL</c> of the context over a transport. Ready for its handshake.</summary>
    /// <param name="context">Stays usable while this instance lives, even if disposed meanwhile.</param>
    /// <param name="transport">Owned by this instance from now on.</param>
    public SslInstance(TlsContext context, CiphertextTransport transport)
    {
        Transport = _real = transport;
        TicketContext = Context = context;
        _handle = SafeSslHandle.Create(context.Handle);
        _self = GCHandle.Alloc(this, GCHandleType.Weak);
        try
        {
            SslCallbacks.Bind(Ssl, GCHandle.ToIntPtr(_self));
            if (context.Options.HandshakeWorkers is { } workers) Transport = (OffLoop = new OffLoopHandshake(this, transport, workers, context.IsServer)).Memory;
            Transport.Attach(Ssl);
        }
        catch
        {
            // Nobody else knows of it yet: left to the finalizer it would be freed on another thread, some time.
            Dispose();
            throw;
        }

        LetReadAhead();
        if (context.Options is TlsServerOptions { WatchesHello: true }) SslCallbacks.WatchMessages(Ssl);
        IsTakingEarlyData = context.Options is TlsServerOptions { MaximumEarlyData: > 0 };
        if (context.IsServer) LibSsl.SSL_set_accept_state(Ssl);
        else LibSsl.SSL_set_connect_state(Ssl);
    }

    /// <summary>Valid until <see cref="Dispose"/>; used by the thread that drives the machine alone.</summary>
    public nint Ssl => _handle.Pointer;

    /// <summary>What OpenSSL reads from and writes to now.</summary>
    public CiphertextTransport Transport { get; private set; }

    /// <summary>The handshake, while it runs on workers; null otherwise.</summary>
    public OffLoopHandshake? OffLoop { get; private set; }

    /// <summary>The handshake has ended on a worker: from now on the connection is the loop's alone.</summary>
    public void ComeBack(CiphertextTransport transport)
    {
        OffLoop = null;
        Transport = transport;
        transport.Attach(Ssl);
        LetReadAhead();
    }

    // Never where a renegotiation may come: what OpenSSL held then, a write could meet.
    private void LetReadAhead()
    {
        if (Transport.KnowsRecords && !Context.AllowsRenegotiation) LibSsl.SSL_set_read_ahead(Ssl, 1);
    }

    /// <summary>Whose keys make and read tickets: the one that it was made of, whatever was chosen later.</summary>
    public TlsContext TicketContext { get; }

    /// <summary>Whose options hold: the one it was made of, or the one that the application chose by the ClientHello.</summary>
    public TlsContext Context { get; private set; }

    /// <summary>True once the initial handshake has ended.</summary>
    public bool IsEstablished { get; private set; }

    /// <summary>True once a read has met the peer's close_notify.</summary>
    public bool PeerHasClosed { get; set; }

    /// <summary>AlertDescription of the last alert that we sent.</summary>
    public int? AlertSent { get; private set; }

    /// <summary>AlertDescription of the last alert that the peer sent.</summary>
    public int? AlertReceived { get; private set; }

    /// <summary>Under which name a client's sessions are kept; null when they are not.</summary>
    public string? SessionKey { get; private set; }

    /// <summary>Identity of the last pre-shared key that was offered, or found for a client; the handshake may have come to nothing with it.</summary>
    public string? PreSharedKeyIdentity { get; set; }

    /// <summary>Why our own check, beside OpenSSL's, did not accept the peer's certificate; null when it did, or was not asked.</summary>
    public string? VerificationFault { get; set; }

    /// <summary>What a callback of the application threw under OpenSSL's frames.</summary>
    public Exception? CallbackFailure { get; set; }

    /// <summary>Sees records and protocol messages; null for nobody.</summary>
    public IMessageObserver? MessageObserver { get; private set; }

    /// <summary>From now on records and protocol messages are told. Costs a call for each of them.</summary>
    public void ObserveMessages(IMessageObserver observer)
    {
        MessageObserver = observer;
        SslCallbacks.WatchMessages(Ssl);
    }

    public void OnAlert(bool sent, int alert)
    {
        if (sent) AlertSent = alert;
        else AlertReceived = alert;
    }

    /// <summary>Sets the name that the client asks for (SNI, RFC 6066 §3) and that the certificate must bear (RFC 6125; an IP address per RFC 2818).</summary>
    public void SetPeerName(string name)
    {
        bool isAddress = System.Net.IPAddress.TryParse(name, out System.Net.IPAddress? address);

        // An address in the one spelling that OpenSSL takes: without a zone, nothing left out. Also set when nothing is enforced, so that the result says whether the name is right.
        PeerName.Set(Ssl, isAddress ? new System.Net.IPAddress(address!.GetAddressBytes()).ToString() : name, isAddress);
    }

    /// <summary>Offers to resume what the context remembers of this peer, and keeps what it sends. Before the handshake.</summary>
    public void ResumeAs(string key)
    {
        if (Context.Sessions is not { } sessions) return;
        SessionKey = key;
        using SafeSslSessionHandle? session = sessions.Take(key, DateTimeOffset.UtcNow);

        // One that OpenSSL does not take (its version is switched off by now) is no reason not to connect.
        if (session is not null && LibSsl.SSL_set_session(Ssl, session.Pointer) != 1) LibCrypto.ERR_clear_error();
    }

    /// <summary>The initial handshake has ended.</summary>
    public void OnEstablished()
    {
        IsEstablished = true;
        _hello = null;
        FoundSession = null;

        // A ticket that a resumed handshake of TLS 1.2 brought is told by no callback.
        if (SessionKey is not { } key || LibSsl.SSL_session_reused(Ssl) == 0 || LibSsl.SSL_version(Ssl) >= SslConst.TLS1_3_VERSION) return;
        using SafeSslSessionHandle? session = TakeSession();
        if (session is not null && LibSsl.SSL_SESSION_dup(session.Pointer) is not 0 and nint copy) Context.Sessions!.Add(key, SafeSslSessionHandle.Adopt(copy));
    }

    /// <summary>Offers to resume a session (<c>SSL_set_session(3)</c>). Before the handshake; a copy is offered, since one session must not be used by two handshakes at once.</summary>
    public void OfferSession(SafeSslSessionHandle session)
    {
        LibCrypto.ERR_clear_error();
        using SafeSslSessionHandle copy = SafeSslSessionHandle.Adopt(LibSsl.SSL_SESSION_dup(session.Pointer));
        if (LibSsl.SSL_set_session(Ssl, copy.Pointer) != 1) throw OpenSslException.FromQueue("SSL_set_session failed");
    }

    /// <summary>The session as it is now, with the last ticket that came (<c>SSL_get1_session(3)</c>); null when there is none.</summary>
    public SafeSslSessionHandle? TakeSession()
    {
        nint session = LibSsl.SSL_get1_session(Ssl);
        return session == 0 ? null : SafeSslSessionHandle.Adopt(session);
    }

    /// <summary>Renegotiations that the peer has asked for, to their end.</summary>
    public int RenegotiationsOfPeer { get; private set; }

    /// <summary>A handshake, or what follows one, has ended.</summary>
    public void OnHandshakeDone()
    {
        if (!IsEstablished || LibSsl.SSL_version(Ssl) >= SslConst.TLS1_3_VERSION) return;
        if (_renegotiates) _renegotiates = false;
        else RenegotiationsOfPeer++;
    }

    /// <summary>Marks a renegotiation (<c>SSL_renegotiate(3)</c>); SSL_read drives it, since it alone can take application data that is still on its way.</summary>
    /// <param name="isAbbreviated">A client offers to resume its session (<c>SSL_renegotiate_abbreviated(3)</c>).</param>
    public void BeginRenegotiation(bool isAbbreviated = false)
    {
        LibCrypto.ERR_clear_error();
        if ((isAbbreviated ? LibSsl.SSL_renegotiate_abbreviated(Ssl) : LibSsl.SSL_renegotiate(Ssl)) != 1) throw OpenSslException.FromQueue("SSL_renegotiate failed");
        _renegotiates = true;
    }

    /// <summary>True when the client has answered a request for its certificate, with one or without.</summary>
    public bool CertificateCame { get; set; }

    /// <summary>Marks a request for the client's certificate (<c>SSL_verify_client_post_handshake(3)</c>); the next handshake step sends it.</summary>
    public void BeginCertificateRequest()
    {
        LibCrypto.ERR_clear_error();
        if (LibSsl.SSL_verify_client_post_handshake(Ssl) != 1) throw new InvalidOperationException($"the client's certificate cannot be asked for: {OpenSslException.FromQueue("SSL_verify_client_post_handshake failed").Message}");

        // Its Finished is the answer's last message.
        CertificateCame = false;
        if (MessageObserver is null) SslCallbacks.WatchMessages(Ssl);
    }

    /// <summary>The answer has been seen to.</summary>
    public void EndCertificateRequest()
    {
        CertificateCame = false;
        if (MessageObserver is null) SslCallbacks.WatchNoMessages(Ssl);
    }

    /// <summary>Marks a KeyUpdate (<c>SSL_key_update(3)</c>); the next handshake step sends it.</summary>
    public void BeginKeyUpdate(bool requestPeer)
    {
        LibCrypto.ERR_clear_error();
        int type = requestPeer ? SslConst.SSL_KEY_UPDATE_REQUESTED : SslConst.SSL_KEY_UPDATE_NOT_REQUESTED;
        if (LibSsl.SSL_key_update(Ssl, type) != 1) throw OpenSslException.FromQueue("SSL_key_update failed");
    }

    /// <summary>True when the next <c>SSL_read</c> could only say that it wants to read: the last one gave data, and nothing is left in OpenSSL or before it.</summary>
    public bool IsReadKnownToBlock =>
        LastReadGaveData && Transport.IsKnownDry && !Context.AllowsRenegotiation && LibSsl.SSL_in_init(Ssl) == 0 && LibSsl.SSL_has_pending(Ssl) == 0;

    /// <summary>True when the last <c>SSL_read</c> gave data. A first one that gives none is made all the same: it lets OpenSSL free its buffer.</summary>
    public bool LastReadGaveData { get; set; }

    /// <summary>From now on a record's buffer is freed as soon as it is empty (<c>SSL_set_mode(3)</c>).</summary>
    public void ReleaseBuffersAtOnce() => _ = LibSsl.SSL_set_mode(Ssl, SslConst.SSL_MODE_RELEASE_BUFFERS);

    /// <summary>Frees the record buffers, which come again when needed (<c>SSL_free_buffers(3)</c>). False when there is something in them.</summary>
    public bool TryFreeBuffers()
    {
        LibCrypto.ERR_clear_error();
        return IsBetweenInboundRecords && LibSsl.SSL_free_buffers(Ssl) == 1;
    }

    // Versions before 1.1.1y, 3.0.14, 3.1.6, 3.2.2 and 3.3.1 do not look themselves, and go on reading from what they have freed (CVE-2024-4741). "RH": the next thing to read is a record's header.
    private bool IsBetweenInboundRecords => LibSsl.SSL_pending(Ssl) == 0 && MemoryMarshal.CreateReadOnlySpanFromNullTerminated(LibSsl.SSL_rstate_string(Ssl)).SequenceEqual("RH"u8);

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        if (OffLoop?.TryAbandon() != true) Free();
    }

    /// <summary>Frees it: by <see cref="Dispose"/>, or when the worker is done that was at it then.</summary>
    public void Free()
    {
        if (!_self.IsAllocated) return;

        // SSL_free(3) takes a session out of the cache whose connection was not shut down. After an alert it is out already; that a peer has gone without a word is no reason.
        if (IsEstablished && TicketContext.KeepsSessions) LibSsl.SSL_set_shutdown(Ssl, SslConst.SSL_SENT_SHUTDOWN | SslConst.SSL_RECEIVED_SHUTDOWN);
        _handle.Dispose();
        _chosen?.DangerousRelease();
        _chosen = null;
        _self.Free();
        _earlyInput.Dispose();
        OffLoop?.Memory.Dispose();
        _real.Dispose();
    }
}
