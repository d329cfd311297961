using System.Net;
using System.Text;
using System.Text.Json;
using OpenSslNb.Cli.Metrics;

namespace OpenSslNb.Cli;

/// <summary>The protocol <c>http</c>: answers each GET with what is known of the connection, as a page, or as JSON to those who accept that or ask for <c>/json</c>. HTTP/1.1 (RFC 9112), one request after the other.</summary>
internal sealed class HttpProtocol : Protocols.ProtocolHandler
{
    // As much as most servers take.
    private const int LongestHead = 8 * 1024;

    private static ReadOnlySpan<byte> EndOfHead => "\r\n\r\n"u8;

    // What has come of the next requests. Not longer than a head and one delivery: reading is paused while an answer waits for room.
    private readonly MemoryStream _input = new();

    // An answer that found no room in the queue.
    private byte[]? _refused;
    private bool _isLast;

    public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
    {
        if (_isLast) return;
        _input.Write(data);
        Pump(connection);
    }

    public override void OnLowWater(TlsConnection connection)
    {
        if (_refused is not { } answer || connection.TrySend(answer) == SendResult.Full) return;
        _refused = null;
        if (_isLast) connection.Close();
        else connection.ResumeReading();
        Pump(connection);
    }

    public override void OnPeerClosed(TlsConnection connection) => Finish(connection);

    public override void Finish(TlsConnection connection)
    {
        _isLast = true;
        if (_refused is null) connection.Close();
    }

    private void Pump(TlsConnection connection)
    {
        while (!_isLast && _refused is null)
        {
            ReadOnlySpan<byte> input = _input.GetBuffer().AsSpan(0, (int)_input.Length);
            int end = input.IndexOf(EndOfHead);
            if (end < 0 && input.Length <= LongestHead) return;
            if (end < 0 || end > LongestHead)
            {
                Answer(connection, "431 Request Header Fields Too Large", "text/plain", "the head of a request has at most 8 KiB\n", hasBody: true, isLast: true);
                return;
            }

            string head = Encoding.Latin1.GetString(input[..(end + 2)]);
            Take(end + EndOfHead.Length);
            Answer(connection, head);
        }
    }

    private void Take(int count)
    {
        byte[] rest = _input.GetBuffer().AsSpan(count, (int)_input.Length - count).ToArray();
        _input.SetLength(0);
        _input.Write(rest);
    }

    private void Answer(TlsConnection connection, string head)
    {
        HttpRequest request = HttpRequest.Parse(head);
        bool isLast = !head.Contains(" HTTP/1.1\r\n", StringComparison.Ordinal) || HasField(head, "Connection", "close");
        if (string.IsNullOrEmpty(request.Method))
        {
            Answer(connection, "400 Bad Request", "text/plain", "this is no request of HTTP/1.1\n", hasBody: true, isLast: true);
        }
        else if (request.Method is not ("GET" or "HEAD"))
        {
            // It may have a body, which would be taken for the next request.
            Answer(connection, "405 Method Not Allowed", "text/plain", "only GET and HEAD\n", hasBody: true, isLast: true, "Allow: GET, HEAD\r\n");
        }
        else
        {
            bool isJson = request.Path == "/json" || HasField(head, "Accept", "application/json");
            Answer(connection, "200 OK", isJson ? "application/json" : "text/html; charset=utf-8", isJson ? Json(connection) : Page(connection), hasBody: request.Method == "GET", isLast);
        }
    }

    private void Answer(TlsConnection connection, string status, string type, string body, bool hasBody, bool isLast, string more = "")
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        byte[] head = Encoding.Latin1.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {bytes.Length}\r\nCache-Control: no-store\r\n{more}{(isLast ? "Connection: close\r\n" : "")}\r\n");
        byte[] answer = hasBody ? [.. head, .. bytes] : head;
        _isLast = isLast;
        if (connection.TrySend(answer) == SendResult.Full)
        {
            _refused = answer;
            connection.PauseReading();
        }
        else if (isLast)
        {
            connection.Close();
        }
    }

    private static string Json(TlsConnection connection)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("remote", $"{connection.RemoteEndPoint}");
            ConnectionFacts.Write(json, connection.Info!);
            if (connection.ClientHello is { } hello) ConnectionFacts.Write(json, hello);
            ConnectionFacts.Write(json, connection.GetStatistics());
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length) + "\n";
    }

    private static string Page(TlsConnection connection)
    {
        TlsConnectionInfo info = connection.Info!;
        (string, string?)[] facts =
        [
            ("version", $"{info.Protocol}"), ("cipher suite", info.CipherSuite), ("group", info.Group), ("name that was asked for", info.ServerName), ("application protocol", info.ApplicationProtocol),
            ("resumed", info.IsResumed ? "yes" : "no"), ("early data", $"{info.EarlyData}"), ("client certificate", info.PeerCertificateType is null ? null : ConnectionFacts.PeerOf(info)), ("client's address", $"{connection.RemoteEndPoint}"),
            ("JA3", connection.ClientHello?.Ja3), ("JA4", connection.ClientHello?.Ja4),
        ];
        string rows = string.Concat(facts.Where(fact => fact.Item2 is not null).Select(fact => $"<tr><th>{fact.Item1}<td>{WebUtility.HtmlEncode(fact.Item2)}\n"));
        return $"<!doctype html>\n<html lang=\"en\">\n<title>this connection</title>\n<table>\n{rows}</table>\n";
    }

    // Names are in any case (RFC 9110 §5.1), and the values looked for are words of lists.
    private static bool HasField(string head, string name, string word) =>
        head.Split("\r\n").Skip(1).Any(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase) && line[(name.Length + 1)..].Split(',', ';').Any(value => value.Trim().Equals(word, StringComparison.OrdinalIgnoreCase)));
}
