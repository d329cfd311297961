namespace OpenSslNb;

/// <summary>What a connection waits for on its transport: the poller's vocabulary. Derived from the blocked operations, never stored beside them.</summary>
[Flags]
public enum Interest : byte
{
    /// <summary>Nothing: the descriptor is not registered with the poller.</summary>
    None = 0,

    /// <summary>Readability: bytes, end of stream or an error can be read.</summary>
    Read = 1,

    /// <summary>Writability: the transport takes bytes again.</summary>
    Write = 2,

    /// <summary>Both directions.</summary>
    ReadWrite = Read | Write,
}
