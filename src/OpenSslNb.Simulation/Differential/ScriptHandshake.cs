using OpenSslNb.OpenSsl;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Simulation.Differential;

/// <summary>A real handshake of a script.</summary>
internal static class ScriptHandshake
{
    private const int Sessions = 8;

    public static ScriptStep Read(ScriptFields fields)
    {
        ushort[] versions = fields.OptionalNumbers("versions", TlsNames.Versions, "\"1.2\", \"1.3\"") ?? [0x0303, 0x0304];
        if (versions.Length == 0 || versions.Any(version => !Enum.IsDefined((TlsProtocol)version))) throw fields.Fault("versions", "an array of \"1.2\" and \"1.3\"");
        string[] ciphers = fields.OptionalText("ciphers", "a list as OpenSSL takes it, such as \"TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256\"")?.Split(':') ?? [];
        string? groups = fields.OptionalText("groups", "a list as OpenSSL takes it, such as \"X25519:P-256\"");
        string? signatures = fields.OptionalText("signatures", "a list as OpenSSL takes it, such as \"ECDSA+SHA256\"");
        string[] protocols = fields.OptionalTexts("alpn") ?? [];
        bool waits = fields.Flag("wait", otherwise: true);
        (bool hasName, string? name) = ScriptHello.ServerName(fields);
        string words = $"TLS {string.Join(" or ", versions.Select(TlsNames.Versions.NameOf))}{(ciphers.Length > 0 ? $", ciphers {string.Join(':', ciphers)}" : "")}{(groups is null ? "" : $", groups {groups}")}{(protocols.Length > 0 ? $", alpn {string.Join(',', protocols)}" : "")}";
        ClientProfile profile = ClientProfile.Any.With(words, options => options with
        {
            MinimumProtocol = (TlsProtocol)versions.Min(),
            MaximumProtocol = (TlsProtocol)versions.Max(),
            CipherSuites = List(ciphers.Where(IsOfTls13)) ?? options.CipherSuites,
            CipherList = List(ciphers.Where(cipher => !IsOfTls13(cipher))) ?? options.CipherList,
            Groups = groups ?? options.Groups,
            SignatureAlgorithms = signatures ?? options.SignatureAlgorithms,
            ApplicationProtocols = protocols.Length > 0 ? protocols : options.ApplicationProtocols,
            SessionCacheSize = Sessions,
            AllowRenegotiation = true,
        });
        RequireOwn(fields, versions, ciphers);
        Try(fields, profile, name);
        return new ScriptStep($"handshake of {words}", (run, cancellation) => run.HandshakeAsync(profile, hasName, name, waits, cancellation));
    }

    // Those of other versions would be left out without a word. Commands such as @SECLEVEL=0 are for all of them.
    private static void RequireOwn(ScriptFields fields, ushort[] versions, string[] ciphers)
    {
        foreach (string cipher in ciphers.Where(cipher => !cipher.StartsWith('@')))
        {
            TlsProtocol own = IsOfTls13(cipher) ? TlsProtocol.Tls13 : TlsProtocol.Tls12;
            if (!versions.Contains((ushort)own)) throw fields.Refusal($"'ciphers' has {cipher}, which is for TLS {TlsNames.Versions.NameOf((ushort)own)}, and 'versions' leaves that out");
        }
    }

    // Lists and names are OpenSSL's to judge, and now, not when half of the script is done.
    private static void Try(ScriptFields fields, ClientProfile profile, string? name)
    {
        if (name is not null && !PeerName.IsPossible(name)) throw fields.Fault("sni", "a name of up to 255 bytes whose labels have 1 to 63, an address, or null for none");
        try
        {
            using TlsContext context = TlsContext.CreateClient(profile.Configure(new TlsClientOptions { DangerouslyAcceptAnyPeerCertificate = true }));
            new SslMachine(context, name).Dispose();
        }
        catch (Exception e) when (e is ArgumentException or OpenSslException)
        {
            // The parameter of a method is none of the script's.
            string message = e is ArgumentException { ParamName: { } parameter } ? e.Message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal) : e.Message;
            throw fields.Refusal($"OpenSSL cannot make this handshake: {message}");
        }
    }

    private static bool IsOfTls13(string cipher) => cipher.StartsWith("TLS_", StringComparison.Ordinal);

    private static string? List(IEnumerable<string> names) => names.Any() ? string.Join(':', names) : null;
}
