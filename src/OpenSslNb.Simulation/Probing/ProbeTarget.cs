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
    /// <exception cref="ArgumentException">It is empty.</exception>
    public ReadOnlyMemory<byte> Request
    {
        get;
        init => field = value.IsEmpty ? throw new ArgumentException("a request has at least one byte", nameof(value)) : value;
    } = Encoding.ASCII.GetBytes("GET / HTTP/1.0\r\n\r\n");

    /// <summary>HOST:PORT, an IPv6 address in brackets.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}");

    /// <summary>Less than a line of the request, or of one without lines all but its end.</summary>
    internal ReadOnlyMemory<byte> BeginningOfRequest
    {
        get
        {
            int line = Request.Span.IndexOfAny((byte)'\r', (byte)'\n');
            return Request[..(line > 0 ? line : Math.Max(Request.Length - 1, 1))];
        }
    }

    /// <summary>The request and something behind it, so many bytes in all: a header that fills it up where it is one of HTTP, and otherwise the same again.</summary>
    internal ReadOnlyMemory<byte> RequestOf(int size)
    {
        byte[] filled = new byte[size];
        ReadOnlySpan<byte> request = Request.Span;
        ReadOnlySpan<byte> header = "X: "u8;
        ReadOnlySpan<byte> end = "\r\n\r\n"u8;
        bool isHttp = request.EndsWith(end) && request.Length + header.Length + end.Length <= size;
        if (!isHttp)
        {
            for (int i = 0; i < size; i++) filled[i] = request[i % request.Length];
            return filled;
        }

        filled.AsSpan().Fill((byte)'x');
        request[..^2].CopyTo(filled);
        header.CopyTo(filled.AsSpan(request.Length - 2));
        end.CopyTo(filled.AsSpan(size - end.Length));
        return filled;
    }

    /// <summary>The request cut into pieces that are no longer than this.</summary>
    internal IEnumerable<ReadOnlyMemory<byte>> RequestInPieces(int size)
    {
        for (int at = 0; at < Request.Length; at += size) yield return Request[at..Math.Min(at + size, Request.Length)];
    }

    internal string Name => ServerName ?? Host;

    // RFC 6066 §3: no addresses.
    internal string? NameForHello => System.Net.IPAddress.TryParse(Name, out _) ? null : Name;
}
