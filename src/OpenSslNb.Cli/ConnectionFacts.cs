using System.Security.Cryptography;
using System.Text.Json;

namespace OpenSslNb.Cli;

/// <summary>What a handshake agreed on and what has passed since, as members of a JSON object; those that do not apply are null.</summary>
internal static class ConnectionFacts
{
    public static void Write(Utf8JsonWriter json, TlsConnectionInfo info)
    {
        json.WriteString("server_name", info.ServerName);
        json.WriteString("protocol", $"{info.Protocol}");
        json.WriteString("cipher_suite", info.CipherSuite);
        json.WriteString("group", info.Group);
        json.WriteString("peer_signature", info.PeerSignatureAlgorithm);
        json.WriteString("application_protocol", info.ApplicationProtocol);
        json.WriteBoolean("resumed", info.IsResumed);
        json.WriteString("psk_identity", info.PreSharedKeyIdentity);
        json.WriteString("early_data", info.EarlyData.ToString().ToLowerInvariant());
        if (info.MaximumFragmentLength is { } fragment) json.WriteNumber("maximum_fragment_length", fragment);
        else json.WriteNull("maximum_fragment_length");
        json.WriteString("kernel_tls", $"{info.KernelTls}");
        json.WriteString("verification_error", info.VerificationError);
        json.WriteString("own_certificate_type", NameOf(info.OwnCertificateType));
        json.WriteString("peer_certificate_type", info.PeerCertificateType is { } type ? NameOf(type) : null);
        json.WriteString("peer_raw_public_key_sha256", HashOf(info.PeerRawPublicKey));
        json.WriteString("peer_subject", info.PeerSubject);
        json.WriteStartArray("peer_certificates_sha256");
        foreach (ReadOnlyMemory<byte> certificate in info.PeerCertificates) json.WriteStringValue(Convert.ToHexStringLower(SHA256.HashData(certificate.Span)));
        json.WriteEndArray();
    }

    /// <summary>Who the peer is, in words.</summary>
    public static string PeerOf(TlsConnectionInfo info) => HashOf(info.PeerRawPublicKey) is { } hash ? $"with the raw public key {hash} (SHA-256)" : info.PeerSubject ?? "without a certificate";

    private static string? HashOf(ReadOnlyMemory<byte>? key) => key is { } encoding ? Convert.ToHexStringLower(SHA256.HashData(encoding.Span)) : null;

    private static string NameOf(TlsCertificateType type) => type == TlsCertificateType.RawPublicKey ? "rpk" : "x509";

    public static void Write(Utf8JsonWriter json, TlsConnectionStatistics statistics)
    {
        if (statistics.Flights.Count > 0)
        {
            json.WriteStartArray("handshake_flights");
            foreach (TlsFlight flight in statistics.Flights) Write(json, flight);
            json.WriteEndArray();
        }

        json.WriteNumber("bytes_sent", statistics.BytesSent);
        json.WriteNumber("bytes_received", statistics.BytesReceived);
        json.WriteNumber("records_sent", statistics.RecordsSent);
        json.WriteNumber("records_received", statistics.RecordsReceived);
        json.WriteNumber("ciphertext_sent", statistics.CiphertextSent);
        json.WriteNumber("ciphertext_received", statistics.CiphertextReceived);
        json.WriteNumber("wants", statistics.ReadWants + statistics.WriteWants + statistics.OtherWants);
    }

    /// <summary>How it ended, and why if it was we who ended it. Alerts are numbers of RFC 8446 §6.</summary>
    public static void Write(Utf8JsonWriter json, CloseOutcome outcome, string? refusal)
    {
        json.WriteString("reason", $"{outcome.Reason}");
        json.WriteString("detail", refusal ?? outcome.Exception?.Message);
        WriteNumber(json, "alert_sent", outcome.AlertSent);
        WriteNumber(json, "alert_received", outcome.AlertReceived);
    }

    private static void Write(Utf8JsonWriter json, TlsFlight flight)
    {
        json.WriteStartObject();
        json.WriteString("direction", flight.IsSent ? "sent" : "received");
        json.WriteNumber("bytes", flight.Bytes);
        json.WriteNumber("after_ms", flight.Began.TotalMilliseconds);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, TlsClientHello hello)
    {
        json.WriteStartObject("client_hello");
        json.WriteString("server_name", hello.ServerName);
        json.WriteString("ja3", hello.Ja3);
        json.WriteString("ja4", hello.Ja4);
        WriteNumbers(json, "versions", hello.SupportedVersions);
        WriteNumbers(json, "cipher_suites", hello.CipherSuites);
        WriteNumbers(json, "extensions", hello.Extensions);
        WriteNumbers(json, "groups", hello.Groups);
        WriteNumbers(json, "signature_algorithms", hello.SignatureAlgorithms);
        json.WriteStartArray("application_protocols");
        foreach (string name in hello.ApplicationProtocols) json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<ushort> numbers)
    {
        json.WriteStartArray(name);
        foreach (ushort number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, int? number)
    {
        if (number is { } value) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }
}
