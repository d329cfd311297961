using System.Net;
using Microsoft.Win32.SafeHandles;
using OpenSslNb.Connections;
using OpenSslNb.Interop;
using OpenSslNb.Transport;

namespace OpenSslNb;

/// <summary>A TLS connection that never blocks. Its callbacks come on its loop's thread; its members may be called from any thread at any time, also from inside a callback.</summary>
public sealed class TlsConnection : IDisposable
{
    private static long s_lastId;

    private readonly ConnectionDriver _driver;
    private readonly SocketName _peer;
    private IPEndPoint? _remoteEndPoint;

    // Made when somebody asks. Whoever comes second, the asker or the end, completes it.
    private TaskCompletionSource<CloseOutcome>? _closed;
    private volatile CloseOutcome? _completed;
    private volatile TlsConnectionInfo? _info;
    private volatile CloseOutcome? _outcome;
    private volatile ProxyHeader? _proxyHeader;

    internal TlsConnection(EventLoop loop, SocketHandle socket, TlsContext context, TlsConnectionOptions options, string? peerName, SafeSslSessionHandle? session = null)
        : this(loop, socket, context, options, peerName, session, default, socket.LocalEndPoint) => _remoteEndPoint = socket.RemoteEndPoint;

    // Accepted: the peer's address came with it, and is made an object only if somebody asks.
    internal TlsConnection(EventLoop loop, SocketHandle socket, TlsContext context, TlsConnectionOptions options, in SocketName peer, IPEndPoint? local)
        : this(loop, socket, context, options, null, null, peer, local)
    {
    }

    private TlsConnection(
        EventLoop loop, SocketHandle socket, TlsContext context, TlsConnectionOptions options, string? peerName, SafeSslSessionHandle? session, in SocketName peer, IPEndPoint? local)
    {
        Loop = loop;
        _peer = peer;
        LocalEndPoint = local;
        _driver = new ConnectionDriver(this, loop, socket, context, options, peerName, session);
    }

    /// <summary>A number that no other connection of this process has; counted from 1.</summary>
    public long Id { get; } = Interlocked.Increment(ref s_lastId);

    /// <summary>The loop that this connection lives on.</summary>
    public EventLoop Loop { get; }

    /// <summary>What the proxy in front of us said of the client (<see cref="TlsListenerOptions.ProxyProtocol"/>). Set before the handshake begins, and so for all callbacks but an early <see cref="TlsConnectionHandler.OnClosed"/>; null until then, and where none is expected.</summary>
    public ProxyHeader? ProxyHeader => _proxyHeader;

    /// <summary>The peer's address, which is the proxy's if there is one; null when it was gone before it could be asked.</summary>
    public IPEndPoint? RemoteEndPoint => _remoteEndPoint ??= _peer.ToEndPoint();

    /// <summary>Our address.</summary>
    public IPEndPoint? LocalEndPoint { get; }

    /// <summary>What the handshake agreed on; null until it has ended.</summary>
    public TlsConnectionInfo? Info => _info;

    /// <summary>Where TLS is. A snapshot, unless asked on the loop's thread.</summary>
    public ConnectionState State => _driver.State;

    /// <summary>How the connection ended; null while it lives.</summary>
    public CloseOutcome? Outcome => _outcome;

    /// <summary>Completes with the outcome after the handler's <see cref="TlsConnectionHandler.OnClosed"/>, when all resources are free.</summary>
    public Task<CloseOutcome> Closed
    {
        get
        {
            TaskCompletionSource<CloseOutcome> closed = Volatile.Read(ref _closed) ?? MakeClosed();
            if (_completed is { } outcome) closed.TrySetResult(outcome);
            return closed.Task;
        }
    }

    /// <summary>Plaintext bytes that are queued and not taken by OpenSSL yet. A snapshot.</summary>
    public long QueuedBytes => _driver.QueuedBytes;

