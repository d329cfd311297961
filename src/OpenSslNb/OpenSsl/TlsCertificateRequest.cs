namespace OpenSslNb;

/// <summary>A server asks for the client's certificate (<see cref="TlsClientOptions.SelectCertificate"/>). Immutable: it may be kept.</summary>
public sealed class TlsCertificateRequest
{
    /// <summary>The authorities that it says it trusts, each an X.501 name as DER (RFC 8446 §4.2.4, RFC 5246 §7.4.4; <c>SSL_get0_peer_CA_list(3)</c>); empty when it does not say.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Authorities { get; init; }

    /// <summary>The name that we asked for; null when we asked for none.</summary>
    public required string? ServerName { get; init; }

    /// <summary>What the server wants to see, of <see cref="TlsOptions.OwnCertificateTypes"/>.</summary>
    public TlsCertificateType CertificateType { get; init; }
}
