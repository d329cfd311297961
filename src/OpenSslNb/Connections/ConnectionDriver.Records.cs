using OpenSslNb.Interop;

namespace OpenSslNb.Connections;

/// <content>How large records are, how many a key may encrypt, and how often the peer may renegotiate.</content>
internal sealed partial class ConnectionDriver
{
    // One record and its overhead in a TCP segment over Ethernet, with IPv6 and time stamps.
    private const int SmallRecord = 1360;
    private const int SentBeforeLarge = 64 * 1024;
    private const long PauseInMilliseconds = 1000;
    private const long MinuteInMilliseconds = 60_000;

    // Bytes that had been written when small records began.
    private long _smallSince;

    // Records of each direction when its keys were changed last.
    private long _writtenAtKey;
    private long _readAtKey;

    // Renegotiations of the peer until the present minute began, and when it did.
    private int _renegotiationsBefore;
    private long _minuteBegan;

    // What the peer takes at most, once that is known.
    private int _largestRecord;

    private void LimitFirstRecords()
    {
        _largestRecord = _options.MaximumRecord;
        if (_largestRecord < TlsConnectionOptions.LargestRecord) _ = LibSsl.SSL_set_max_send_fragment(_instance.Ssl, _largestRecord);
        _machine.Outbound.RecordLimit = _options.SmallRecordsFirst ? Math.Min(SmallRecord, _largestRecord) : _largestRecord;
    }

    private void LimitRecordsByPeer()
    {
        if (_connection.Info!.MaximumFragmentLength is not { } length) return;
        _largestRecord = Math.Min(_largestRecord, length);
        _machine.Outbound.RecordLimit = Math.Min(_machine.Outbound.RecordLimit, _largestRecord);
    }

    // Before a turn writes: after a pause TCP begins slowly too.
    private void NotePause()
    {
        if (_loop.Now - _lastSent >= PauseInMilliseconds) _smallSince = _written;
        ChooseRecordSize();
    }

    private void ChooseRecordSize()
    {
        _machine.Outbound.RecordLimit = _written - _smallSince < SentBeforeLarge ? Math.Min(SmallRecord, _largestRecord) : _largestRecord;
    }

    // A turn moves too little to go far over the limit in between.
    private void RenewKeysWhenDue()
    {
        bool own = _machine.Figures.RecordsWritten - _writtenAtKey >= _options.RecordsPerKey;
        bool peers = _machine.Figures.RecordsRead - _readAtKey >= _options.RecordsPerKey;
        if (!own && !peers) return;
        _writtenAtKey = _machine.Figures.RecordsWritten;
        if (peers) _readAtKey = _machine.Figures.RecordsRead;
        if (_connection.Info is { Protocol: TlsProtocol.Tls13 }) UpdateKeys(requestPeer: peers);
    }

    private void LimitRenegotiations()
    {
        if (_loop.Now - _minuteBegan >= MinuteInMilliseconds)
        {
            _minuteBegan = _loop.Now;
            _renegotiationsBefore = _instance.RenegotiationsOfPeer - 1;
        }

        if (_instance.RenegotiationsOfPeer - _renegotiationsBefore <= _options.RenegotiationsPerMinute) return;
        _machine.Fail(new CloseOutcome(CloseReason.ProtocolError, new InvalidOperationException($"the peer has renegotiated more than {_options.RenegotiationsPerMinute} times in a minute")));
    }
}
