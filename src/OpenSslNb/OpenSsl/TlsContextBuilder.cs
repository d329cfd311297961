using System.Text;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Turns options into an <c>SSL_CTX</c>, one concern a method. Each refusal names the option.</summary>
internal static unsafe class TlsContextBuilder
{
    // Of TLS 1.2, with nothing but the key to be known by.
    private const string PreSharedKeyCiphers = "kECDHEPSK:kDHEPSK:kPSK:!eNULL";

    // Of TLS 1.3: the key is bound to SHA-256, and a server that has a certificate would choose a suite with SHA-384 and forget the key.
    private const string PreSharedKeySuites = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256";

    /// <summary>Makes a context that is not configured yet.</summary>
    public static SafeSslCtxHandle CreateHandle(TlsOptions options)
    {
        if (options.PropertyQuery is not { } query) return SafeSslCtxHandle.Create();
        if (LibSsl.SSL_CTX_new_ex == null) throw new ArgumentException($"PropertyQuery needs OpenSSL 3.0, and this is {OpenSslLibrary.Version.Text}", nameof(options));
        if (!OpenSsl.PropertyQuery.IsWellFormed(query)) throw new ArgumentException($"PropertyQuery must be properties separated by commas, such as fips=yes or ?provider=tpm2,-fips, and not '{query}' (property(7))", nameof(options));
        using var text = new NativeText(query);
        return SafeSslCtxHandle.Create(text.Pointer);
    }

    /// <param name="handle">New.</param>
    /// <param name="options">What it is to be.</param>
    /// <param name="sessionsOf">Whose sessions it resumes: those of the same options unless given.</param>
    public static void Configure(SafeSslCtxHandle handle, TlsOptions options, TlsOptions? sessionsOf = null)
    {
        nint context = handle.Pointer;
        SetModes(context, options);
        SetVersions(context, options);
        SetSecurityLevel(context, options);
        SetCiphers(context, options);
        SetSessions(context, options, SessionScope.Of(sessionsOf ?? options));
        CertificateTypes.Set(context, options);
        SetCertificates(context, options);
        PeerDemands.Set(context, options);
        ServerTicketKeys.Set(context, options);
        SetAlpn(handle, options);
        if (options is TlsServerOptions { NamedCertificates.Count: > 0 }) SslCallbacks.SelectByName(context);
        if (options is TlsServerOptions { WatchesHello: true }) SslCallbacks.ChooseByHello(context);
        if (options is TlsClientOptions { SelectCertificate: not null } or TlsClientOptions { AdditionalCertificates.Count: > 0 }) SslCallbacks.ChooseCertificate(context);
        if (options is TlsServerOptions { FindPreSharedKey: not null }) SslCallbacks.FindPreSharedKey(context);
        if (options is TlsClientOptions { PreSharedKey: not null } client)
        {
            if (client.SessionCacheSize != 0) throw new ArgumentException("PreSharedKey and SessionCacheSize exclude each other: which of the two a server has taken could not be told", nameof(options));
            SslCallbacks.OfferPreSharedKey(context);
        }
        if (options is TlsClientOptions { MaximumFragmentLength: { } fragment }) SetFragmentLength(context, fragment);
        if (options is TlsClientOptions { AllowPostHandshakeAuthentication: true }) LibSsl.SSL_CTX_set_post_handshake_auth(context, 1);
        SetStapling(context, options);
        OpenSslCommands.Apply(context, options);
        SslCallbacks.WatchAlerts(context);
        if (options.KeyLog is not null) SslCallbacks.LogKeys(context);
    }

    /// <summary>What <c>SSL_new(3)</c> copies from its context, for a connection that has got another one.</summary>
    public static void ApplyToConnection(nint ssl, TlsContext context)
    {
        var options = (TlsServerOptions)context.Options;
        nint native = context.Handle.Pointer;
        LibSsl.SSL_set_verify(ssl, LibSsl.SSL_CTX_get_verify_mode(native), null);
        Require(LibSsl.SSL_set1_param(ssl, LibSsl.SSL_CTX_get0_param(native)), "the verification's parameters");
        _ = LibSsl.SSL_clear_options(ssl, ulong.MaxValue >> 1);
        _ = LibSsl.SSL_set_options(ssl, LibSsl.SSL_CTX_get_options(native));
        Require(LibSsl.SSL_set_min_proto_version(ssl, (int)options.MinimumProtocol), $"the minimum protocol {options.MinimumProtocol}");
        Require(LibSsl.SSL_set_max_proto_version(ssl, (int)options.MaximumProtocol), $"the maximum protocol {options.MaximumProtocol}");
        CertificateTypes.SetOnConnection(ssl, options);
        SslCallbacks.FindPreSharedKeyOf(ssl, options.FindPreSharedKey is not null);
        Require(LibSsl.SSL_set_num_tickets(ssl, (nuint)options.SessionTicketCount), $"{options.SessionTicketCount} session tickets");
        Require(LibSsl.SSL_set_max_early_data(ssl, (uint)options.MaximumEarlyData), $"{options.MaximumEarlyData} bytes of early data");
        if (options.CipherSuites is { } suites)
        {
            using var text = new NativeText(suites);
            Require(LibSsl.SSL_set_ciphersuites(ssl, text.Pointer), $"the TLS 1.3 cipher suites '{suites}'");
        }

        if (options.Groups is { } groups)
        {
            using var text = new NativeText(groups);
            Require(LibSsl.SSL_set1_groups_list(ssl, text.Pointer), $"the groups '{groups}'");
        }

        fixed (byte* scope = context.Scope)
        {
            Require(LibSsl.SSL_set_session_id_context(ssl, scope, SessionScope.Length), "the session id context");
        }
    }

