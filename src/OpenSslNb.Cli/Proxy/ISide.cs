namespace OpenSslNb.Cli.Proxy;

/// <summary>One of the two connections that a proxy joins, with TLS or without. The loop's thread alone.</summary>
internal interface ISide
{
    /// <summary>Takes bytes behind those before them; all, or none.</summary>
    /// <returns>False when there is no room: <see cref="ISideObserver.OnRoom"/> will tell.</returns>
    bool TrySend(ReadOnlySpan<byte> data);

    /// <summary>Nothing follows what was sent: the end of the stream, which the peer can tell from a cut.</summary>
    void CloseWrite();

    /// <summary>RST: the peer learns that something is missing.</summary>
    void Abort();

    /// <summary>No more data, and no end of it, until <see cref="ResumeReading"/>.</summary>
    void PauseReading();

    void ResumeReading();
}

/// <summary>What a side tells. Each call comes on the loop's thread, and none after <see cref="OnClosed"/>.</summary>
internal interface ISideObserver
{
    /// <summary>It is ready for data.</summary>
    void OnOpened();

    /// <param name="data">Valid during the call only.</param>
    void OnReceived(ReadOnlySpan<byte> data);

    /// <summary>The peer's stream has ended where it was meant to end.</summary>
    void OnPeerClosed();

    /// <summary>There is room again for what was refused.</summary>
    void OnRoom();

    /// <summary>It is gone. Once.</summary>
    /// <param name="failure">Null when both directions had ended in good order.</param>
    void OnClosed(CloseOutcome? failure);
}
