using System.Text;
using System.Text.Json;

namespace OpenSslNb.Cli;

/// <summary>The file of <c>--connection-log</c>: a line of JSON for each connection that has ended.</summary>
internal sealed class ConnectionLog(string path) : IDisposable
{
    private readonly LineFile _file = new(path);

    /// <summary>Writes of one. From any thread.</summary>
    /// <param name="connection">It has ended.</param>
    /// <param name="outcome">How.</param>
    /// <param name="more">Other members; null for none.</param>
    /// <param name="refusal">Why we ended it; null when that is not why it has ended.</param>
    public void Write(TlsConnection connection, CloseOutcome outcome, Action<Utf8JsonWriter>? more, string? refusal = null)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("ended", DateTimeOffset.UtcNow);
            json.WriteString("remote", $"{connection.RemoteEndPoint}");
            ConnectionFacts.Write(json, outcome, refusal);
            if (connection.Info is { } info) ConnectionFacts.Write(json, info);
            if (connection.ClientHello is { } hello) ConnectionFacts.Write(json, hello);
            ConnectionFacts.Write(json, connection.GetStatistics());
            more?.Invoke(json);
            json.WriteEndObject();
        }

        _file.Write(Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length));
    }

    /// <inheritdoc cref="LineFile.Reopen"/>
    public void Reopen() => _file.Reopen();

    public void Dispose() => _file.Dispose();
}