    private static void SetModes(nint context, TlsOptions options)
    {
        // Partial writes and moving buffers stay off: OpenSSL then checks that a retry is identical. Auto-retry off: one record a call, so that a flood of KeyUpdates cannot hold the loop.
        _ = LibSsl.SSL_CTX_clear_mode(context, SslConst.SSL_MODE_AUTO_RETRY | SslConst.SSL_MODE_ENABLE_PARTIAL_WRITE | SslConst.SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        _ = LibSsl.SSL_CTX_set_options(context, (ulong)SslConst.SSL_OP_NO_COMPRESSION);
        if (options.KernelTls && OpenSslCapabilities.HasKernelTls) _ = LibSsl.SSL_CTX_set_options(context, SslConst.SSL_OP_ENABLE_KTLS);
        if (options.AllowRenegotiation)
        {
            _ = LibSsl.SSL_CTX_clear_options(context, (ulong)SslConst.SSL_OP_NO_RENEGOTIATION);
            if (OpenSslCapabilities.HasAllowClientRenegotiation) _ = LibSsl.SSL_CTX_set_options(context, (ulong)SslConst.SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
        }
        else
        {
            _ = LibSsl.SSL_CTX_set_options(context, (ulong)SslConst.SSL_OP_NO_RENEGOTIATION);
        }
    }

    private static void SetVersions(nint context, TlsOptions options)
    {
        Require(LibSsl.SSL_CTX_set_min_proto_version(context, (int)options.MinimumProtocol), $"the minimum protocol {options.MinimumProtocol}");
        Require(LibSsl.SSL_CTX_set_max_proto_version(context, (int)options.MaximumProtocol), $"the maximum protocol {options.MaximumProtocol}");
        if (options.MaximumProtocol != TlsProtocol.Default && options.MaximumProtocol < options.MinimumProtocol)
        {
            throw new ArgumentException($"the maximum protocol {options.MaximumProtocol} is below the minimum {options.MinimumProtocol}", nameof(options));
        }
    }

    private static void SetCiphers(nint context, TlsOptions options)
    {
        bool hasKey = options is TlsClientOptions { PreSharedKey: not null };
        string? ciphers = options.CipherList ?? (hasKey ? PreSharedKeyCiphers : null);
        if (ciphers is { } list)
        {
            using var text = new NativeText(list);
            Require(LibSsl.SSL_CTX_set_cipher_list(context, text.Pointer), $"the cipher list '{list}'");
        }

        if ((options.CipherSuites ?? (hasKey ? PreSharedKeySuites : null)) is { } suites)
        {
            using var text = new NativeText(suites);
            Require(LibSsl.SSL_CTX_set_ciphersuites(context, text.Pointer), $"the TLS 1.3 cipher suites '{suites}'");
        }

        if (options.Groups is { } groups)
        {
            using var text = new NativeText(groups);
            Require(LibSsl.SSL_CTX_set1_groups_list(context, text.Pointer), $"the groups '{groups}'");
        }

        if (options.SignatureAlgorithms is { } algorithms)
        {
            using var text = new NativeText(algorithms);
            Require(LibSsl.SSL_CTX_set1_sigalgs_list(context, text.Pointer), $"the signature algorithms '{algorithms}'");
        }
    }

    private static void SetStapling(nint context, TlsOptions options)
    {
        switch (options)
        {
            case TlsServerOptions:
                SslCallbacks.Staple(context);
                break;
            case TlsClientOptions { Stapling: not StaplePolicy.Ignore, DangerouslyAcceptAnyPeerCertificate: true }:
                throw new ArgumentException("Stapling and DangerouslyAcceptAnyPeerCertificate exclude each other: the status of a certificate says nothing when any will do", nameof(options));
            case TlsClientOptions { Stapling: not StaplePolicy.Ignore }:
                SslCallbacks.CheckStaple(context);
                break;
        }
    }

    private static void SetFragmentLength(nint context, int length)
    {
        const int Shortest = 512;
        int code = SslConst.TLSEXT_max_fragment_length_512 + System.Numerics.BitOperations.Log2((uint)Math.Max(length, 1)) - System.Numerics.BitOperations.Log2(Shortest);
        if (!System.Numerics.BitOperations.IsPow2(length) || code is < SslConst.TLSEXT_max_fragment_length_512 or > SslConst.TLSEXT_max_fragment_length_4096)
        {
            throw new ArgumentException($"MaximumFragmentLength must be 512, 1024, 2048 or 4096, and not {length}", nameof(length));
        }

        Require(LibSsl.SSL_CTX_set_tlsext_max_fragment_length(context, (byte)code), "the maximum fragment length");
    }

    // Before certificates, which it may refuse.
    private static void SetSecurityLevel(nint context, TlsOptions options)
    {
        if (options.SecurityLevel is not { } level) return;
        if (level is < 0 or > 5) throw new ArgumentException($"SecurityLevel must be from 0 to 5, and not {level}", nameof(options));
        LibSsl.SSL_CTX_set_security_level(context, level);
    }

    private static void SetCertificates(nint context, TlsOptions options)
    {
        if (options.Certificate is null)
        {
            if (options.AdditionalCertificates.Count > 0) throw new ArgumentException("AdditionalCertificates are beside a Certificate: set that first", nameof(options));
            return;
        }

        var types = new HashSet<int>();
        foreach (TlsCertificate certificate in (TlsCertificate[])[options.Certificate, .. options.AdditionalCertificates])
        {
            if (!types.Add(certificate.KeyType)) throw new ArgumentException("two of Certificate and AdditionalCertificates have keys of the same type: OpenSSL would use the last one alone", nameof(options));
            certificate.Apply(context, options.ShowsCertificates);
        }
    }

    private static void SetSessions(nint context, TlsOptions options, byte[] scope)
    {
        if (options is TlsServerOptions { SessionTicketCount: var count })
        {
            ArgumentOutOfRangeException.ThrowIfNegative(count, nameof(TlsServerOptions.SessionTicketCount));
            Require(LibSsl.SSL_CTX_set_num_tickets(context, (nuint)count), $"{count} session tickets");
        }

        // Tickets only, unless told otherwise: a cache inside the shared context would grow and be contended. A server needs a context id all the same, or resumption with client certificates fails.
        int mode = options is TlsServerOptions server ? ServerSessions.Set(context, server) : SslConst.SSL_SESS_CACHE_OFF;
        if (options is TlsClientOptions { SessionCacheSize: not 0 and var size })
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(TlsClientOptions.SessionCacheSize));
            mode = SslConst.SSL_SESS_CACHE_CLIENT | SslConst.SSL_SESS_CACHE_NO_INTERNAL;
            SslCallbacks.KeepSessions(context);
        }

        _ = LibSsl.SSL_CTX_set_session_cache_mode(context, mode);

        // A client's sessions are kept by peer; a scope of its own would make a handshake fail that resumes another's, a pre-shared key's among them.
        if (options is not TlsServerOptions) return;
        fixed (byte* pointer = scope)
        {
            Require(LibSsl.SSL_CTX_set_session_id_context(context, pointer, SessionScope.Length), "the session id context");
        }
    }

