using OpenSslNb.Interop;
using OpenSslNb.OpenSsl;

namespace OpenSslNb.Simulation.Probing;

/// <content>What is seen of the peer: its records on the wire, and its messages, in plain text where nobody has keys and through OpenSSL where our machine does.</content>
internal sealed partial class ProbeConnection : IMessageObserver
{
    private const int ShownBytes = 40;

    void IMessageObserver.OnMessage(bool sent, int version, int contentType, ReadOnlySpan<byte> bytes)
    {
        if (sent)
        {
            NoteSent(contentType, bytes);
            return;
        }

        if (contentType == SslConst.SSL3_RT_INNER_CONTENT_TYPE && bytes.Length >= 1) Observer?.OnInnerType(bytes[0]);
        if (contentType == SslConst.SSL3_RT_ALERT && bytes.Length >= 2) NoteAlert(bytes[0], bytes[1], isTls13: version == (int)TlsProtocol.Tls13);
        else if (contentType == SslConst.SSL3_RT_HANDSHAKE) NoteMessage(bytes);
    }

    private void NoteMessage(ReadOnlySpan<byte> bytes)
    {
        if (MessageNames.TryDescribe(SslConst.SSL3_RT_HANDSHAKE, bytes, out MessageDescription message))
        {
            Reaction = Reaction with { Messages = [.. Reaction.Messages, message.Name] };
            Observer?.OnMessage(message.Name, bytes);
        }
    }

    private void NoteAlert(byte level, byte description, bool isTls13)
    {
        var alert = new ReceivedAlert(level == 2, description);
        if (isTls13 && alert.IsError) alert = alert with { IsFatal = true };
        Reaction = Reaction with { Alerts = [.. Reaction.Alerts, alert] };
        Observer?.OnAlert(alert);
    }

    // A copy of what goes to the machine: the lengths of records are seen here alone.
    private void NoteRecords(ReadOnlySpan<byte> bytes)
    {
        if (Reaction.NoRecords is not null) return;
        _incoming = [.. _incoming, .. bytes];
        ReadOnlySpan<byte> rest = _incoming;
        while (!rest.IsEmpty && LooksLikeRecord(rest) && TlsRecord.Take(ref rest) is { } record)
        {
            Reaction = Reaction with { Records = [.. Reaction.Records, (record.Type, record.Payload.Length)] };
            if (Machine is null) Interpret(record);
        }

        if (!LooksLikeRecord(rest)) Reaction = Reaction with { NoRecords = Shown(rest) };
        _incoming = rest.ToArray();
    }

    private static bool LooksLikeRecord(ReadOnlySpan<byte> bytes) => bytes is [] or [>= TlsRecord.ChangeCipherSpec and <= 24] or [>= TlsRecord.ChangeCipherSpec and <= 24, 3, ..];

    private static string Shown(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> first = bytes[..Math.Min(bytes.Length, ShownBytes)];
        return first.ContainsAnyExceptInRange((byte)' ', (byte)'~') && !first.StartsWith("HTTP"u8) ? Convert.ToHexString(first) : $"'{System.Text.Encoding.ASCII.GetString(first).Split('\r', '\n')[0]}'";
    }

    private void Interpret(TlsRecord record)
    {
        if (record is { Type: TlsRecord.Alert, Payload: { Length: 2 } alert }) NoteAlert(alert.Span[0], alert.Span[1], isTls13: false);
        if (record.Type != TlsRecord.Handshake) return;
        foreach (ReadOnlyMemory<byte> message in _raw.Add(record.Payload))
        {
            NoteMessage(message.Span);
            if (message.Span[0] != HandshakeReader.ServerHello) continue;
            try
            {
                Reaction = Reaction with { ServerHello = ServerHelloFacts.Parse(message[HandshakeReader.HeaderLength..]) };
            }
            catch (FormatException e)
            {
                Refuse(e.Message);
            }
        }
    }

    private void Refuse(string words)
    {
        if (Reaction.Refusal != words) Observer?.OnRefusal(words);
        Reaction = Reaction with { Refusal = words };
    }

    /// <summary>Puts handshake messages together that came in several records, or several in one.</summary>
    private sealed class HandshakeReader
    {
        public const int HeaderLength = 4;
        public const byte ServerHello = 2;

        private byte[] _pending = [];

        public IEnumerable<ReadOnlyMemory<byte>> Add(ReadOnlyMemory<byte> payload)
        {
            _pending = [.. _pending, .. payload.Span];
            while (_pending.Length >= HeaderLength)
            {
                int length = HeaderLength + ((_pending[1] << 16) | (_pending[2] << 8) | _pending[3]);
                if (_pending.Length < length) yield break;
                ReadOnlyMemory<byte> message = _pending.AsMemory(0, length);
                _pending = _pending[length..];
                yield return message;
            }
        }
    }
}
