using System.Buffers.Binary;
using OpenSslNb.OpenSsl;

namespace OpenSslNb.Cli.Proxy;

/// <summary>Finds the name that a client asks for (SNI) in the first bytes that it sends, without TLS of our own. The ClientHello may be spread over any records and segments (RFC 8446 §5.1).</summary>
internal sealed class HelloReader
{
    /// <summary>Most bytes that are looked at, records and all. Hellos with post-quantum keys have some 2 KiB.</summary>
    public const int MaximumLength = 16 * 1024;

    private const int RecordHeaderLength = 5;
    private const int MessageHeaderLength = 4;
    private const byte HandshakeRecord = 22;
    private const byte ClientHello = 1;
    private const ushort ServerName = 0;

    private readonly byte[] _record = new byte[RecordHeaderLength];
    private readonly MemoryStream _message = new();
    private int _recordFilled;
    private int _recordLeft;
    private int _seen;

    /// <summary>True when the whole ClientHello has come.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The name, in small letters; null when the client asked for none.</summary>
    public string? Name { get; private set; }

    /// <summary>Takes what comes, in order. What stands behind the ClientHello is not looked at.</summary>
    /// <exception cref="FormatException">It is no ClientHello, or has no end within <see cref="MaximumLength"/>.</exception>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        while (!IsComplete && !bytes.IsEmpty)
        {
            int count = _recordLeft > 0 ? TakeFragment(bytes) : TakeRecordHeader(bytes);
            bytes = bytes[count..];
            _seen += count;
            if (!IsComplete && _seen >= MaximumLength) throw new FormatException($"a ClientHello has no end within {MaximumLength} bytes");
        }
    }

    private int TakeRecordHeader(ReadOnlySpan<byte> bytes)
    {
        _record[_recordFilled++] = bytes[0];
        if (_record[0] != HandshakeRecord || (_recordFilled > 1 && _record[1] != 3)) throw new FormatException("no TLS handshake begins here");
        if (_recordFilled < RecordHeaderLength) return 1;
        _recordFilled = 0;
        _recordLeft = BinaryPrimitives.ReadUInt16BigEndian(_record.AsSpan(3));

        // An empty fragment of a handshake message is forbidden, and so is one that is longer than a record.
        return _recordLeft is > 0 and <= 16 * 1024 ? 1 : throw new FormatException($"a handshake record of {_recordLeft} bytes");
    }

    private int TakeFragment(ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(_recordLeft, bytes.Length);
        _message.Write(bytes[..count]);
        _recordLeft -= count;
        ReadOnlyMemory<byte> message = _message.GetBuffer().AsMemory(0, (int)_message.Length);
        if (message.Span[0] != ClientHello) throw new FormatException("the first handshake message is no ClientHello");
        if (message.Length < MessageHeaderLength) return count;
        int length = MessageHeaderLength + (message.Span[1] << 16) + BinaryPrimitives.ReadUInt16BigEndian(message.Span[2..]);
        if (message.Length >= length) Complete(message[..length]);
        return count;
    }

    private void Complete(ReadOnlyMemory<byte> message)
    {
        IsComplete = true;
        foreach ((ushort type, ReadOnlyMemory<byte> body) in new ClientHelloReader(message).Extensions)
        {
            if (type == ServerName) Name = ClientHelloReader.ServerNameOf(body)?.ToLowerInvariant();
        }
    }
}
