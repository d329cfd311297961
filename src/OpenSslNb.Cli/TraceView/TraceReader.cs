using System.Text.Json;

namespace OpenSslNb.Cli.TraceView;

/// <summary>Reads the lines of a trace. A line that is none is refused with the file, the line and what was expected.</summary>
internal sealed class TraceReader(string path)
{
    private int _line;

    /// <summary>True when the last line is half a line, as of a program that was killed or still writes: it was left out.</summary>
    public bool IsCutOff { get; private set; }

    /// <summary>All events in the order of the file.</summary>
    /// <exception cref="IOException">The file cannot be read, or a line is no line of a trace.</exception>
    public List<TraceEvent> ReadAll()
    {
        var events = new List<TraceEvent>();
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        bool endsInMidLine = EndsInMidLine(file);
        using var reader = new StreamReader(file);
        while (reader.ReadLine() is { } line)
        {
            _line++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (endsInMidLine && reader.EndOfStream && !IsComplete(line)) IsCutOff = true;
            else events.Add(Parse(line));
        }

        if (events.Count == 0) throw new IOException($"{path} holds no event; expected the lines of JSON that --trace writes");
        return events;
    }

    private static bool EndsInMidLine(FileStream file)
    {
        if (!file.CanSeek || file.Length == 0) return false;
        file.Seek(-1, SeekOrigin.End);
        bool result = file.ReadByte() != '\n';
        file.Seek(0, SeekOrigin.Begin);
        return result;
    }

    private static bool IsComplete(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private TraceEvent Parse(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind != JsonValueKind.Object) throw Refuse("expected a JSON object");
            var fields = new TraceFields(json.RootElement, Refuse);
            return fields.Word("kind") switch
            {
                "step" => Step(fields),
                "message" => Message(fields),
                "transport" => Transport(fields),
                "app" => Application(fields),
                var other => throw Refuse($"'kind' must be step, message, transport or app, and not '{other}'"),
            };
        }
        catch (JsonException e)
        {
            throw Refuse($"expected a JSON object, and this is none: {e.Message}");
        }
    }

    private IOException Refuse(string what) => new($"{path}:{_line}: {what}");

    private static TraceEvent Step(TraceFields fields)
    {
        SslOperation operation = fields.OneOf<SslOperation>("operation");
        SslStepKind result = fields.OneOf<SslStepKind>("result");
        SslWant want = fields.OneOf<SslWant>("want");
        ConnectionState after = fields.OneOf<ConnectionState>("after");
        string name = result == SslStepKind.Blocked ? $"{operation} blocked, wants {want}" : $"{operation} {result.ToString().ToLowerInvariant()}";
        return new TraceEvent((TraceLane)((int)TraceLane.Handshake + (int)operation), fields.Time("time_ms"), fields.Connection, name)
        {
            Duration = fields.OptionalTime("duration_ms"),
            Bytes = fields.Number("bytes"),
            Queued = fields.Number("queued"),
            Result = result,
            Want = want,
            State = after,
            Detail = fields.OneOf<ConnectionState>("before") is var before && before != after ? $"{before} → {after}" : null,
        };
    }

    private static TraceEvent Message(TraceFields fields)
    {
        TlsTraceContent content = fields.OneOf<TlsTraceContent>("content");
        string name = fields.Word("name");
        string version = fields.Word("version");
        return new TraceEvent(fields.Word("direction", "sent", "received") == "sent" ? TraceLane.Sent : TraceLane.Received, fields.Time("time_ms"), fields.Connection, NameOf(content, name))
        {
            Content = content,
            Bytes = fields.Number("length"),
            Detail = fields.OptionalWord("detail") is { } detail ? $"{detail}, {version}" : version,
        };
    }

    private static string NameOf(TlsTraceContent content, string name) => content switch
    {
        TlsTraceContent.Record => $"{name} record",
        TlsTraceContent.InnerType => $"inner type {name}",
        _ => name,
    };

    private static TraceEvent Transport(TraceFields fields)
    {
        Interest ready = fields.OneOf<Interest>("ready");
        Interest interest = fields.OneOf<Interest>("interest");
        long received = fields.Number("in");
        long sent = fields.Number("out");
        return new TraceEvent(TraceLane.Transport, fields.Time("time_ms"), fields.Connection, "end of turn")
        {
            Bytes = received,
            BytesOut = sent,
            Queued = fields.Number("unsent"),
            Interest = interest,
            Ready = ready,
            Detail = $"ready {ready}, {received} in, {sent} out, waits for {interest}",
        };
    }

    private static TraceEvent Application(TraceFields fields)
    {
        TlsTraceEvent what = fields.OneOf<TlsTraceEvent>("event");
        Dictionary<string, string> facts = fields.Facts();
        return new TraceEvent(TraceLane.Application, fields.Time("time_ms"), fields.Connection, what.ToString())
        {
            Application = what,
            Bytes = fields.Number("bytes"),
            Queued = fields.Number("queued"),
            Facts = facts,
            Detail = facts.Count == 0 ? null : string.Join(", ", facts.Select(fact => $"{fact.Key.Replace('_', ' ')} {fact.Value}")),
        };
    }
}
