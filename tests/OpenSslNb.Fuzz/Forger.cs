using System.Buffers.Binary;

namespace OpenSslNb.Fuzz;

/// <summary>
/// Protects records of any type and content with the keys of the real peer, so that fuzzed bytes get behind the record protection. It watches what is delivered, and
/// takes the place of the peer's next record.
/// </summary>
internal sealed class Forger(bool peerIsServer, bool isTls13)
{
    public const string Tls12Cipher = "ECDHE-ECDSA-AES128-GCM-SHA256";
    public const string Tls13Suite = "TLS_AES_128_GCM_SHA256";
    private const byte HandshakeType = 22;
    private const byte ChangeCipherSpecType = 20;
    private const byte ApplicationDataType = 23;
    private const byte FinishedMessage = 20;
    private const byte KeyUpdateMessage = 24;

    private byte[]? _serverRandom;
    private RecordKeys? _keys;
    private bool _isHandshakeOver;
    private bool _isLost;

    private string Secret => (peerIsServer ? "SERVER" : "CLIENT") + (_isHandshakeOver ? "_TRAFFIC_SECRET_0" : "_HANDSHAKE_TRAFFIC_SECRET");

    /// <summary>A record of either side in clear, from which the server's random is taken.</summary>
    public void SeeHello(ReadOnlySpan<byte> record)
    {
        const byte ServerHello = 2;
        if (_serverRandom is null && record.Length >= 43 && record[0] == HandshakeType && record[5] == ServerHello) _serverRandom = record[11..43].ToArray();
    }

    /// <summary>A record of the peer is delivered unchanged. True if a KeyUpdate is protected inside.</summary>
    public bool Observe(ReadOnlySpan<byte> record)
    {
        SeeHello(record);
        if (record.Length < 5 || _isLost) return false;
        if (isTls13) return ObserveTls13(record);
        ObserveTls12(record);
        return false;
    }

    /// <summary>A record as the peer would protect it, or null while there are no keys.</summary>
    public byte[]? Forge(byte type, ReadOnlySpan<byte> content)
    {
        if (_isLost || (isTls13 ? Keys13() : _keys) is not { } keys) return null;
        byte[] record = isTls13 ? keys.Protect13(type, content) : keys.Protect12(type, content);
        if (isTls13) Follow(type, content);
        return record;
    }

    private void ObserveTls12(ReadOnlySpan<byte> record)
    {
        if (_keys is not null)
        {
            // A renegotiation changes to keys that are not known here.
            _isLost = record[0] == ChangeCipherSpecType;
            _keys.Skip();
        }
        else if (record[0] == ChangeCipherSpecType && _serverRandom is not null && KeyLog.TryGet("CLIENT_RANDOM", out byte[] clientRandom, out byte[] master))
        {
            _keys = RecordKeys.Tls12(master, clientRandom, _serverRandom, peerIsServer);
        }
    }

    private bool ObserveTls13(ReadOnlySpan<byte> record)
    {
        if (record[0] != ApplicationDataType || Keys13() is not { } keys) return false;
        if (keys.Unprotect13(record) is not { } inner)
        {
            _isLost = true;
            return false;
        }

        Follow(inner[^1], inner.AsSpan(..^1));
        return inner[^1] == HandshakeType && inner[0] == KeyUpdateMessage;
    }

    private RecordKeys? Keys13()
    {
        if (_keys is null && KeyLog.TryGet(Secret, out _, out byte[] secret)) _keys = RecordKeys.Tls13(secret);
        return _keys;
    }

    // The sender changes its keys behind Finished and behind KeyUpdate.
    private void Follow(byte type, ReadOnlySpan<byte> content)
    {
        if (type != HandshakeType || content.IsEmpty) return;
        if (content[0] == FinishedMessage && !_isHandshakeOver)
        {
            _isHandshakeOver = true;
            _keys = null;
        }
        else if (content[0] == KeyUpdateMessage && content.Length == 5 && BinaryPrimitives.ReadUInt32BigEndian(content) == 0x18000001)
        {
            _keys = _keys?.Next13();
        }
    }
}
