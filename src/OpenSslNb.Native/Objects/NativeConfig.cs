using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;

namespace OpenSslNb.Native.Objects;

/// <summary><c>onb_config</c>: options that change until a context is made of them. What they refer to is held until the configuration is freed.</summary>
internal sealed class NativeConfig(TlsOptions options)
{
    private readonly Lock _gate = new();
    private readonly List<Action> _releases = [];
    private TlsOptions _options = options;
    private bool _isFreed;

    public bool IsServer => _options is TlsServerOptions;

    public void Set(Func<TlsOptions, TlsOptions> change)
    {
        lock (_gate) _options = change(_options);
    }

    public void SetClient(Func<TlsClientOptions, TlsClientOptions> change)
    {
        lock (_gate) _options = change(_options as TlsClientOptions ?? throw new Refusal(Result.NotSupported, "this is an option of clients, and the configuration a server's"));
    }

    public void SetServer(Func<TlsServerOptions, TlsServerOptions> change)
    {
        lock (_gate) _options = change(_options as TlsServerOptions ?? throw new Refusal(Result.NotSupported, "this is an option of servers, and the configuration a client's"));
    }

    /// <summary>Keeps an object usable until the configuration is freed.</summary>
    public T? Hold<T>(Shared<T>? shared)
        where T : class, IDisposable
    {
        if (shared is null) return null;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isFreed, this);
            _releases.Add(shared.Hold().Release);
        }

        return shared.Value;
    }

    public TlsContext CreateContext()
    {
        lock (_gate)
        {
            return _options switch
            {
                TlsServerOptions server => TlsContext.CreateServer(server),
                TlsClientOptions client => TlsContext.CreateClient(client),
                _ => throw new InvalidOperationException("a configuration is a client's or a server's"),
            };
        }
    }

    public void Free()
    {
        lock (_gate)
        {
            _isFreed = true;
            _releases.ForEach(release => release());
            _releases.Clear();
        }
    }
}
