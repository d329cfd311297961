using System.Text;

namespace OpenSslNb.Simulation.Probing;

/// <summary>Whom to probe, and as whom.</summary>
public sealed record ProbeTarget
{
    /// <summary>A name or an address.</summary>
    public required string Host { get; init; }

    /// <summary>The TCP port.</summary>
    public required int Port { get; init; }

    /// <summary>The name to ask for (SNI) and to verify; the host unless given.</summary>
    public string? ServerName { get; init; }

    /// <summary>Whom the client trusts and who it is. Versions, ciphers, groups and sessions are the probes' own.</summary>
    public TlsClientOptions Client { get; init; } = new();

    /// <summary>How long each wait may take: a connect, a handshake, a reaction. What ends it early is the reaction; only a peer that stays silent takes so long.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What is sent to see whether the application is there; a request of HTTP/1.0 unless given, which an echo understands too.</summary>
    public ReadOnlyMemory<byte> Request { get; init; } = Encoding.ASCII.GetBytes("GET / HTTP/1.0\r\n\r\n");

    /// <summary>HOST:PORT, an IPv6 address in brackets.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}");

    internal string Name => ServerName ?? Host;

    // RFC 6066 §3: no addresses.
    internal string? NameForHello => System.Net.IPAddress.TryParse(Name, out _) ? null : Name;
}
