namespace OpenSslNb;

/// <summary>Where a connection's ciphertext goes.</summary>
public enum TransportKind
{
    /// <summary>Several records a system call, through buffers that the loop's connections share. Reading never waits for a blocked write.</summary>
    Buffered = 0,

    /// <summary>OpenSSL makes the system calls (<c>SSL_set_fd(3)</c>). On TLS 1.3, or with renegotiation allowed, reading waits while a write is blocked: two peers that both send without reading stall until the write timeout.</summary>
    SocketFd,
}

/// <summary>Bounds and deadlines of a connection. Every deadline may be <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
public sealed record TlsConnectionOptions
{
    /// <summary>Where ciphertext goes.</summary>
    public TransportKind Transport { get; init; } = TransportKind.Buffered;

    /// <summary>Most plaintext bytes that may be queued; over it <see cref="TlsConnection.TrySend"/> says <see cref="SendResult.Full"/>. 1 MiB unless told otherwise.</summary>
    public int OutboundLimit { get; init; } = 1024 * 1024;

    /// <summary>After a refused send, <see cref="TlsConnectionHandler.OnLowWater"/> is called when the queue has fallen to this many bytes. 256 KiB, or the limit if that is less.</summary>
    public int LowWaterMark { get; init; } = 256 * 1024;

    /// <summary>Most plaintext bytes kept while reading is paused and a renegotiation forces a read; at least 16 KiB. 64 KiB unless told otherwise.</summary>
    public int InboundLimit { get; init; } = 64 * 1024;

    /// <summary>Most ciphertext bytes kept while the kernel takes none, on the buffered transport; at least 20 KiB. 128 KiB unless told otherwise.</summary>
    public int CiphertextLimit { get; init; } = 128 * 1024;

    /// <summary>Time for the whole handshake, whatever the peer trickles. 10 s unless told otherwise.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time without a byte in either direction. 5 minutes unless told otherwise.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Time that queued data may wait without a byte of it going out. 1 minute unless told otherwise.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Time for the peer to follow once our close_notify is out. 5 s unless told otherwise.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Size of the kernel's send buffer (<c>SO_SNDBUF</c>, bytes); null leaves it to the kernel, which is best for nearly everybody.</summary>
    public int? SendBuffer { get; init; }

    /// <summary>Size of the kernel's receive buffer (<c>SO_RCVBUF</c>, bytes); null leaves it to the kernel.</summary>
    public int? ReceiveBuffer { get; init; }

    /// <summary>How long OpenSSL's record buffers are kept; <see cref="MemoryPolicy.Balanced"/> unless told otherwise.</summary>
    public MemoryPolicy Memory { get; init; } = MemoryPolicy.Balanced;

    /// <summary>With <see cref="MemoryPolicy.Balanced"/>: time without a byte after which record buffers are freed, give or take half a second. 5 s unless told otherwise.</summary>
    public TimeSpan IdleBufferTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Most plaintext bytes of a record that is sent, and of a handshake message's record (<c>SSL_set_max_send_fragment(3)</c>); 512 to 16,384, which is the default and the cheapest. What the peer has asked for
    /// (<see cref="TlsClientOptions.MaximumFragmentLength"/>) holds besides.
    /// </summary>
    public int MaximumRecord { get; init; } = LargestRecord;

    /// <summary>
    /// Begins with records that fit one TCP segment, so that the peer can use the first bytes before many segments are there, and goes on with large ones once 64 KiB have gone out without a pause of a second. Off unless told otherwise: it
    /// is for those who answer people (web pages), and costs some percent of the first 64 KiB.
    /// </summary>
    public bool SmallRecordsFirst { get; init; }

    /// <summary>
    /// After this many records in one direction, the keys of that direction are changed (KeyUpdate, RFC 8446 §4.6.3): AES-GCM must not encrypt more than 2^24.5 records with one (§5.5). 2^24 unless told otherwise. Connections of TLS 1.2
    /// have no such message.
    /// </summary>
    public int RecordsPerKey { get; init; } = 1 << 24;

    /// <summary>Most renegotiations that the peer may make in a minute where <see cref="TlsOptions.AllowRenegotiation"/> lets it make any; one more ends the connection. 10 unless told otherwise.</summary>
    public int RenegotiationsPerMinute { get; init; } = 10;

    /// <summary>Notes when each flight of the handshake was sent and came in, for <see cref="TlsConnection.GetStatistics"/>. Off unless told otherwise.</summary>
    public bool TimeHandshake { get; init; }

    /// <summary>Sees each attempt of each operation, and what happens above and below it; null for none.</summary>
    public ITlsTrace? Trace { get; init; }

    internal const int LargestRecord = 16 * 1024;

    internal TlsConnectionOptions Validated()
    {
        AtLeast(nameof(OutboundLimit), OutboundLimit, 1);
        AtLeast(nameof(LowWaterMark), LowWaterMark, 0);
        AtLeast(nameof(InboundLimit), InboundLimit, 16 * 1024);
        AtLeast(nameof(CiphertextLimit), CiphertextLimit, 20 * 1024);
        AtLeast(nameof(MaximumRecord), MaximumRecord, 512);
        if (MaximumRecord > LargestRecord) throw new ArgumentOutOfRangeException(nameof(MaximumRecord), MaximumRecord, $"{nameof(MaximumRecord)} must be at most {LargestRecord}");
        AtLeast(nameof(RecordsPerKey), RecordsPerKey, 1);
        AtLeast(nameof(RenegotiationsPerMinute), RenegotiationsPerMinute, 0);
        AtLeast(nameof(SendBuffer), SendBuffer ?? 1, 1);
        AtLeast(nameof(ReceiveBuffer), ReceiveBuffer ?? 1, 1);
        Positive(nameof(HandshakeTimeout), HandshakeTimeout);
        Positive(nameof(IdleTimeout), IdleTimeout);
        Positive(nameof(WriteTimeout), WriteTimeout);
        Positive(nameof(ShutdownTimeout), ShutdownTimeout);
        Positive(nameof(IdleBufferTime), IdleBufferTime);
        if (!Enum.IsDefined(Memory)) throw new ArgumentOutOfRangeException(nameof(Memory), Memory, $"{nameof(Memory)} must be one of {string.Join(", ", Enum.GetNames<MemoryPolicy>())}");
        return this;
    }

    internal static void AtLeast(string name, int value, int least)
    {
        if (value < least) throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least {least}");
    }

    internal static void Positive(string name, TimeSpan value)
    {
        if (value <= TimeSpan.Zero && value != Timeout.InfiniteTimeSpan) throw new ArgumentOutOfRangeException(name, value, $"{name} must be positive, or Timeout.InfiniteTimeSpan");
    }
}
