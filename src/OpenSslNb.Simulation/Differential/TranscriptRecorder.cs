using System.Globalization;
using System.Security.Cryptography;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Simulation.Differential;

/// <summary>Makes events of what a peer does.</summary>
internal sealed class TranscriptRecorder : IPeerObserver
{
    // More would be a flood, and nobody would read it.
    private const int MostEvents = 1000;
    private const int LongestRecord = (16 * 1024) + 256;

    private readonly List<PeerEvent> _events = [];
    private readonly MemoryStream _data = new();
    private TlsRecord? _record;
    private byte? _innerType;
    private int _claimed;
    private int _dataBegan;
    private int _dataRecords;
    private int _dataStep;
    private int _recordStep;
    private bool _wasRecordData;

    /// <summary>The step that is under way, from 1.</summary>
    public int Step { get; set; }

    /// <summary>The connection that is under way, from 1; 0 before the first.</summary>
    public int Connection { get; private set; }

    /// <summary>Bytes of application data that no step has asked for yet.</summary>
    public int Unclaimed => (int)_data.Length - _claimed;

    public IReadOnlyList<PeerEvent> Events
    {
        get
        {
            Settle();
            return _events;
        }
    }

    public void BeginConnection()
    {
        Settle();
        Connection++;
        _data.SetLength(0);
        _claimed = _dataBegan = 0;
    }

    /// <summary>The next bytes of application data, and what they are in words.</summary>
    public string Claim(int count)
    {
        ReadOnlySpan<byte> bytes = _data.GetBuffer().AsSpan(_claimed, count);
        _claimed += count;
        return Describe(bytes);
    }

    public void OnRecord(TlsRecord record)
    {
        SettleRecord();
        _record = record;
        _recordStep = Step;
        _innerType = null;
        _wasRecordData = false;
    }

    public void OnInnerType(byte type) => _innerType = type;

    public void OnMessage(string name, ReadOnlySpan<byte> message)
    {
        Settle();
        Add(PeerEventKind.Message, name, MessageFacts.Of(message), [new("length", Text(message.Length))]);
    }

    public void OnAlert(ReceivedAlert alert)
    {
        Settle();
        Add(PeerEventKind.Alert, "alert", [new("level", alert.IsFatal ? "fatal" : "warning"), new("description", OpenSsl.MessageNames.Alert(alert.Description))], []);
    }

    public void OnData(ReadOnlySpan<byte> data)
    {
        if (_data.Length == _dataBegan) _dataStep = Step;
        _data.Write(data);

        // The record's own event would say less than that of the data.
        if (!_wasRecordData) _dataRecords++;
        _wasRecordData = true;
        _record = null;
    }

    public void OnNoRecord(string shown)
    {
        Settle();
        Add(PeerEventKind.Odd, "no record", [new("begins with", shown)], []);
    }

    public void OnRefusal(string words)
    {
        Settle();
        Add(PeerEventKind.Odd, "refused by us", [new("because", words)], []);
    }

    public void OnEnd(StreamEnd end)
    {
        Settle();
        Add(PeerEventKind.End, "end", [new("by", Word(end))], []);
    }

    /// <summary>The word for how a stream has ended.</summary>
    public static string Word(StreamEnd end) => end switch { StreamEnd.EndOfStream => "FIN", StreamEnd.Reset => "reset", StreamEnd.Silent => "nobody: silence", _ => "open" };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Describe(ReadOnlySpan<byte> bytes)
    {
        const int Shown = 8;
        return $"{bytes.Length} bytes, sha256 {Convert.ToHexStringLower(SHA256.HashData(bytes))[..(2 * Shown)]}";
    }

    private void Settle()
    {
        SettleData();
        SettleRecord();
    }

    private void SettleData()
    {
        if (_data.Length == _dataBegan) return;
        ReadOnlySpan<byte> bytes = _data.GetBuffer().AsSpan(_dataBegan, (int)_data.Length - _dataBegan);
        Add(PeerEventKind.Data, "application data", [new("content", Describe(bytes))], [new("records", Text(_dataRecords))], _dataStep);
        _dataBegan = (int)_data.Length;
        _dataRecords = 0;
    }

    private void SettleRecord()
    {
        if (_record is not { } record) return;
        _record = null;
        SettleData();
        string size = record.Payload.Length switch { 0 => "empty", > LongestRecord => "longer than allowed", _ => "ordinary" };
        string inside = _innerType is { } inner && inner != record.Type ? $" with {NameOf(inner)}" : "";
        Add(PeerEventKind.Record, $"record {NameOf(record.Type)}{inside}", [new("version", $"0x{record.Version:x4}"), new("size", size)], [new("length", Text(record.Payload.Length))], _recordStep);
    }

    private static string NameOf(byte type) => type switch
    {
        TlsRecord.ChangeCipherSpec => "change_cipher_spec",
        TlsRecord.Alert => "alert",
        TlsRecord.Handshake => "handshake",
        TlsRecord.ApplicationData => "application_data",
        _ => $"type {type}",
    };

    private void Add(PeerEventKind kind, string name, IReadOnlyList<Fact> facts, IReadOnlyList<Fact> notes, int? step = null)
    {
        if (_events.Count < MostEvents) _events.Add(new PeerEvent(kind, name, Connection, step ?? Step, facts, notes));
        else if (_events.Count == MostEvents) _events.Add(new PeerEvent(PeerEventKind.Odd, "more than is shown", Connection, Step, [], []));
    }
}
