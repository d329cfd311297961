using System.Text.Json;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Simulation.Differential;

/// <summary>A raw ClientHello of a script. Nothing in it is random: both peers are sent the same bytes.</summary>
internal static class ScriptHello
{
    private static readonly byte[] s_random = [.. Enumerable.Range(0, 32).Select(i => (byte)(0xC0 + i))];
    private static readonly byte[] s_session = [.. Enumerable.Range(0, 32).Select(i => (byte)(0x50 + i))];

    // The curves' own base points: good public keys of a private key that everybody knows.
    private static readonly Dictionary<ushort, byte[]> s_keys = new()
    {
        [29] = [9, .. new byte[31]],
        [23] = Convert.FromHexString("046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C2964FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"),
        [24] = Convert.FromHexString(
            "04AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB73617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F"),
    };

    public static ScriptStep Read(ScriptFields fields)
    {
        bool waits = fields.Flag("wait", otherwise: true);
        if (fields.OptionalHex("hex") is { } bytes) return new ScriptStep($"send {bytes.Length} bytes as a ClientHello", (run, cancellation) => run.SendHelloAsync(_ => bytes, waits, cancellation));
        (RawClientHello hello, string words) = Begin(fields);
        hello = Extend(fields, Plain(fields, hello));
        (bool hasName, string? name) = ServerName(fields);
        if (name?.All(char.IsAscii) == false) throw fields.Fault("sni", "of ASCII, as names on the wire are (RFC 6066 §3)");
        if (WithName(hello, name).ToMessage().Length > ushort.MaxValue) throw fields.Refusal($"this ClientHello does not fit into a record: {ushort.MaxValue} bytes is what its length can say; 'hex' can be in several");
        return new ScriptStep(words, (run, cancellation) => run.SendHelloAsync(target => WithName(hello, hasName ? name : target).ToRecord().ToBytes(), waits, cancellation));
    }

    /// <summary><c>sni</c>: a name, or null for none.</summary>
    public static (bool IsGiven, string? Name) ServerName(ScriptFields fields) =>
        fields.Element("sni") is not { } value ? (false, null) : value.ValueKind == JsonValueKind.Null ? (true, null) : (true, fields.Text("sni", "a name, or null for none"));

    private static (RawClientHello Hello, string Words) Begin(ScriptFields fields)
    {
        ushort[] versions = fields.OptionalNumbers("versions", TlsNames.Versions, "\"1.2\", \"1.3\"") ?? [0x0304, 0x0303];
        if (versions.Length == 0) throw fields.Fault("versions", "an array of one version at least");
        string words = $"send a ClientHello of {string.Join(", ", versions.Select(version => $"TLS {TlsNames.Versions.NameOf(version)}"))}";
        bool isModern = versions.Any(version => version >= 0x0304);
        RawClientHello hello = isModern
            ? RawClientHello.Modern(null).With(RawExtension.Versions(versions)) with { SessionId = s_session }
            : RawClientHello.Old(null) with { Version = versions.Max() };
        hello = hello with { Random = s_random };
        ushort[]? groups = fields.OptionalNumbers("groups", TlsNames.Groups, "\"x25519\", \"secp256r1\"");
        if (groups is not null) hello = hello.With(RawExtension.Groups(groups));
        ushort[]? shares = fields.OptionalNumbers("shares", TlsNames.Groups, "\"x25519\", \"secp256r1\"");
        if (shares?.All(s_keys.ContainsKey) == false) throw fields.Fault("shares", $"an array of {string.Join(", ", s_keys.Keys.Select(TlsNames.Groups.NameOf))}; of other groups, 'extensions' can hold a key_share");
        if (isModern) hello = hello.With(RawExtension.KeyShare([.. (shares ?? Guess(groups)).Select(group => (group, s_keys[group]))]));
        return (hello, words);
    }

    // Of the first group that there is a key of, as clients do.
    private static ushort[] Guess(ushort[]? groups) => [.. (groups ?? [29]).Where(s_keys.ContainsKey).Take(1)];

    private static RawClientHello Plain(ScriptFields fields, RawClientHello hello)
    {
        if (fields.OptionalNumbers("ciphers", TlsNames.Ciphers, "\"TLS_AES_128_GCM_SHA256\"") is { } ciphers) hello = hello with { CipherSuites = RawClientHello.Suites(ciphers) };
        if (fields.OptionalNumber("legacy-version", TlsNames.Versions, "\"1.2\"") is { } version) hello = hello with { Version = version };
        if (fields.OptionalNumber("record-version", TlsNames.Versions, "\"1.0\"") is { } record) hello = hello with { RecordVersion = record };
        if (fields.OptionalHex("random") is { } random) hello = hello with { Random = random };
        if (fields.OptionalHex("session-id") is { } session) hello = hello with { SessionId = session.Length <= byte.MaxValue ? session : throw fields.Fault("session-id", "at most 255 bytes") };
        if (fields.OptionalHex("compression") is { } compression) hello = hello with { Compression = compression.Length <= byte.MaxValue ? compression : throw fields.Fault("compression", "at most 255 bytes") };
        if (fields.OptionalHex("trailing") is { } trailing) hello = hello with { Trailing = trailing };
        return hello;
    }

    private static RawClientHello Extend(ScriptFields fields, RawClientHello hello)
    {
        if (fields.OptionalNumbers("signatures", TlsNames.Signatures, "\"ecdsa_secp256r1_sha256\"") is { } signatures) hello = hello.With(RawExtension.SignatureAlgorithms(signatures));
        string[]? protocols = fields.OptionalTexts("alpn");
        if (protocols?.All(name => name.Length <= byte.MaxValue && name.All(char.IsAscii)) == false) throw fields.Fault("alpn", "an array of strings of ASCII, each of at most 255 bytes");
        if (protocols is not null) hello = hello.With(RawExtension.ApplicationProtocols(protocols));
        if (fields.OptionalNumbers("without", TlsNames.Extensions, "\"key_share\"") is { } without) hello = hello.Without(without);
        if (fields.Element("extensions") is not { } added) return hello;
        const string Expected = "an array of objects with 'type' and 'hex'";
        if (added.ValueKind != JsonValueKind.Array) throw fields.Fault("extensions", Expected);
        foreach (JsonElement element in added.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Object) throw fields.Fault("extensions", Expected);
            ScriptFields extension = fields.Within("extensions", element);
            ushort type = extension.OptionalNumber("type", TlsNames.Extensions, "the name of an extension, such as \"padding\"") ?? throw fields.Fault("extensions", Expected);
            byte[] body = extension.OptionalHex("hex") ?? [];
            extension.RefuseOthers();
            hello = hello.With(new RawExtension(type, body));
        }

        return hello;
    }

    // First, where clients have it.
    private static RawClientHello WithName(RawClientHello hello, string? name) => name is null || hello.Extensions.Any(e => e.Type == 0) ? hello : hello with { Extensions = [RawExtension.ServerName(name), .. hello.Extensions] };
}
