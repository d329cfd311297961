using OpenSslNb.Conformance.SslTests.Replay;

namespace OpenSslNb.Conformance.SslTests.Verdicts;

/// <summary>Numbers (NIDs) of the names that cases use for sorts of keys, groups and hashes.</summary>
internal static class AlgorithmNames
{
    // TLSEXT_nid_unknown: a group that has a number in TLS alone.
    private const int NumberOfTls = 0x1000000;

    private static readonly Dictionary<string, int> s_groups = new()
    {
        ["curveSM2"] = 41,
        ["SecP256r1MLKEM768"] = 0x11EB,
        ["X25519MLKEM768"] = 0x11EC,
        ["SecP384r1MLKEM1024"] = 0x11ED,
        ["curveSM2MLKEM768"] = 0x11EE,
    };

    // The names that OpenSSL's tables have for them.
    private static readonly Dictionary<string, string> s_others = new() { ["RSA"] = "rsaEncryption", ["RSA-PSS"] = "rsassaPss", ["EC"] = "id-ecPublicKey", ["Ed25519"] = "ED25519", ["Ed448"] = "ED448" };

    /// <summary>0 when this OpenSSL does not know the name.</summary>
    public static int NumberOf(string name)
    {
        if (s_groups.TryGetValue(name, out int group)) return NumberOfTls | group;
        string known = s_others.GetValueOrDefault(name, name);
        int number = NativeCalls.FromLongName(known);
        if (number == 0) number = NativeCalls.FromShortName(known);
        if (number == 0) number = NativeCalls.FromNistName(known);
        return Plain(number);
    }

    /// <summary>The curve without its use: <c>brainpoolP256r1tls13</c> is <c>brainpoolP256r1</c>.</summary>
    public static int Plain(int number)
    {
        const string OfTls13 = "tls13";
        string name = number is 0 or >= NumberOfTls or < 0 ? "" : NativeCalls.NameOf(number);
        return name.EndsWith(OfTls13, StringComparison.Ordinal) ? NativeCalls.FromShortName(name[..^OfTls13.Length]) : number;
    }
}
