using OpenSslNb.Connections;

namespace OpenSslNb;

/// <summary>A TLS connection as a <see cref="Stream"/>: one read and one write at a time, in parallel with each other, for code that is written with <c>await</c>.</summary>
/// <remarks>
/// A write completes when its data is queued; the queue is bounded, so a peer that does not read holds writers back. A read returns 0 after the peer's close_notify and throws
/// <see cref="TlsClosedException"/> when the stream was cut short. The stream may be disposed at any time, from any thread: what was written still goes out, then close_notify.
/// </remarks>
public sealed class TlsStream : Stream
{
    private readonly StreamHandler _handler;
    private int _isDisposed;

    private TlsStream(StreamHandler handler) => _handler = handler;

    /// <summary>The connection below: its facts, its outcome, its half-close.</summary>
    public TlsConnection Connection => _handler.Connection;

    /// <inheritdoc/>
    public override bool CanRead => Volatile.Read(ref _isDisposed) == 0;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => Volatile.Read(ref _isDisposed) == 0;

    /// <summary>Not supported.</summary>
    public override long Length => throw new NotSupportedException("a TLS stream has no length");

    /// <summary>Not supported.</summary>
    public override long Position
    {
        get => throw new NotSupportedException("a TLS stream has no position");
        set => throw new NotSupportedException("a TLS stream has no position");
    }

    /// <summary>Connects as <see cref="TlsConnector.ConnectAsync"/> does.</summary>
    /// <inheritdoc cref="TlsConnector.ConnectAsync"/>
    public static async Task<TlsStream> ConnectAsync(EventLoop loop, string host, int port, TlsContext context, TlsConnectOptions? options = null, CancellationToken cancellationToken = default)
    {
        var handler = new StreamHandler();
        await TlsConnector.ConnectAsync(loop, host, port, context, handler, options, cancellationToken).ConfigureAwait(false);
        return new TlsStream(handler);
    }

    /// <summary>Listens as <see cref="TlsListener.Start"/> does, and gives each connection as a stream once its handshake has ended.</summary>
    /// <param name="loop">Where the connections live.</param>
    /// <param name="endPoint">Address and port.</param>
    /// <param name="context">A server's context.</param>
    /// <param name="accepted">Runs on the thread pool for each connection; the stream is disposed when its task has ended. Its exceptions abort the connection.</param>
    /// <param name="options">Null for the defaults.</param>
    public static TlsListener Listen(EventLoop loop, System.Net.IPEndPoint endPoint, TlsContext context, Func<TlsStream, Task> accepted, TlsListenerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(accepted);
        return TlsListener.Start(loop, endPoint, context, _ => new StreamHandler { Opened = handler => Task.Run(() => ServeAsync(new TlsStream(handler), accepted)) }, options);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Another read is running.</exception>
    /// <exception cref="TlsClosedException">The connection ended otherwise than by close_notify.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return _handler.ReadAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Blocks; never call it on the loop's thread.</summary>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    /// <exception cref="TlsClosedException">The sending direction is closed, or the connection ended.</exception>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return Connection.SendAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Blocks while the queue is full; never call it on the loop's thread.</summary>
    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <summary>Nothing to do: what is queued goes out by itself.</summary>
    public override void Flush()
    {
        // The loop never holds data back.
    }

    /// <inheritdoc cref="Flush"/>
    public override Task FlushAsync(CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;

    /// <summary>Not supported.</summary>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("a TLS stream cannot seek");

    /// <summary>Not supported.</summary>
    public override void SetLength(long value) => throw new NotSupportedException("a TLS stream has no length");

    /// <summary>Ends our direction with close_notify behind what was written; reading goes on.</summary>
    public void CloseWrite() => Connection.CloseWrite();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _isDisposed, 1) == 0) _handler.DisposeStream();
        base.Dispose(disposing);
    }

    private static async Task ServeAsync(TlsStream stream, Func<TlsStream, Task> accepted)
    {
        try
        {
            await accepted(stream).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            stream.Connection.Abort();
            stream.Connection.Loop.ReportUnhandled(e);
        }
        finally
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
}
