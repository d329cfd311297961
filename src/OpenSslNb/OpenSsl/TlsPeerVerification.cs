namespace OpenSslNb;

/// <summary>A peer's certificates and what OpenSSL says about them, for the application to judge (<see cref="TlsOptions.VerifyPeer"/>). Immutable: it may be kept.</summary>
public sealed class TlsPeerVerification
{
    /// <summary>The certificates as the peer sent them, its own first, as DER.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Certificates { get; init; }

    /// <summary>The chain that OpenSSL built, from the peer's certificate to an authority, as DER (<c>X509_STORE_CTX_get0_chain(3)</c>); as far as it came when <see cref="Error"/> is set. Empty for a session that is resumed.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Chain { get; init; }

    /// <summary>Why OpenSSL would not accept it, in its words; null when it would: the chain leads to an authority that is trusted, its dates and purposes are right, and so are the name, the revocation lists and the pinned keys where there are some.</summary>
    public required string? Error { get; init; }

    /// <summary>Which certificate of the chain <see cref="Error"/> is about, 0 being the peer's own (<c>X509_STORE_CTX_get_error_depth(3)</c>).</summary>
    public required int ErrorDepth { get; init; }

    /// <summary>The name that a client asked for; of a server's peer null.</summary>
    public required string? ServerName { get; init; }

    /// <summary>The public key that the peer has shown in place of certificates (RFC 7250; <c>X509_STORE_CTX_get0_rpk(3)</c>): its SubjectPublicKeyInfo as DER; null when it has sent certificates. Then there are none of those, no name and no dates: whether this is the peer's key is all there is to judge.</summary>
    public ReadOnlyMemory<byte>? RawPublicKey { get; init; }

    /// <summary>True when a session is resumed, in which no certificate is sent: these are those of the handshake that it comes from.</summary>
    public bool IsResumed { get; init; }
}