    /// <summary>At a server, what the client said first, as soon as it came and also when the handshake failed; null until then, and unless <see cref="TlsServerOptions.KeepClientHello"/> asks for it. From any thread.</summary>
    public TlsClientHello? ClientHello => _driver.ClientHello;

    /// <summary>What has passed so far: bytes, records, wants, and the handshake's flights. From any thread, also when the connection has ended.</summary>
    public TlsConnectionStatistics GetStatistics() => _driver.GetStatistics();

    /// <summary>Anything that the application wants to keep with the connection. Not touched by the engine.</summary>
    public object? UserState { get; set; }

    /// <summary>Copies data into the queue, behind everything sent before it. May be called before the handshake has ended: the data follows it.</summary>
    /// <param name="data">At most <see cref="TlsConnectionOptions.OutboundLimit"/> bytes; nothing of it is taken unless the result is <see cref="SendResult.Queued"/>.</param>
    /// <exception cref="ArgumentException">More than could ever fit.</exception>
    public SendResult TrySend(ReadOnlySpan<byte> data) => _driver.TrySend(data);

    /// <summary>Like <see cref="TrySend"/>, for those who know that there is room.</summary>
    /// <param name="data">At most <see cref="TlsConnectionOptions.OutboundLimit"/> bytes.</param>
    /// <exception cref="InvalidOperationException">The queue is full; nothing was taken.</exception>
    /// <exception cref="TlsClosedException">The sending direction is closed; nothing was taken.</exception>
    public void Send(ReadOnlySpan<byte> data)
    {
        switch (TrySend(data))
        {
            case SendResult.Full:
                throw new InvalidOperationException($"the outbound queue is full ({QueuedBytes} bytes): use TrySend or SendAsync, or raise TlsConnectionOptions.OutboundLimit");
            case SendResult.Closed:
                throw ClosedFault();
        }
    }

    /// <summary>Queues data as room comes, in call order with all other sends. Completes when the last byte is queued, not when the peer has it.</summary>
    /// <param name="data">Must not change until the task completes. Any length.</param>
    /// <param name="cancellationToken">Cancelled before the first byte was queued, nothing is sent. Cancelled later, the connection is aborted, because the peer would have half of the message.</param>
    /// <exception cref="TlsClosedException">The sending direction is closed, or the connection ended while the data waited.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) => _driver.SendAsync(data, cancellationToken);

