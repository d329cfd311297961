namespace OpenSslNb.Simulation.Probing;

/// <summary>What a peer has. A probe that needs what it does not have is not applicable.</summary>
[Flags]
public enum PeerFeatures
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>TLS 1.2.</summary>
    Tls12 = 1,

    /// <summary>TLS 1.3.</summary>
    Tls13 = 1 << 1,

    /// <summary>Sessions of TLS 1.2 that can be resumed.</summary>
    Sessions12 = 1 << 2,

    /// <summary>Tickets of TLS 1.3.</summary>
    Tickets13 = 1 << 3,

    /// <summary>It selects application protocols.</summary>
    ApplicationProtocols = 1 << 4,

    /// <summary>It agrees on a maximum fragment length (RFC 6066 §4).</summary>
    MaximumFragmentLength = 1 << 5,

    /// <summary>It agrees on a record size limit (RFC 8449).</summary>
    RecordSizeLimit = 1 << 6,

    /// <summary>A suite of TLS 1.3 whose records <see cref="Probe.SendSealed(byte?, ReadOnlyMemory{byte}, int)"/> can make: TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384 or TLS_CHACHA20_POLY1305_SHA256.</summary>
    SealableSuite = 1 << 7,
}
