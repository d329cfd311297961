using System.Net;
using System.Net.Sockets;
using OpenSslNb.Connections;
using OpenSslNb.Interop;

namespace OpenSslNb;

/// <summary>How a client connects.</summary>
public sealed record TlsConnectOptions
{
    /// <summary>The name that is asked for (SNI) and that the certificate must bear; the host unless told otherwise.</summary>
    public string? ServerName { get; init; }

    /// <summary>
    /// Sent with the first flight, all of it or nothing, when a session of TLS 1.3 can be resumed that allows so much (RFC 8446 §2.3; <see cref="TlsClientOptions.SessionCacheSize"/>). The server's application may see it more than once, for
    /// whoever records it can send it again: only for requests that do no harm then. <see cref="TlsConnectionInfo.EarlyData"/> says what came of it. At most <see cref="TlsConnectionOptions.OutboundLimit"/> bytes; not copied before the connection is made.
    /// </summary>
    public ReadOnlyMemory<byte> EarlyData { get; init; }

    /// <summary>Sends <see cref="EarlyData"/> in the ordinary way, before anything else, when it was not sent early or the server did not take it. Off unless told otherwise: the server may choose another protocol then, or be another one.</summary>
    public bool ResendEarlyData { get; init; }

    /// <summary>Time for the name and the TCP connection. 15 s unless told otherwise.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an address may take before the next one is tried beside it (RFC 8305 §5 and §8). 250 ms unless told otherwise.</summary>
    public TimeSpan AttemptDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Sent before the handshake: for whom this connection is made, told to a peer that expects a PROXY header. Null for none.</summary>
    public ProxyHeader? ProxyHeader { get; init; }

    /// <summary>For the connection.</summary>
    public TlsConnectionOptions Connection { get; init; } = new();

    /// <summary>A session to offer for resumption; null for none.</summary>
    internal SafeSslSessionHandle? Session { get; init; }
}

/// <summary>No connection came about.</summary>
public sealed class TlsConnectException : IOException
{
    internal TlsConnectException(string message, CloseOutcome outcome)
        : base(message, outcome.Exception) => Outcome = outcome;

    /// <summary>What went wrong: <see cref="CloseReason.ConnectFailed"/> before TLS began, else how the handshake ended.</summary>
    public CloseOutcome Outcome { get; }
}

/// <summary>Makes client connections.</summary>
public static class TlsConnector
{
    /// <summary>Resolves the name off the loop, tries IPv6 and IPv4 as RFC 8305 says, and does the handshake. The peer's chain and name are verified unless the context says otherwise.</summary>
    /// <param name="loop">Where the connection lives.</param>
    /// <param name="host">A name or an IP address.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="context">A client's context.</param>
    /// <param name="handler">Gets the callbacks; no callback comes if no TCP connection is made.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Ends the attempt; no effect once the task has completed.</param>
    /// <returns>Completes when the handshake has ended, after <see cref="TlsConnectionHandler.OnOpened"/>.</returns>
    /// <exception cref="TlsConnectException">The name, the TCP connection, the handshake or the verification failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<TlsConnection> ConnectAsync(
        EventLoop loop, string host, int port, TlsContext context, TlsConnectionHandler handler, TlsConnectOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, IPEndPoint.MaxPort);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(handler);
        if (context.IsServer) throw new ArgumentException("a connector needs a client's context: TlsContext.CreateClient", nameof(context));
        options ??= new TlsConnectOptions();
        _ = options.Connection.Validated();
        TlsConnectionOptions.Positive(nameof(options.ConnectTimeout), options.ConnectTimeout);
        if (options.AttemptDelay < TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(options), options.AttemptDelay, $"{nameof(options.AttemptDelay)} must not be negative");
        if (options.EarlyData.Length > options.Connection.OutboundLimit) throw new ArgumentException($"EarlyData has {options.EarlyData.Length} bytes, and the outbound limit is {options.Connection.OutboundLimit}", nameof(options));
        if (options.ProxyHeader is { SourcePath: not null } or { DestinationPath: not null }) throw new ArgumentException("a PROXY header with addresses of the UNIX domain cannot be sent", nameof(options));

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.ConnectTimeout);
        var race = new ConnectRace(loop, host, context, handler, options);
        try
        {
            IReadOnlyList<IPEndPoint> endPoints = await ResolveAsync(host, port, timeout.Token).ConfigureAwait(false);
            await using CancellationTokenRegistration cancelled = cancellationToken.Register(race.Cancel);
            await using CancellationTokenRegistration expired = timeout.Token.Register(race.Expire);
            return await race.RunAsync(endPoints).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var outcome = new CloseOutcome(CloseReason.ConnectFailed, new TimeoutException($"no connection within {options.ConnectTimeout.TotalSeconds} s"));
            throw new TlsConnectException($"no connection to {host}:{port} within {options.ConnectTimeout.TotalSeconds} s", outcome);
        }
    }

    private static async Task<IReadOnlyList<IPEndPoint>> ResolveAsync(string host, int port, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out IPAddress? address)) return [new IPEndPoint(address, port)];
        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
            return AddressOrder.Interleave(addresses, port);
        }
        catch (SocketException e)
        {
            throw new TlsConnectException($"the name '{host}' could not be resolved: {e.Message}", new CloseOutcome(CloseReason.ConnectFailed, e));
        }
    }
}
