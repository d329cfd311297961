using System.Globalization;
using System.Text;

namespace OpenSslNb.Peers.Tests;

/// <summary>Just enough HTTP/1.1 for a client that uploads: the body is the answer.</summary>
internal static class HttpResponder
{
    private const string LengthField = "Content-Length:";

    public static async Task ServeAsync(TlsStream stream)
    {
        (string head, byte[] bodyStart) = await ReadHeadAsync(stream);
        string field = head.Split("\r\n").First(line => line.StartsWith(LengthField, StringComparison.OrdinalIgnoreCase));
        byte[] body = new byte[int.Parse(field.AsSpan(LengthField.Length), CultureInfo.InvariantCulture)];
        bodyStart.CopyTo(body, 0);
        await stream.ReadExactlyAsync(body.AsMemory(bodyStart.Length));
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{LengthField} {body.Length}\r\nConnection: close\r\n\r\n"));
        await stream.WriteAsync(body);
    }

    // The head, and what of the body came with it.
    private static async Task<(string Head, byte[] BodyStart)> ReadHeadAsync(TlsStream stream)
    {
        var all = new MemoryStream();
        byte[] buffer = new byte[4096];
        while (true)
        {
            int count = await stream.ReadAsync(buffer);
            if (count == 0) throw new EndOfStreamException("the request has no end");
            all.Write(buffer, 0, count);
            int end = all.GetBuffer().AsSpan(0, (int)all.Length).IndexOf("\r\n\r\n"u8);
            if (end >= 0) return (Encoding.ASCII.GetString(all.GetBuffer(), 0, end), all.ToArray()[(end + 4)..]);
        }
    }
}
