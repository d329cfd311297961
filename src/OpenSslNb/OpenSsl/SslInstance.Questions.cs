using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <content>What the handshake asks the application. Each question is asked once; OpenSSL comes back to it when the handshake goes on.</content>
internal sealed unsafe partial class SslInstance
{
    private HandshakeQuestion<TlsContext?>? _contextQuestion;
    private HandshakeQuestion<TlsCertificate?>? _certificateQuestion;
    private HandshakeQuestion<bool>? _verification;
    private HandshakeQuestion<ReadOnlyMemory<byte>?>? _sessionQuestion;
    private TlsClientHello? _hello;
    private ReadOnlyMemory<byte> _sessionId;
    private TlsPeerVerification? _judged;

    // The context that the application chose: kept usable while this connection lives.
    private SafeSslCtxHandle? _chosen;

    /// <summary>Told, from any thread, that an answer has come which a step was blocked for. Set before the first step.</summary>
    public Action? Answered { get; set; }

    /// <summary>The ClientHello, from when it came until it was answered; null unless somebody wants to see it.</summary>
    public byte[]? Hello { get; set; }

    /// <summary>What the client said first, if it was to be kept (<see cref="TlsServerOptions.KeepClientHello"/>).</summary>
    public TlsClientHello? KeptHello { get; private set; }

    /// <summary>Keeps it. A second hello (RFC 8446 §4.1.4) changes nothing, and one in the format of SSL 2.0 is not kept.</summary>
    public void KeepHello()
    {
        if (_hello is not null || Hello is not null) KeptHello ??= _hello ??= TakeHello();
    }

    /// <summary>True when the application owes no answer.</summary>
    public bool IsAnswered => Question is null;

    /// <summary>The application's answer that the handshake waits for, or a worker's step; completed when it waits for none.</summary>
    public Task Waiting => Question ?? OffLoop?.Waiting ?? Task.CompletedTask;

    private Task? Question =>
        _contextQuestion is { IsAnswered: false } context ? context.Waiting
        : _sessionQuestion is { IsAnswered: false } session ? session.Waiting
        : _certificateQuestion is { IsAnswered: false } certificate ? certificate.Waiting
        : _verification is { IsAnswered: false } verification ? verification.Waiting
        : null;

    /// <summary>Has the application choose the context of the server's side, once. False: not answered yet.</summary>
    public bool TryChooseContext(Func<TlsClientHello, ValueTask<TlsContext?>> choose)
    {
        _contextQuestion ??= new(choose(_hello ??= TakeHello()), Answered);
        if (!_contextQuestion.IsAnswered) return false;

        // A second hello (RFC 8446 §4.1.4) changes nothing of the choice.
        if (_contextQuestion.Answer is { } chosen && _chosen is null && chosen != Context) Adopt(chosen);
        return true;
    }

    /// <summary>Has the application's store look for the session that the client names, once. False: not answered yet.</summary>
    public bool TryFindSession(ITlsSessionStore store)
    {
        if (_sessionQuestion is null)
        {
            _sessionId = SslQuestions.SessionNamedBy(_hello ??= TakeHello(), Context.Options.MaximumProtocol is TlsProtocol.Default or TlsProtocol.Tls13);
            _sessionQuestion = new(_sessionId.IsEmpty ? default : store.FindAsync(_sessionId), Answered);
        }

        if (!_sessionQuestion.IsAnswered) return false;
        if (_sessionQuestion.Answer is { } found) FoundSession = (_sessionId, found);
        return true;
    }

    /// <summary>What the application's store has found for this client.</summary>
    public (ReadOnlyMemory<byte> Id, ReadOnlyMemory<byte> Session)? FoundSession { get; private set; }

    /// <summary>Has the application choose the client's certificate, once. False: not answered yet.</summary>
    public bool TryChooseCertificate(Func<TlsCertificateRequest, ValueTask<TlsCertificate?>> choose)
    {
        _certificateQuestion ??= new(choose(SslQuestions.RequestOf(Ssl)), Answered);
        if (!_certificateQuestion.IsAnswered) return false;
        if (_certificateQuestion.Answer is { } chosen) Show(chosen);
        return true;
    }

