using OpenSslNb.Interop;
using OpenSslNb.OpenSsl;

namespace OpenSslNb;

/// <summary>A configuration ready for use, an <c>SSL_CTX</c>. Immutable; may be shared by any number of connections, loops and threads.</summary>
/// <remarks>May be disposed while connections made of it live: they keep what they need.</remarks>
public sealed class TlsContext : IDisposable
{
    private TlsContext(SafeSslCtxHandle handle, TlsOptions options)
    {
        Handle = handle;
        Options = options;
        Scope = SessionScope.Of(options);
        Names = options is TlsServerOptions server ? NamedContexts.Create(handle, server) : null;
        Sessions = options is TlsClientOptions { SessionCacheSize: > 0 and var size } ? new ClientSessions(size) : null;
        Pins = options is TlsClientOptions client ? PinSet.Of(client.PinnedKeys) : null;
    }

    /// <summary>True when connections of this context are the server's side.</summary>
    public bool IsServer => Options is TlsServerOptions;

    /// <summary>Version of the OpenSSL that is in use, in words.</summary>
    /// <exception cref="OpenSslNotFoundException">No usable OpenSSL was found.</exception>
    public static string OpenSslVersionText
    {
        get
        {
            OpenSslLibrary.EnsureLoaded();
            return OpenSslLibrary.Version.Text;
        }
    }

    internal SafeSslCtxHandle Handle { get; }

    /// <summary>Which sessions it resumes: <see cref="SessionScope"/>. Known beforehand, since a handshake that is given this context must not hash certificates.</summary>
    internal byte[] Scope { get; }

    internal TlsOptions Options { get; }

    /// <summary>True when OpenSSL keeps a server's sessions in this context.</summary>
    internal bool KeepsSessions => Options is TlsServerOptions { SessionCacheSize: > 0 } or TlsServerOptions { MaximumEarlyData: > 0, DangerouslyAllowEarlyDataReplay: false };

    /// <summary>A server's certificates for other names; null when it has none.</summary>
    internal NamedContexts? Names { get; }

    /// <summary>What a client remembers to resume; null when it does not.</summary>
    internal ClientSessions? Sessions { get; }

    /// <summary>Keys of which the server's chain must have one; null when any will do.</summary>
    internal PinSet? Pins { get; }

    internal bool AllowsRenegotiation => Options.AllowRenegotiation;

    internal Action<string>? KeyLog => Options.KeyLog;

    internal bool VerifiesPeer => !Options.LeavesAllToCommands && (Options is TlsClientOptions { DangerouslyAcceptAnyPeerCertificate: false } or TlsServerOptions { AsksClients: true });

    /// <summary>True when a client has to say whom it means to reach: raw public keys bear no name.</summary>
    internal bool NeedsPeerName => VerifiesPeer && !IsServer && Options.TakesCertificates;

    /// <summary>Makes the configuration of a client: the server's chain and name are verified, against the system's trust store unless options say otherwise.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="OpenSslNotFoundException">No usable OpenSSL was found.</exception>
    /// <exception cref="OpenSslException">OpenSSL refused an option; the message says which.</exception>
    public static TlsContext CreateClient(TlsClientOptions? options = null) => Create(options ?? new TlsClientOptions());

    /// <summary>Makes the configuration of a server.</summary>
    /// <param name="options">With a <see cref="TlsOptions.Certificate"/> or <see cref="TlsServerOptions.FindPreSharedKey"/>.</param>
    /// <exception cref="ArgumentException">Neither a certificate nor pre-shared keys are given, or options exclude each other.</exception>
    /// <exception cref="OpenSslNotFoundException">No usable OpenSSL was found.</exception>
    /// <exception cref="OpenSslException">OpenSSL refused an option; the message says which.</exception>
    public static TlsContext CreateServer(TlsServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options is { Certificate: null, FindPreSharedKey: null, LeavesAllToCommands: false }) throw new ArgumentException("a server needs a certificate: set TlsServerOptions.Certificate, or FindPreSharedKey", nameof(options));
        return Create(options);
    }

    /// <summary>Sessions that this client remembers now (<see cref="TlsClientOptions.SessionCacheSize"/>). From any thread.</summary>
    public int SessionCount => Sessions?.Count ?? 0;

    /// <summary>Forgets all sessions: the next handshakes are full ones. From any thread.</summary>
    public void ForgetSessions() => Sessions?.Clear();

    /// <summary>The sessions as bytes, for a later run of the program. Whoever has them can read what is sent in connections that resume them, and with TLS 1.2 the connections that they come from. From any thread.</summary>
    /// <exception cref="InvalidOperationException">This context remembers none: it is a server's, or <see cref="TlsClientOptions.SessionCacheSize"/> is 0.</exception>
    public byte[] ExportSessions() => SessionFile.Write(RequireSessions(), Scope);

    /// <summary>
    /// Takes sessions that <see cref="ExportSessions"/> gave: those of a context with the same trust, revocation lists, pins, stapling and certificates, for a server is not verified again when a session is resumed. Others are left out. From any thread.
    /// </summary>
    /// <returns>How many were taken; those that are too old are not offered.</returns>
    /// <exception cref="FormatException">It is something else, or not whole; nothing was taken.</exception>
    /// <exception cref="InvalidOperationException">This context remembers none.</exception>
    public int ImportSessions(ReadOnlySpan<byte> sessions) => SessionFile.Read(sessions, RequireSessions(), Scope);

    /// <summary>Releases this reference; connections that use the context keep theirs. May be called again, from any thread.</summary>
    public void Dispose()
    {
        Handle.Dispose();
        Sessions?.Dispose();
    }

    private ClientSessions RequireSessions() => Sessions ?? throw new InvalidOperationException("this context remembers no sessions: set TlsClientOptions.SessionCacheSize");

    private static TlsContext Create(TlsOptions options)
    {
        OpenSslLibrary.EnsureLoaded();
        SafeSslCtxHandle handle = TlsContextBuilder.CreateHandle(options);
        try
        {
            TlsContextBuilder.Configure(handle, options);
            return new TlsContext(handle, options);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }
}
