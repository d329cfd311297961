using OpenSslNb.Engine;
using OpenSslNb.OpenSsl;
using OpenSslNb.Transport;

namespace OpenSslNb;

/// <summary>
/// The TLS state machine without I/O, for those who have a loop of their own: feed what came from the peer, take what must go to it, and step the operations in between.
/// </summary>
/// <remarks>
/// One thread at a time; a second one is refused. A blocked step names its want: <see cref="SslWant.Read"/> means <see cref="Feed"/>, <see cref="SslWant.Write"/> means
/// take <see cref="Output"/> and <see cref="SkipOutput"/>. Look at <see cref="Output"/> after every call: any of them may have made ciphertext.
/// </remarks>
public sealed partial class SslMachine : IDisposable
{
    private readonly MemoryTransport _transport;
    private readonly SslInstance _instance;
    private readonly SslMachine<SslCalls> _machine;
    private readonly int _outboundLimit;
    private TlsConnectionInfo? _info;
    private bool _isDisposed;
    private bool _shutdownAsked;

    /// <summary>Makes the machine of one connection.</summary>
    /// <param name="context">Of a server or of a client.</param>
    /// <param name="peerName">For a client: the name for SNI and for the check of the certificate. Must be given unless the context accepts any certificate, or raw public keys alone.</param>
    /// <param name="outboundLimit">Most plaintext bytes that may be queued; 1 MiB unless told otherwise.</param>
    /// <param name="ciphertextLimit">Most ciphertext bytes that wait in <see cref="Output"/> before writes block; at least 20 KiB, 128 KiB unless told otherwise.</param>
    /// <exception cref="ArgumentException">A client that verifies its peer has no name to verify.</exception>
    public SslMachine(TlsContext context, string? peerName = null, int outboundLimit = 1024 * 1024, int ciphertextLimit = 128 * 1024)
        : this(Named(context, peerName), peerName, outboundLimit, ciphertextLimit, int.MaxValue)
    {
    }

