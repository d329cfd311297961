using System.Buffers.Binary;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Sees what OpenSSL sends and receives, from inside its calls. Must not call OpenSSL.</summary>
internal interface IMessageObserver
{
    /// <param name="sent">This side sent it.</param>
    /// <param name="version">The protocol version; 0 with a record's header.</param>
    /// <param name="contentType">A record's content type, or one of the pseudo types of <c>SSL_set_msg_callback(3)</c>.</param>
    /// <param name="bytes">Valid during the call only.</param>
    void OnMessage(bool sent, int version, int contentType, ReadOnlySpan<byte> bytes);
}

/// <summary>A record or message in words.</summary>
/// <param name="Content">What it is.</param>
/// <param name="Name">In the spelling of the RFCs.</param>
/// <param name="Detail">What is to be added to the name.</param>
/// <param name="Version">What a record's header claims; null for the rest.</param>
/// <param name="Length">Bytes, without a record's header.</param>
internal readonly record struct MessageDescription(TlsTraceContent Content, string Name, string? Detail, int? Version, int Length);

/// <summary>Names of records and messages: the registries of IANA, as RFC 8446 and RFC 5246 list them.</summary>
internal static class MessageNames
{
    private const int RecordHeaderLength = 5;
    private const int AlertLength = 2;
    private const byte FatalLevel = 2;

    // Header, version and random of a ServerHello.
    private const int RandomOffset = 6;

    /// <summary>The random of a ServerHello that is a HelloRetryRequest, its first half (RFC 8446 §4.1.3).</summary>
    private static ReadOnlySpan<byte> HelloRetryRandom => [0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91];

    /// <summary>Puts what the message callback was given into words.</summary>
    /// <returns>False for pseudo types that say nothing about this protocol.</returns>
    public static bool TryDescribe(int contentType, ReadOnlySpan<byte> bytes, out MessageDescription message)
    {
        MessageDescription? description = contentType switch
        {
            SslConst.SSL3_RT_HEADER when bytes.Length >= RecordHeaderLength => new(TlsTraceContent.Record, ContentType(bytes[0]), null, BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[3..])),
            SslConst.SSL3_RT_INNER_CONTENT_TYPE when bytes.Length >= 1 => new(TlsTraceContent.InnerType, ContentType(bytes[0]), null, null, bytes.Length),
            SslConst.SSL3_RT_HANDSHAKE when bytes.Length >= 1 => new(TlsTraceContent.Handshake, Handshake(bytes), KeyUpdateRequest(bytes), null, bytes.Length),
            SslConst.SSL3_RT_ALERT when bytes.Length >= AlertLength => new(TlsTraceContent.Alert, Alert(bytes[1]), bytes[0] == FatalLevel ? "fatal" : "warning", null, bytes.Length),
            SslConst.SSL3_RT_CHANGE_CIPHER_SPEC => new(TlsTraceContent.ChangeCipherSpec, "change_cipher_spec", null, null, bytes.Length),
            _ => null,
        };
        message = description.GetValueOrDefault();
        return description is not null;
    }

    /// <summary>AlertDescription (RFC 8446 §6, RFC 5246 §7.2).</summary>
    public static string Alert(int alert) => alert switch
    {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        21 => "decryption_failed",
        22 => "record_overflow",
        30 => "decompression_failure",
        40 => "handshake_failure",
        41 => "no_certificate",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        60 => "export_restriction",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        100 => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        112 => "unrecognized_name",
        113 => "bad_certificate_status_response",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        120 => "no_application_protocol",
        _ => $"alert {alert}",
    };

    private static string ContentType(byte type) => type switch
    {
        SslConst.SSL3_RT_CHANGE_CIPHER_SPEC => "change_cipher_spec",
        SslConst.SSL3_RT_ALERT => "alert",
        SslConst.SSL3_RT_HANDSHAKE => "handshake",
        SslConst.SSL3_RT_APPLICATION_DATA => "application_data",
        _ => $"content type {type}",
    };

    private static string Handshake(ReadOnlySpan<byte> message) => message[0] switch
    {
        0 => "HelloRequest",
        1 => "ClientHello",
        2 => IsHelloRetryRequest(message) ? "HelloRetryRequest" : "ServerHello",
        4 => "NewSessionTicket",
        5 => "EndOfEarlyData",
        8 => "EncryptedExtensions",
        11 => "Certificate",
        12 => "ServerKeyExchange",
        13 => "CertificateRequest",
        14 => "ServerHelloDone",
        15 => "CertificateVerify",
        16 => "ClientKeyExchange",
        20 => "Finished",
        22 => "CertificateStatus",
        24 => "KeyUpdate",
        25 => "CompressedCertificate",
        _ => $"handshake type {message[0]}",
    };

    private static bool IsHelloRetryRequest(ReadOnlySpan<byte> message) =>
        message.Length >= RandomOffset + HelloRetryRandom.Length && message[RandomOffset..].StartsWith(HelloRetryRandom);

    // RFC 8446 §4.6.3: one byte behind the header.
    private static string? KeyUpdateRequest(ReadOnlySpan<byte> message) =>
        message is [24, _, _, _, var request] ? request == SslConst.SSL_KEY_UPDATE_REQUESTED ? "update_requested" : "update_not_requested" : null;
}