    private static void SetAlpn(SafeSslCtxHandle handle, TlsOptions options)
    {
        if (options.ApplicationProtocols.Count == 0) return;
        byte[] wire = AlpnWireFormat(options.ApplicationProtocols);
        if (options is TlsServerOptions)
        {
            NativeBytes native = NativeBytes.Copy(wire);
            handle.OnReleased(native.Free);
            SslCallbacks.SelectAlpn(handle.Pointer, native);
            return;
        }

        fixed (byte* pointer = wire)
        {
            // 0 is success here, unlike nearly everywhere else: SSL_CTX_set_alpn_protos(3).
            if (LibSsl.SSL_CTX_set_alpn_protos(handle.Pointer, pointer, (uint)wire.Length) != 0) throw OpenSslException.FromQueue("OpenSSL refused the application protocols");
        }
    }

    // Each name behind its length in one byte: RFC 7301 §3.1.
    private static byte[] AlpnWireFormat(IReadOnlyList<string> protocols)
    {
        using var wire = new MemoryStream();
        foreach (string protocol in protocols)
        {
            if (protocol.Length is 0 or > 255 || !Ascii.IsValid(protocol))
            {
                throw new ArgumentException($"the application protocol '{protocol}' must be 1 to 255 characters of ASCII", nameof(protocols));
            }

            wire.WriteByte((byte)protocol.Length);
            wire.Write(Encoding.ASCII.GetBytes(protocol));
        }

        return wire.ToArray();
    }

    internal static void Require(nint result, string what)
    {
        if (result != 1) throw OpenSslException.FromQueue($"OpenSSL refused {what}");
    }
}
