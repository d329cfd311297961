namespace OpenSslNb.Simulation.Probing;

/// <summary>Sees what a peer does, in its own order: each record, and what the record has completed behind it. Must not call back.</summary>
internal interface IPeerObserver
{
    /// <summary>A record, before it is looked into.</summary>
    void OnRecord(TlsRecord record);

    /// <summary>What the last record says that it is inside the encryption (RFC 8446 §5.2).</summary>
    void OnInnerType(byte type);

    /// <summary>A handshake message, with its header.</summary>
    void OnMessage(string name, ReadOnlySpan<byte> message);

    /// <summary>An alert.</summary>
    void OnAlert(ReceivedAlert alert);

    /// <summary>Application data that could be read.</summary>
    void OnData(ReadOnlySpan<byte> data);

    /// <summary>Bytes that are no record, or not a whole one before the end.</summary>
    void OnNoRecord(string shown);

    /// <summary>What our side could not accept.</summary>
    void OnRefusal(string words);

    /// <summary>The stream has ended.</summary>
    void OnEnd(StreamEnd end);
}
