using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Which types of certificates both sides may show each other (RFC 7250 §3): what is sent for them, and what of the options does not fit.</summary>
internal static unsafe class CertificateTypes
{
    /// <summary>What was there before the extension: nothing is sent for it.</summary>
    public static IReadOnlyList<TlsCertificateType> Default { get; } = [TlsCertificateType.X509];

    /// <summary>Tells a context (<c>SSL_CTX_set1_server_cert_type(3)</c>).</summary>
    /// <exception cref="ArgumentException">A list is none, or other options do not fit.</exception>
    public static void Set(nint context, TlsOptions options)
    {
        byte[]? own = Wire(options.OwnCertificateTypes, nameof(TlsOptions.OwnCertificateTypes));
        byte[]? peer = Wire(options.PeerCertificateTypes, nameof(TlsOptions.PeerCertificateTypes));
        RequireIdentities(options);
        RequireFittingDemands(options);
        if (own is null && peer is null) return;
        bool isServer = options is TlsServerOptions;
        if (!options.ShowsCertificates) SslCallbacks.ShowKeyAlone(context);
        if ((isServer ? own : peer) is { } server)
        {
            fixed (byte* types = server) TlsContextBuilder.Require(LibSsl.SSL_CTX_set1_server_cert_type(context, types, (nuint)server.Length), "the server's certificate types");
        }

        if ((isServer ? peer : own) is { } client)
        {
            fixed (byte* types = client) TlsContextBuilder.Require(LibSsl.SSL_CTX_set1_client_cert_type(context, types, (nuint)client.Length), "the client's certificate types");
        }
    }

    /// <summary>Tells a server's connection that has got another context.</summary>
    public static void SetOnConnection(nint ssl, TlsServerOptions options)
    {
        if (!OpenSslCapabilities.HasRawPublicKeys) return;
        byte[]? own = Wire(options.OwnCertificateTypes, nameof(TlsOptions.OwnCertificateTypes));
        byte[]? peer = Wire(options.PeerCertificateTypes, nameof(TlsOptions.PeerCertificateTypes));
        fixed (byte* types = own) TlsContextBuilder.Require(LibSsl.SSL_set1_server_cert_type(ssl, types, (nuint)(own?.Length ?? 0)), "the server's certificate types");
        fixed (byte* types = peer) TlsContextBuilder.Require(LibSsl.SSL_set1_client_cert_type(ssl, types, (nuint)(peer?.Length ?? 0)), "the client's certificate types");
    }

    /// <summary>What was agreed on for the server's side, or for the client's (<c>SSL_get_negotiated_server_cert_type(3)</c>).</summary>
    public static TlsCertificateType Agreed(nint ssl, bool ofServer)
    {
        if (!OpenSslCapabilities.HasRawPublicKeys) return TlsCertificateType.X509;
        return (TlsCertificateType)(ofServer ? LibSsl.SSL_get_negotiated_server_cert_type(ssl) : LibSsl.SSL_get_negotiated_client_cert_type(ssl));
    }

    // Null for the default, which needs no extension.
    private static byte[]? Wire(IReadOnlyList<TlsCertificateType> types, string option)
    {
        if (types.Count == 0) throw new ArgumentException($"{option} must have one type at least", option);
        foreach (TlsCertificateType type in types)
        {
            if (type is not (TlsCertificateType.X509 or TlsCertificateType.RawPublicKey)) throw new ArgumentException($"{option}: {type} is not one of X509 and RawPublicKey", option);
            if (types.Count(other => other == type) > 1) throw new ArgumentException($"{option} has {type} twice", option);
        }

        if (!types.Contains(TlsCertificateType.RawPublicKey)) return null;
        if (!OpenSslCapabilities.HasRawPublicKeys) throw new ArgumentException($"{option} with RawPublicKey needs OpenSSL 3.2, and this is {OpenSslLibrary.Version.Text}", option);
        return [.. types.Select(type => (byte)type)];
    }

    private static void RequireIdentities(TlsOptions options)
    {
        if (!options.ShowsCertificates) return;
        IEnumerable<TlsCertificate?> named = options is TlsServerOptions server ? server.NamedCertificates.Values : [];
        if ((IEnumerable<TlsCertificate?>)[options.Certificate, .. options.AdditionalCertificates, .. named] is var all && all.All(identity => identity?.HasCertificate != false)) return;
        throw new ArgumentException("a private key without a certificate is of use for raw public keys alone: OwnCertificateTypes must be RawPublicKey and nothing else", nameof(options));
    }

    private static void RequireFittingDemands(TlsOptions options)
    {
        if (!options.TakesRawKeys)
        {
            if (options.TrustedPeerKeys.Count > 0) throw new ArgumentException("TrustedPeerKeys are raw public keys: set RawPublicKey among PeerCertificateTypes, too", nameof(options));
            return;
        }

        switch (options)
        {
            case TlsClientOptions { DangerouslyAcceptAnyPeerCertificate: true, TrustedPeerKeys.Count: > 0 }:
                throw new ArgumentException("TrustedPeerKeys and DangerouslyAcceptAnyPeerCertificate exclude each other", nameof(options));
            case TlsClientOptions { Stapling: StaplePolicy.Require }:
                throw new ArgumentException("Stapling cannot be required of raw public keys, which have no status: leave RawPublicKey out of PeerCertificateTypes", nameof(options));
            case TlsServerOptions { TakesCertificates: true, ClientTrust: null }:
                throw new ArgumentException("PeerCertificateTypes with X509 beside RawPublicKey need ClientTrust: whose certificates are good?", nameof(options));
        }
    }
}
