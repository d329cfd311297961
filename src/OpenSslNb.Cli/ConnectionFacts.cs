using System.Security.Cryptography;
using System.Text.Json;

namespace OpenSslNb.Cli;

/// <summary>What a handshake agreed on, as one JSON object; members that do not apply are null.</summary>
internal static class ConnectionFacts
{
    public static void Print(TlsConnection connection, TimeSpan elapsed)
    {
        TlsConnectionInfo info = connection.Info!;
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("remote", $"{connection.RemoteEndPoint}");
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
            json.WriteNumber("connected_after_ms", Math.Round(elapsed.TotalMilliseconds, 3));
            WriteStatistics(json, connection.GetStatistics());
            json.WriteString("verification_error", info.VerificationError);
            json.WriteString("peer_subject", info.PeerSubject);
            json.WriteStartArray("peer_certificates_sha256");
            foreach (ReadOnlyMemory<byte> certificate in info.PeerCertificates) json.WriteStringValue(Convert.ToHexStringLower(SHA256.HashData(certificate.Span)));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
        StandardOutput.Write(output.GetBuffer().AsSpan(0, (int)output.Length));
    }

    private static void WriteStatistics(Utf8JsonWriter json, TlsConnectionStatistics statistics)
    {
        json.WriteStartArray("handshake_flights");
        foreach (TlsFlight flight in statistics.Flights)
        {
            json.WriteStartObject();
            json.WriteString("direction", flight.IsSent ? "sent" : "received");
            json.WriteNumber("bytes", flight.Bytes);
            json.WriteNumber("after_ms", flight.Began.TotalMilliseconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("ciphertext_sent", statistics.CiphertextSent);
        json.WriteNumber("ciphertext_received", statistics.CiphertextReceived);
        json.WriteNumber("wants", statistics.ReadWants + statistics.WriteWants + statistics.OtherWants);
    }
}
