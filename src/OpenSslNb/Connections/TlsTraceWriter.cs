using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace OpenSslNb;

/// <summary>Writes what connections do as lines of JSON, one event a line. <c>docs/trace-format.md</c> describes them; <c>opensslnb trace view</c> shows them.</summary>
/// <remarks>
/// For any number of loops at once. Connections are numbered in the order in which they are first seen, and times count from the making of the writer, so that what runs on a virtual clock gives
/// the same bytes each time. A stream that fails ends the writing and not the connections: see <see cref="Fault"/>.
/// </remarks>
public sealed class TlsTraceWriter : ITlsTrace, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly TimeSpan _origin;
    private readonly ArrayBufferWriter<byte> _line = new(512);
    private readonly Utf8JsonWriter _json;

    // Weak: the numbers of connections that are gone take no memory.
    private readonly ConditionalWeakTable<TlsConnection, object> _numbers = [];
    private long _lastNumber;
    private bool _isDisposed;

    /// <summary>Makes a writer.</summary>
    /// <param name="stream">Where the lines go, UTF-8; a buffered one.</param>
    /// <param name="clock">The clock of the loops (<see cref="EventLoopOptions.Clock"/>); null for the system's.</param>
    /// <param name="leaveOpen">Keep the stream open when the writer is disposed.</param>
    public TlsTraceWriter(Stream stream, TimeProvider? clock = null, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _leaveOpen = leaveOpen;
        _origin = (clock ?? TimeProvider.System).GetElapsedTime(0);
        _json = new Utf8JsonWriter(_line, new JsonWriterOptions { SkipValidation = true });
    }

    /// <summary>What the stream threw; null while it takes everything. Nothing is written after it.</summary>
    public Exception? Fault { get; private set; }

    /// <inheritdoc/>
    public void OnStep(TlsConnection connection, in TlsTraceStep step)
    {
        lock (_gate)
        {
            if (IsOver) return;
            Begin("step"u8, connection, step.Time);
            _json.WriteString("operation"u8, step.Operation.ToString());
            _json.WriteString("result"u8, step.Step.Kind.ToString());
            _json.WriteString("want"u8, step.Step.Want.ToString());
            _json.WriteNumber("bytes"u8, step.Step.Bytes);
            _json.WriteNumber("queued"u8, step.QueuedBytes);
            _json.WriteString("before"u8, step.Before.ToString());
            _json.WriteString("after"u8, step.After.ToString());
            WriteMilliseconds("duration_ms"u8, step.Duration);
            End();
        }
    }

    /// <inheritdoc/>
    public void OnMessage(TlsConnection connection, in TlsTraceMessage message)
    {
        lock (_gate)
        {
            if (IsOver) return;
            Begin("message"u8, connection, message.Time);
            _json.WriteString("direction"u8, message.IsSent ? "sent"u8 : "received"u8);
            _json.WriteString("content"u8, message.Content.ToString());
            _json.WriteString("name"u8, message.Name);
            if (message.Detail is { } detail) _json.WriteString("detail"u8, detail);
            _json.WriteString("version"u8, VersionOf(message.Version));
            _json.WriteNumber("length"u8, message.Length);
            End();
        }
    }

    /// <inheritdoc/>
    public void OnTransport(TlsConnection connection, in TlsTraceTransport transport)
    {
        lock (_gate)
        {
            if (IsOver) return;
            Begin("transport"u8, connection, transport.Time);
            _json.WriteString("ready"u8, transport.Ready.ToString());
            _json.WriteNumber("in"u8, transport.BytesIn);
            _json.WriteNumber("out"u8, transport.BytesOut);
            _json.WriteNumber("unsent"u8, transport.UnsentBytes);
            _json.WriteString("interest"u8, transport.Interest.ToString());
            End();
        }
    }

    /// <inheritdoc/>
    public void OnApplication(TlsConnection connection, in TlsTraceApplication application)
    {
        lock (_gate)
        {
            if (IsOver) return;
            Begin("app"u8, connection, application.Time);
            _json.WriteString("event"u8, application.Event.ToString());
            _json.WriteNumber("bytes"u8, application.Bytes);
            _json.WriteNumber("queued"u8, application.QueuedBytes);
            if (application.Event == TlsTraceEvent.Begun) WriteEnds(connection);
            if (application.Event == TlsTraceEvent.Opened && connection.Info is { } info) WriteInfo(info);
            if (application.Outcome is { } outcome) WriteOutcome(outcome);
            End();
        }
    }

    /// <summary>Writes what is still buffered, and closes the stream unless it is to be left open. What comes after is dropped. May be called again.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            try
            {
                _stream.Flush();
                if (!_leaveOpen) _stream.Dispose();
            }
            catch (Exception e)
            {
                Fault ??= e;
            }

            _json.Dispose();
        }
    }

    private bool IsOver => _isDisposed || Fault is not null;

    private void Begin(ReadOnlySpan<byte> kind, TlsConnection connection, TimeSpan time)
    {
        _line.ResetWrittenCount();
        _json.Reset(_line);
        _json.WriteStartObject();
        _json.WriteString("kind"u8, kind);
        WriteMilliseconds("time_ms"u8, time - _origin);
        _json.WriteNumber("connection"u8, NumberOf(connection));
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _line.Write("\n"u8);
        try
        {
            _stream.Write(_line.WrittenSpan);
        }
        catch (Exception e)
        {
            // A trace must not throw into the loop. The disk is full, say: whoever made the trace is told by it.
            Fault = e;
        }
    }

    private long NumberOf(TlsConnection connection)
    {
        if (_numbers.TryGetValue(connection, out object? number)) return (long)number;
        _numbers.Add(connection, ++_lastNumber);
        return _lastNumber;
    }

    // A tick is 100 ns; four decimals tell it exactly, and no platform spells them otherwise.
    private void WriteMilliseconds(ReadOnlySpan<byte> name, TimeSpan time) => _json.WriteNumber(name, decimal.Divide(time.Ticks, TimeSpan.TicksPerMillisecond));

    private static string VersionOf(int version) => version switch
    {
        0x0300 => "SSL 3.0",
        > 0x0300 and <= 0x0304 => $"TLS 1.{version - 0x0301}",
        _ => $"0x{version:X4}",
    };

    private void WriteEnds(TlsConnection connection)
    {
        _json.WriteString("role"u8, connection.IsServer ? "server"u8 : "client"u8);
        if (connection.LocalEndPoint is { } local) _json.WriteString("local"u8, local.ToString());
        if (connection.RemoteEndPoint is { } remote) _json.WriteString("remote"u8, remote.ToString());
    }

    private void WriteInfo(TlsConnectionInfo info)
    {
        _json.WriteString("protocol"u8, VersionOf((int)info.Protocol));
        _json.WriteString("cipher"u8, info.CipherSuite);
        if (info.ApplicationProtocol is { } alpn) _json.WriteString("alpn"u8, alpn);
        if (info.ServerName is { } name) _json.WriteString("server_name"u8, name);
        _json.WriteBoolean("resumed"u8, info.IsResumed);
    }

    private void WriteOutcome(CloseOutcome outcome)
    {
        _json.WriteString("outcome"u8, outcome.Reason.ToString());
        if (outcome.AlertSent is { } sent) _json.WriteString("alert_sent"u8, OpenSsl.MessageNames.Alert(sent));
        if (outcome.AlertReceived is { } received) _json.WriteString("alert_received"u8, OpenSsl.MessageNames.Alert(received));
        if (outcome.Exception is { } exception) _json.WriteString("detail"u8, exception.Message);
    }
}