    /// <summary>The same for testers, who may leave out the name.</summary>
    /// <param name="context">Of a server or of a client.</param>
    /// <param name="peerName">For SNI and the check of the certificate; null for neither.</param>
    /// <param name="outboundLimit">Most plaintext bytes that may be queued.</param>
    /// <param name="ciphertextLimit">Most ciphertext bytes that wait.</param>
    /// <param name="mostAtATime">Most ciphertext bytes that pass between OpenSSL and the caller at a time.</param>
    internal SslMachine(TlsContext context, string? peerName, int outboundLimit, int ciphertextLimit, int mostAtATime)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outboundLimit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ciphertextLimit, 20 * 1024);
        _outboundLimit = outboundLimit;
        _transport = new MemoryTransport(ciphertextLimit, mostAtATime);
        _instance = new SslInstance(context, _transport);
        try
        {
            if (!context.IsServer && peerName is not null)
            {
                _instance.SetPeerName(peerName);
                _instance.ResumeAs(peerName);
            }
        }
        catch
        {
            _instance.Dispose();
            throw;
        }

        _machine = new SslMachine<SslCalls>(new SslCalls(_instance), new OutboundQueue(new ChunkPool()), new EngineCounters());
    }

    /// <summary>What OpenSSL knows of the connection, for those who test it.</summary>
    internal SslInstance Instance => _instance;

    /// <summary>Where the connection is in its life.</summary>
    public ConnectionState State => _machine.State;

    /// <summary>Why the connection is lost; null unless <see cref="State"/> is <see cref="ConnectionState.Failed"/>.</summary>
    public CloseOutcome? Failure => _machine.Failure;

    /// <summary>What the handshake agreed on; null until it has ended.</summary>
    public TlsConnectionInfo? Info => _info ??= _machine.IsEstablished && !_isDisposed ? TlsConnectionInfo.Of(_instance) : null;

    /// <summary>What the blocked operations wait for, and <see cref="Interest.Write"/> while there is <see cref="Output"/>.</summary>
    public Interest Interest => _machine.Interest | _transport.Interest;

    /// <summary>Plaintext bytes that are queued and not taken by OpenSSL yet.</summary>
    public long QueuedBytes => _machine.Outbound.Length;

    /// <summary>Ciphertext for the peer, oldest first; valid until the next call on the machine.</summary>
    public ReadOnlySpan<byte> Output => _transport.Output;

    /// <summary>What an operation waits for; <see cref="SslWant.None"/> when it is not blocked.</summary>
    public SslWant WantOf(SslOperation operation) => _machine.Operations.WantOf(operation);

    /// <summary>Takes ciphertext from the peer; copied. What comes after the peer's close_notify (RFC 8446 §6.1) or on a lost connection is dropped.</summary>
    public void Feed(ReadOnlySpan<byte> ciphertext)
    {
        // Nothing would ever read it: kept, it would only grow.
        if (ciphertext.IsEmpty || State is ConnectionState.PeerClosed or ConnectionState.Closed or ConnectionState.Failed) return;
        _transport.Feed(ciphertext);
        _machine.OnReadable();
    }

    /// <summary>The peer's byte stream has ended. Without close_notify before it, the next read fails as <see cref="CloseReason.Truncated"/>.</summary>
    public void FeedEndOfStream()
    {
        _transport.FeedEndOfStream();
        _machine.OnReadable();
    }

    /// <summary>The first bytes of <see cref="Output"/> are on their way.</summary>
    /// <param name="count">At most the length of <see cref="Output"/>.</param>
    public void SkipOutput(int count)
    {
        _transport.SkipOutput(count);
        _machine.OnWritable();
    }

    /// <summary>
    /// Ends when the application's answer is there that a step was blocked for: <see cref="SslWant.ClientHello"/>, <see cref="SslWant.Certificate"/> and <see cref="SslWant.VerifyRetry"/>
    /// (<see cref="TlsServerOptions.SelectContext"/>, <see cref="TlsClientOptions.SelectCertificate"/>, <see cref="TlsOptions.VerifyPeer"/>). Then step again, on the machine's own thread. Completed when nothing is asked.
    /// </summary>
    /// <remarks>It never fails: what the application threw comes out of the next step.</remarks>
    public Task WaitForAnswerAsync() => _instance.Waiting.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Steps the handshake. <c>Done</c> when it has ended, now or before.</summary>
    public SslStep Handshake()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_machine.IsEstablished) return SslStep.Done();
        if (_instance.Waiting.IsCompleted) _machine.OnAnswered();
        return _machine.TryStep(SslOperations.Handshake, default, out _, out SslStep step) ? step : Standing(SslOperation.Handshake);
    }

    /// <summary>Reads plaintext, stepping the handshake first if it has not ended. Call again until it is blocked or closed: more may wait inside OpenSSL.</summary>
    /// <param name="destination">At least one byte.</param>
    public SslStep Read(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfZero(destination.Length, nameof(destination));
        if (Handshake() is { IsDone: false } handshake) return handshake;
        while (_machine.TryStep(SslOperations.Read, destination, out _, out SslStep step))
        {
            if (AwaitsCertificate) SettleCertificateRequest();

            // A record without application data: look at the next one.
            if (!step.IsDone || step.Bytes > 0) return step;
        }

        return State is ConnectionState.PeerClosed or ConnectionState.Closed ? SslStep.Closed() : Standing(SslOperation.Read);
    }

    /// <summary>Queues plaintext behind what is queued already and writes as far as it goes. The machine owns the data from now on, whatever the result: never pass it again.</summary>
    /// <param name="data">Copied.</param>
    /// <returns><c>Done</c> when OpenSSL has taken everything; <c>Blocked</c> when some is still queued: satisfy the want and call <see cref="Flush"/>.</returns>
    /// <exception cref="InvalidOperationException">Our direction is closed, or the queue would pass its limit; nothing was taken.</exception>
    public SslStep Write(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_shutdownAsked) throw new InvalidOperationException("the sending direction is closed: nothing can be written after Shutdown");
        if (QueuedBytes + data.Length > _outboundLimit) throw new InvalidOperationException($"{data.Length} bytes would pass the outbound limit of {_outboundLimit} ({QueuedBytes} are queued): send Output and Flush first");
        _machine.Outbound.Append(data);
        SslStep step = Flush();
        return step.IsDone ? SslStep.Done(data.Length) : step;
    }

    /// <summary>Writes what is queued, as far as it goes, stepping the handshake first if it has not ended.</summary>
    /// <returns><c>Done</c> when nothing is queued any more.</returns>
    public SslStep Flush()
    {
        if (Handshake() is { IsDone: false } handshake && !(handshake.IsBlocked && _machine.Operations.WritesGoEarly)) return handshake;
        _machine.AskWrite();
        int written = 0;
        while (_machine.TryStep(SslOperations.Handshake | SslOperations.Write, default, out _, out SslStep step))
        {
            if (!step.IsDone) return step;
            written += step.Bytes;
        }

        return _machine.Outbound.IsEmpty ? SslStep.Done(written) : Standing(SslOperation.Write);
    }

    /// <summary>Sends close_notify behind everything that is queued. Reading goes on until the peer's close_notify.</summary>
    /// <returns><c>Done</c> when our close_notify is in <see cref="Output"/>.</returns>
    public SslStep Shutdown()
    {
        _shutdownAsked = true;
        if (Flush() is { IsDone: false } flush) return flush;
        if (State is ConnectionState.LocalClosed or ConnectionState.Closed) return SslStep.Done();
        _machine.AskShutdown();
        return _machine.TryStep(SslOperations.Shutdown, default, out _, out SslStep step) ? step : Standing(SslOperation.Shutdown);
    }

    /// <summary>Changes our sending keys (KeyUpdate, RFC 8446 §4.6.3; <c>SSL_key_update(3)</c>).</summary>
    /// <param name="requestPeer">Ask the peer to do the same.</param>
    /// <exception cref="InvalidOperationException">Not TLS 1.3, not established, closed for sending, or in the middle of a record or another handshake message.</exception>
    public SslStep UpdateKeys(bool requestPeer = false)
    {
        if (!MayRekey(TlsProtocol.Tls13)) throw new InvalidOperationException("KeyUpdate needs an established TLS 1.3 connection between two records");
        _instance.BeginKeyUpdate(requestPeer);
        _machine.AskHandshake();
        return Flush();
    }

    /// <summary>Starts a renegotiation (RFC 5246 §7.4.1.1); <see cref="Read"/> drives it.</summary>
    /// <exception cref="InvalidOperationException">Not TLS 1.2, not established, closed in either direction, not allowed, or in the middle of a record or another handshake.</exception>
    public void Renegotiate() => Renegotiate(isAbbreviated: false);

    /// <param name="isAbbreviated">A client offers to resume the session that it has (<c>SSL_renegotiate_abbreviated(3)</c>).</param>
    internal void Renegotiate(bool isAbbreviated)
    {
        if (State == ConnectionState.PeerClosed || !MayRekey(TlsProtocol.Tls12) || !_instance.Context.AllowsRenegotiation) throw new InvalidOperationException("renegotiation needs an established TLS 1.2 connection that allows it, between two records");
        _instance.BeginRenegotiation(isAbbreviated);
        _machine.OnReadable();
    }

    /// <summary>Frees the native objects. May be called again.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _machine.Fail(new CloseOutcome(CloseReason.Disposed));
        _machine.Outbound.Clear();
        _instance.Dispose();
    }

    private static TlsContext Named(TlsContext context, string? peerName)
    {
        ArgumentNullException.ThrowIfNull(context);
        return !context.NeedsPeerName || !string.IsNullOrEmpty(peerName) ? context : throw new ArgumentException("a client that verifies its peer needs the peer's name", nameof(peerName));
    }

    // The state first: a machine that is disposed or lost must not ask OpenSSL, and nothing may follow our close_notify.
    private bool MayRekey(TlsProtocol protocol)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return State is ConnectionState.Open or ConnectionState.PeerClosed && Info?.Protocol == protocol && _machine.IsBetweenRecords;
    }

    // The operation cannot be attempted now: says again why.
    private SslStep Standing(SslOperation operation)
    {
        if (State == ConnectionState.Failed) return SslStep.Failed(Failure!);
        SslWant want = _machine.Operations.WantOf(operation);
        return want == SslWant.None ? SslStep.Done() : SslStep.Blocked(want);
    }
}