    /// <summary>
    /// Sends a part of a file, in call order with all other sends. It is read as room comes in the queue, on the loop's thread: a file on a slow disk holds up the loop. Where the kernel encrypts
    /// (<see cref="TlsOptions.KernelTls"/>), it sends the file itself (<c>SSL_sendfile(3)</c>). Completes when the last byte is queued or given to the kernel.
    /// </summary>
    /// <param name="file">A regular file, open for reading. May be disposed as soon as this returns; its bytes must not change until the task completes.</param>
    /// <param name="offset">Where the part begins, in bytes.</param>
    /// <param name="count">Length of the part, in bytes.</param>
    /// <param name="cancellationToken">As in <see cref="SendAsync"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The file has no such part.</exception>
    /// <exception cref="NotSupportedException">Not a file that has a length.</exception>
    /// <exception cref="IOException">The file cannot be read, or has become shorter. If some of it was sent already, the connection ends as <see cref="CloseReason.LocalError"/>, because the peer would take what follows for the rest.</exception>
    /// <exception cref="TlsClosedException">The sending direction is closed, or the connection ended while the file waited.</exception>
    public ValueTask SendFileAsync(SafeFileHandle file, long offset, long count, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        long length = RandomAccess.GetLength(file);
        if (offset > length || count > length - offset)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"the file has {length} bytes: there are not {count} from byte {offset} on");
        }

        return _driver.SendFileAsync(file, offset, count, cancellationToken);
    }

    /// <summary>Half-close: sends close_notify behind what is queued; receiving goes on (RFC 8446 §6.1).</summary>
    public void CloseWrite() => _driver.CloseWrite();

    /// <summary>Closes in good order: sends what is queued, then close_notify, then FIN, and waits for the peer's close_notify up to <see cref="TlsConnectionOptions.ShutdownTimeout"/>. Returns at once; see <see cref="Closed"/>.</summary>
    /// <remarks>During the handshake: if something was sent already, the handshake goes on and it goes out first; if not, the connection ends as <see cref="CloseReason.Disposed"/>.</remarks>
    public void Close() => _driver.Close();

    /// <summary>Ends the connection at once with RST; what is queued is lost. Ends as <see cref="CloseReason.Aborted"/>.</summary>
    public void Abort() => _driver.Abort();

    /// <summary>Ends the connection at once, without close_notify: the peer sees a truncated stream. Ends as <see cref="CloseReason.Disposed"/>; no effect on one that has ended. May be called again.</summary>
    public void Dispose() => _driver.Dispose();

    /// <summary>Stops callbacks with data after the current one. The peer is held back by TCP. Its close_notify is not seen until <see cref="ResumeReading"/>. Before a connection ends by itself, what had come is delivered all the same (not on <see cref="TransportKind.SocketFd"/>, when the kernel has refused what we sent).</summary>
    public void PauseReading() => _driver.PauseReading();

    /// <summary>Lets data come again.</summary>
    public void ResumeReading() => _driver.ResumeReading();

    /// <summary>Changes our sending keys, and asks the peer to change its own if wanted (KeyUpdate, RFC 8446 §4.6.3; <c>SSL_key_update(3)</c>).</summary>
    /// <param name="requestPeer">Ask the peer to do the same.</param>
    /// <exception cref="InvalidOperationException">The connection does not speak TLS 1.3, or its handshake has not ended.</exception>
    public void UpdateKeys(bool requestPeer = false)
    {
        if (_info is not { Protocol: TlsProtocol.Tls13 }) throw new InvalidOperationException("KeyUpdate needs an established TLS 1.3 connection");
        _driver.UpdateKeys(requestPeer);
    }

    /// <summary>Starts a renegotiation (RFC 5246 §7.4.1.1, RFC 5746; <c>SSL_renegotiate(3)</c>). No effect once the peer has sent close_notify: it would not answer.</summary>
    /// <exception cref="InvalidOperationException">The connection does not speak TLS 1.2, its handshake has not ended, or its context does not allow it.</exception>
    public void Renegotiate()
    {
        if (_info is not { Protocol: TlsProtocol.Tls12 }) throw new InvalidOperationException("renegotiation needs an established TLS 1.2 connection");
        if (!_driver.AllowsRenegotiation) throw new InvalidOperationException("renegotiation is off: set TlsOptions.AllowRenegotiation");
        _driver.Renegotiate();
    }

    /// <summary>Derives bytes that the peer can derive too, and nobody else (RFC 5705; RFC 8446 §7.5; <c>SSL_export_keying_material(3)</c>). From any thread; on the loop's the task is complete at once.</summary>
    /// <param name="label">1 to 249 characters of ASCII; registered with IANA, or beginning with <c>EXPERIMENTAL</c>.</param>
    /// <param name="length">How many bytes, from 1 to 8,192.</param>
    /// <param name="context">Must be the same on both sides. Null for none, which TLS 1.2 tells from an empty one.</param>
    /// <exception cref="ArgumentException">Label or length cannot be.</exception>
    /// <exception cref="InvalidOperationException">The handshake has not ended.</exception>
    /// <exception cref="TlsClosedException">The connection has ended.</exception>
    public Task<byte[]> ExportKeyingMaterialAsync(string label, int length, ReadOnlyMemory<byte>? context = null) => _driver.ExportKeyingMaterialAsync(label, length, context);

    /// <summary>Gives the bytes that an authentication inside the connection includes to be tied to it (RFC 5929, RFC 9266). From any thread; on the loop's the task is complete at once.</summary>
    /// <exception cref="InvalidOperationException">The handshake has not ended, or this connection has no such binding; the message says why.</exception>
    /// <exception cref="TlsClosedException">The connection has ended.</exception>
    public Task<byte[]> GetChannelBindingAsync(TlsChannelBinding kind) => _driver.GetChannelBindingAsync(kind);

    /// <summary>
    /// Asks the client for its certificate now (TLS 1.3, RFC 8446 §4.6.2; <c>SSL_verify_client_post_handshake(3)</c>), on a server whose options have <see cref="TlsServerOptions.ClientCertificateOnRequest"/>. From any thread; data goes on
    /// in both directions meanwhile. One that is not good, or none where one is demanded, ends the connection.
    /// </summary>
    /// <returns>What the client has sent, its own certificate first, as DER; none when it has sent none. <see cref="Info"/> has it then, too.</returns>
    /// <exception cref="InvalidOperationException">Not a server's connection, not TLS 1.3, not established, asked already, or the client does not allow it.</exception>
    /// <exception cref="TlsClosedException">The connection has ended.</exception>
    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> RequestCertificateAsync()
    {
        if (!IsServer || _info is not { Protocol: TlsProtocol.Tls13 }) throw new InvalidOperationException("a certificate can be asked for by the server of an established TLS 1.3 connection");
        return _driver.RequestCertificateAsync();
    }

    /// <summary>Before the handshake: offers what the context remembers of this peer.</summary>
    internal void ResumeAs(string key) => _driver.ResumeAs(key);

    /// <summary>Before the handshake, and after a session was offered: sends data early if the session allows it.</summary>
    internal void OfferEarlyData(ReadOnlyMemory<byte> data, bool resend) => _driver.OfferEarlyData(data, resend);

    /// <summary>Before <see cref="Begin"/>: a PROXY header comes before the handshake.</summary>
    internal void ExpectProxyHeader() => _driver.ExpectProxyHeader();

    /// <summary>Before <see cref="Begin"/>: sends a PROXY header before the handshake.</summary>
    internal void SendProxyHeader(ProxyHeader header) => _driver.SendProxyHeader(header);

    /// <summary>Begins the handshake. On the loop's thread, once.</summary>
    /// <param name="handler">Gets the callbacks.</param>
    /// <param name="onEnded">Told on the loop's thread when the connection has ended, before the handler is.</param>
    internal void Begin(TlsConnectionHandler handler, Action? onEnded = null) => _driver.Begin(handler, onEnded);

    /// <summary>True on the server's side.</summary>
    internal bool IsServer => _driver.IsServer;

    /// <summary>What stands behind the connection, for those who check it.</summary>
    internal ConnectionDriver Driver => _driver;

    /// <summary>Frees a connection that was never begun, and tells those who wait for its end.</summary>
    internal void Discard(Exception reason)
    {
        var outcome = new CloseOutcome(CloseReason.CallbackFailed, reason);
        _outcome = outcome;
        _driver.Discard();
        CompleteClosed(outcome);
    }

    internal void SetProxyHeader(ProxyHeader header) => _proxyHeader = header;

    internal void SetInfo(TlsConnectionInfo info) => _info = info;

    internal void SetOutcome(CloseOutcome outcome) => _outcome = outcome;

    internal void CompleteClosed(CloseOutcome outcome)
    {
        _completed = outcome;

        // The asker puts its source in and then looks at the outcome; we set the outcome and then look for a source. Without the fence both could look too early.
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _closed)?.TrySetResult(outcome);
    }

    internal TlsClosedException ClosedFault() => new(_outcome);

    private TaskCompletionSource<CloseOutcome> MakeClosed()
    {
        var made = new TaskCompletionSource<CloseOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        return Interlocked.CompareExchange(ref _closed, made, null) ?? made;
    }
}