    // What the server cannot be shown is not sent: without any it may still go on.
    private void Show(TlsCertificate chosen)
    {
        bool isRaw = CertificateTypes.Agreed(Ssl, ofServer: false) == TlsCertificateType.RawPublicKey;
        if (!isRaw && Context.Options.ShowsCertificates && !chosen.HasCertificate) throw new InvalidOperationException("SelectCertificate has chosen a private key without a certificate, and the server takes certificates");
        chosen.ApplyToConnection(Ssl, Context.Options.ShowsCertificates);
    }

    /// <summary>Has the application judge the peer's certificates, once: others, after a renegotiation, are another question.</summary>
    /// <returns>Its verdict; null: not answered yet.</returns>
    public bool? Judge(Func<TlsPeerVerification, ValueTask<bool>> verify, TlsPeerVerification subject)
    {
        if (_verification is null || !HasSameCertificates(_judged!, subject)) _verification = new(verify(_judged = subject), Answered);
        if (!_verification.IsAnswered) return null;
        if (_verification.Answer) return true;
        VerificationFault ??= subject.Error is { } error ? $"the application did not accept it, and neither did OpenSSL: {error}" : "the application did not accept it";
        return false;
    }

    /// <summary>
    /// After OpenSSL's last step of the initial handshake: waits for a verdict that OpenSSL could not wait for. It is asked for resumed sessions too, whose tickets were sent before the first verdict was known.
    /// </summary>
    public SslStep FinishVerification()
    {
        if (Context.Options.VerifyPeer is not { } verify || OpenSslWaitsForVerdicts) return SslStep.Done();
        try
        {
            TlsPeerVerification? subject = _judged ?? SslQuestions.SubjectOfSession(Ssl);
            if (subject is null) return SslStep.Done();
            if (Judge(verify, subject) is not { } isGood) return SslStep.Blocked(SslWant.VerifyRetry);
            if (isGood) return SslStep.Done();
            return SslStep.Failed(new CloseOutcome(CloseReason.VerificationFailed, new OpenSslException($"the peer's certificate is not acceptable: {VerificationFault}", []), AlertSent, AlertReceived));
        }
        catch (Exception e)
        {
            return SslStep.Failed(new CloseOutcome(CloseReason.CallbackFailed, e, AlertSent, AlertReceived));
        }
    }

    private static bool HasSameCertificates(TlsPeerVerification one, TlsPeerVerification other) =>
        one.RawPublicKey.HasValue == other.RawPublicKey.HasValue && one.RawPublicKey.GetValueOrDefault().Span.SequenceEqual(other.RawPublicKey.GetValueOrDefault().Span) &&
        one.Certificates.Count == other.Certificates.Count && one.Certificates.Zip(other.Certificates).All(pair => pair.First.Span.SequenceEqual(pair.Second.Span));

    /// <summary>True when OpenSSL itself suspends the handshake for a verdict: clients, since 3.0.2.</summary>
    public bool OpenSslWaitsForVerdicts => !Context.IsServer && OpenSslCapabilities.HasRetryVerify;

    private TlsClientHello TakeHello()
    {
        // Nobody needs more messages than this one, unless they are watched.
        if (MessageObserver is null) SslCallbacks.WatchNoMessages(Ssl);
        byte[] message = Hello ?? throw new TlsAlertException(SslConst.SSL_AD_DECODE_ERROR, "the client's hello is in the format of SSL 2.0 (RFC 6176)");
        Hello = null;
        return new TlsClientHello(message);
    }

    // SSL_set_SSL_CTX(3) brings certificates, trust, ciphers and callbacks along; what SSL_new has copied is set here.
    private void Adopt(TlsContext context)
    {
        if (!context.IsServer) throw new ArgumentException("SelectContext has chosen a client's context for a server's connection");
        if (context.AllowsRenegotiation != Context.AllowsRenegotiation) throw new ArgumentException("SelectContext has chosen a context with another AllowRenegotiation: that is settled before the hello");
        bool isHeld = false;
        context.Handle.DangerousAddRef(ref isHeld);
        _chosen = context.Handle;
        if (LibSsl.SSL_set_SSL_CTX(Ssl, context.Handle.Pointer) == 0) throw OpenSslException.FromQueue("SSL_set_SSL_CTX failed");
        TlsContextBuilder.ApplyToConnection(Ssl, context);
        Context = context;
    }
}
