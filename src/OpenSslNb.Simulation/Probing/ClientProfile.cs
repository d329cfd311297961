namespace OpenSslNb.Simulation.Probing;

/// <summary>
/// What a client offers in a handshake. In one run of a probe the same profile is the same client: what its first connection was given to resume, its second one offers.
/// </summary>
public sealed class ClientProfile
{
    private ClientProfile(string words, Func<TlsClientOptions, TlsClientOptions> configure)
    {
        Words = words;
        Configure = configure;
    }

    /// <summary>TLS 1.2 and 1.3.</summary>
    public static ClientProfile Any { get; } = new("TLS 1.2 or 1.3", options => options);

    /// <summary>TLS 1.2 alone.</summary>
    public static ClientProfile Tls12 { get; } = new("TLS 1.2", options => options with { MinimumProtocol = TlsProtocol.Tls12, MaximumProtocol = TlsProtocol.Tls12 });

    /// <summary>TLS 1.3 alone.</summary>
    public static ClientProfile Tls13 { get; } = new("TLS 1.3", options => options with { MinimumProtocol = TlsProtocol.Tls13, MaximumProtocol = TlsProtocol.Tls13 });

    /// <summary>For the list of steps.</summary>
    public string Words { get; }

    internal Func<TlsClientOptions, TlsClientOptions> Configure { get; }

    /// <summary>A profile with something else besides.</summary>
    /// <param name="words">What it is: "groups secp256r1".</param>
    /// <param name="configure">Changes options of this profile.</param>
    public ClientProfile With(string words, Func<TlsClientOptions, TlsClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return new ClientProfile($"{Words}, {words}", options => configure(Configure(options)));
    }
}
