namespace OpenSslNb;

/// <summary>What has passed on a connection. A snapshot: each figure is exact by itself, and they may be of slightly different moments while the connection works.</summary>
public sealed record TlsConnectionStatistics
{
    /// <summary>Plaintext bytes that came in.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Plaintext bytes that OpenSSL has taken.</summary>
    public long BytesSent { get; init; }

    /// <summary>Records that came in after the handshake, those without application data included.</summary>
    public long RecordsReceived { get; init; }

    /// <summary>Records of application data that were made.</summary>
    public long RecordsSent { get; init; }

    /// <summary>Bytes from the transport, all of TLS included.</summary>
    public long CiphertextReceived { get; init; }

    /// <summary>Bytes that the transport has taken, all of TLS included.</summary>
    public long CiphertextSent { get; init; }

    /// <summary>Attempts of an operation that had to wait for bytes.</summary>
    public int ReadWants { get; init; }

    /// <summary>Attempts that had to wait for the transport to take bytes.</summary>
    public int WriteWants { get; init; }

    /// <summary>Attempts that had to wait for an answer of the application.</summary>
    public int OtherWants { get; init; }

    /// <summary>Reads that had to wait for writing, and writes that had to wait for reading.</summary>
    public int CrossedWants { get; init; }

    /// <summary>The flights of the initial handshake in order; none unless <see cref="TlsConnectionOptions.TimeHandshake"/> asked for them.</summary>
    public IReadOnlyList<TlsFlight> Flights { get; init; } = [];
}

/// <summary>Bytes of a handshake that went in one direction before any went in the other, as this side saw them.</summary>
/// <param name="IsSent">True when this side sent them.</param>
/// <param name="Bytes">How many, record headers included.</param>
/// <param name="Began">When its first bytes passed, from when the connection was there; to the millisecond.</param>
/// <param name="Ended">When its last ones passed.</param>
public readonly record struct TlsFlight(bool IsSent, long Bytes, TimeSpan Began, TimeSpan Ended);
