using System.Net.Sockets;
using System.Text;

namespace OpenSslNb.Cli.Metrics;

/// <summary>The head of an HTTP request, as far as somebody needs it who answers one address.</summary>
/// <param name="Method">GET, for example; empty when it was no request.</param>
/// <param name="Path">Without the query.</param>
internal readonly record struct HttpRequest(string Method, string Path)
{
    // Prometheus sends some 300 bytes.
    private const int LongestHead = 8 * 1024;

    /// <summary>Reads up to the empty line.</summary>
    /// <returns>Null when the peer has left before it; a request without a method when it was none.</returns>
    public static async Task<HttpRequest?> ReadAsync(Socket socket, CancellationToken cancellation)
    {
        byte[] buffer = new byte[LongestHead];
        int length = 0;
        while (length < buffer.Length)
        {
            int count = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
            if (count == 0) return null;
            length += count;
            if (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0) return Parse(Encoding.Latin1.GetString(buffer, 0, length));
        }

        return default(HttpRequest);
    }

    /// <summary>Reads the first line of a head (RFC 9112 §3): method SP request-target SP HTTP-version.</summary>
    /// <returns>A request without a method when it is none.</returns>
    public static HttpRequest Parse(string head)
    {
        string[] words = head[..head.IndexOf("\r\n", StringComparison.Ordinal)].Split(' ');
        return words is [{ Length: > 0 } method, ['/', ..] target, "HTTP/1.0" or "HTTP/1.1"] ? new HttpRequest(method, target.Split('?')[0]) : default;
    }
}
