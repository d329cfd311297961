using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OpenSslNb.Cli.TraceView;

/// <summary>Writes connections as the page reads them: an overview, and for each connection a block of columns, so that only what is looked at is parsed. Times are microseconds since the first event.</summary>
internal sealed class TraceData
{
    private readonly long _origin;
    private readonly Dictionary<string, int> _numbers = [];
    private readonly List<string> _words = [];

    private TraceData(long origin) => _origin = origin;

    /// <summary>The data blocks of a page.</summary>
    public static string Write(string title, IReadOnlyList<TraceConnection> connections)
    {
        var html = new StringBuilder();
        long origin = connections.Min(c => c.From);
        long end = connections.Max(c => c.To);
        AppendBlock(html, "trace", json =>
        {
            json.WriteStartObject();
            json.WriteString("title", title);
            json.WriteNumber("duration", Microseconds(end - origin));
            json.WriteStartArray("connections");
            foreach (TraceConnection connection in connections) new TraceData(origin).WriteOverview(json, connection);
            json.WriteEndArray();
            json.WriteEndObject();
        });
        foreach (TraceConnection connection in connections) AppendBlock(html, $"connection-{connection.Number}", json => new TraceData(origin).WriteColumns(json, connection));
        return html.ToString();
    }

    // The default encoder leaves no '<' in a string, so none can end the element.
    private static void AppendBlock(StringBuilder html, string id, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.Default })) write(json);
        html.Append($"<script type=\"application/json\" id=\"{id}\">").Append(Encoding.UTF8.GetString(buffer.WrittenSpan)).Append("</script>\n");
    }

    private void WriteOverview(Utf8JsonWriter json, TraceConnection connection)
    {
        json.WriteStartObject();
        json.WriteNumber("number", connection.Number);
        json.WriteNumber("from", Since(connection.From));
        json.WriteNumber("to", Since(connection.To));
        json.WriteNumber("events", connection.Events.Count);
        json.WriteNumber("crossed", connection.Crossed);
        json.WriteNumber("read", connection.BytesRead);
        json.WriteNumber("written", connection.BytesWritten);
        json.WriteStartObject("facts");
        foreach ((string name, string value) in connection.Facts) json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteColumns(Utf8JsonWriter json, TraceConnection connection)
    {
        IReadOnlyList<TraceEvent> events = connection.Events;
        json.WriteStartObject();
        json.WriteStartObject("events");
        Column(json, "time", events, e => Since(e.Time));
        Column(json, "lane", events, e => (int)e.Lane);
        Column(json, "name", events, e => Number(e.Name));
        Column(json, "detail", events, e => e.Detail is null ? -1 : Number(e.Detail));
        Column(json, "duration", events, e => Microseconds(e.Duration));
        Column(json, "bytes", events, e => e.Bytes);
        Column(json, "out", events, e => e.BytesOut);
        Column(json, "queued", events, e => e.Queued ?? -1);
        Column(json, "kind", events, KindOf);
        json.WriteEndObject();
        json.WriteStartObject("bars");
        IReadOnlyList<TraceBar> bars = connection.Bars;
        Column(json, "lane", bars, b => (int)b.Lane);
        Column(json, "kind", bars, b => (int)b.Kind);
        Column(json, "from", bars, b => Since(b.From));
        Column(json, "to", bars, b => Since(b.To));
        Column(json, "crossed", bars, b => b.IsCrossed ? 1 : 0);
        json.WriteEndObject();
        json.WriteStartArray("states");
        foreach ((long since, ConnectionState state) in connection.States)
        {
            json.WriteStartArray();
            json.WriteNumberValue(Since(since));
            json.WriteStringValue(state.ToString());
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteStartArray("words");
        foreach (string word in _words) json.WriteStringValue(word);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // One number that tells how an event looks: of an attempt its result, of a message its content, of a transport event the readiness, of the rest what it is.
    private static decimal KindOf(TraceEvent e) => e switch
    {
        { Result: { } result } => (int)result,
        { Content: { } content } => (int)content,
        { Interest: not null } => (int)e.Ready,
        { Application: { } application } => (int)application,
        _ => 0,
    };

    private static void Column<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Func<T, decimal> value)
    {
        json.WriteStartArray(name);
        foreach (T item in items) json.WriteNumberValue(value(item));
        json.WriteEndArray();
    }

    private int Number(string word)
    {
        if (_numbers.TryGetValue(word, out int number)) return number;
        _words.Add(word);
        return _numbers[word] = _words.Count - 1;
    }

    private decimal Since(long time) => Microseconds(time - _origin);

    private static decimal Microseconds(long ticks) => decimal.Divide(ticks, TimeSpan.TicksPerMicrosecond);
}
