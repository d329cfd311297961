using System.Text.Json;

namespace OpenSslNb.Cli;

/// <summary>Writes each step as one JSON object a line. Used by all loops.</summary>
internal sealed class TraceFile(string path) : ITlsTrace, IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 64 * 1024);

    public void OnStep(TlsConnection connection, in TlsTraceStep step)
    {
        lock (_gate)
        {
            using (var json = new Utf8JsonWriter(_file))
            {
                json.WriteStartObject();
                json.WriteNumber("time_ms", step.Time.TotalMilliseconds);
                json.WriteNumber("connection", connection.Id);
                json.WriteString("operation", step.Operation.ToString());
                json.WriteString("result", step.Step.Kind.ToString());
                json.WriteString("want", step.Step.Want.ToString());
                json.WriteNumber("bytes", step.Step.Bytes);
                json.WriteNumber("queued", step.QueuedBytes);
                json.WriteString("before", step.Before.ToString());
                json.WriteString("after", step.After.ToString());
                json.WriteEndObject();
            }

            _file.WriteByte((byte)'\n');
        }
    }

    public void Dispose()
    {
        lock (_gate) _file.Dispose();
    }
}

/// <summary>Appends secrets to a file, readable by its owner alone.</summary>
internal sealed class KeyLogFile : IDisposable
{
    private readonly Lock _gate = new();
    private readonly StreamWriter _writer;

    public KeyLogFile(string path) => _writer = new StreamWriter(new FileStream(path, new FileStreamOptions
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.Read,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    }))
    { AutoFlush = true };

    public void Write(string line)
    {
        lock (_gate) _writer.WriteLine(line);
    }

    public void Dispose() => _writer.Dispose();
}
