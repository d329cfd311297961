using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Where a server's sessions are: in tickets, in its context, or in the application's store.</summary>
internal static unsafe class ServerSessions
{
    // One client's is taken in one turn.
    private const int MostEarlyData = 1024 * 1024;

    // OpenSSL's own default.
    private const int KeptForEarlyData = 20_480;

    /// <summary>Sets all but the mode of the cache.</summary>
    /// <returns>The mode.</returns>
    public static int Set(nint context, TlsServerOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.SessionCacheSize, nameof(TlsServerOptions.SessionCacheSize));
        SetEarlyData(context, options);
        if (options.SessionStore is not null)
        {
            SetStore(context, options);
            return SslConst.SSL_SESS_CACHE_SERVER | SslConst.SSL_SESS_CACHE_NO_INTERNAL;
        }

        bool guardsReplay = options.MaximumEarlyData > 0 && !options.DangerouslyAllowEarlyDataReplay;
        int kept = options.SessionCacheSize == 0 && guardsReplay ? KeptForEarlyData : options.SessionCacheSize;
        if (kept == 0) return SslConst.SSL_SESS_CACHE_OFF;
        _ = LibSsl.SSL_CTX_ctrl(context, SslConst.SSL_CTRL_SET_SESS_CACHE_SIZE, kept, null);
        return SslConst.SSL_SESS_CACHE_SERVER;
    }

    private static void SetEarlyData(nint context, TlsServerOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaximumEarlyData, nameof(TlsServerOptions.MaximumEarlyData));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaximumEarlyData, MostEarlyData, nameof(TlsServerOptions.MaximumEarlyData));
        if (options.DangerouslyAllowEarlyDataReplay && options.MaximumEarlyData == 0) throw new ArgumentException("DangerouslyAllowEarlyDataReplay needs MaximumEarlyData: there is nothing to replay", nameof(options));
        if (options.MaximumEarlyData == 0) return;
        if (options.HandshakeWorkers is not null) throw new ArgumentException("MaximumEarlyData and HandshakeWorkers exclude each other: early data is taken on the loop", nameof(options));
        _ = LibSsl.SSL_CTX_set_max_early_data(context, (uint)options.MaximumEarlyData);
        _ = LibSsl.SSL_CTX_set_recv_max_early_data(context, (uint)options.MaximumEarlyData);
        if (options.DangerouslyAllowEarlyDataReplay) _ = LibSsl.SSL_CTX_set_options(context, SslConst.SSL_OP_NO_ANTI_REPLAY);
    }

    private static void SetStore(nint context, TlsServerOptions options)
    {
        if (options.SessionCacheSize > 0) throw new ArgumentException("SessionStore and SessionCacheSize exclude each other", nameof(options));
        if (options.TicketKeys is not null || options.TicketKeysOf is not null) throw new ArgumentException("with a SessionStore there are no tickets that TicketKeys or TicketKeysOf could be for", nameof(options));

        // OpenSSL takes a session as used only when it was in its own cache.
        if (options.MaximumEarlyData > 0 && !options.DangerouslyAllowEarlyDataReplay) throw new ArgumentException("a SessionStore cannot guard early data against replay: leave out one of SessionStore and MaximumEarlyData", nameof(options));

        // With it TLS 1.3's tickets hold an id, and TLS 1.2 has ids alone.
        _ = LibSsl.SSL_CTX_set_options(context, SslConst.SSL_OP_NO_TICKET);
        SslCallbacks.UseStore(context);
    }
}
