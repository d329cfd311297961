namespace OpenSslNb.Conformance.SslTests.Cases;

/// <summary>Takes the cases out of a file. A word that is not known is a fault: what it asks for would be left undone in silence.</summary>
internal static class CaseReader
{
    private static readonly string[] s_roles = ["server", "client", "server2", "resume-server", "resume-client", "resume-server2"];

    private static readonly HashSet<string> s_testOptions =
    [
        "ExpectedResult", "ExpectedClientAlert", "ExpectedServerAlert", "ExpectedProtocol", "ExpectedServerName", "SessionTicketExpected", "CompressionExpected", "SessionIdExpected", "Method",
        "ExpectedNPNProtocol", "ExpectedALPNProtocol", "HandshakeMode", "KeyUpdateType", "ResumptionExpected", "ApplicationData", "MaxFragmentSize", "ExpectedTmpKeyType", "ExpectedServerCertType",
        "ExpectedServerSignHash", "ExpectedServerSignType", "ExpectedServerCANames", "ExpectedClientCertType", "ExpectedClientSignHash", "ExpectedClientSignType", "ExpectedClientCANames", "UseSCTP",
        "CompressCertificates", "EnableClientSCTPLabelBug", "EnableServerSCTPLabelBug", "ExpectedCipher", "ExpectedSessionTicketAppData", "FIPSversion",
    ];

    private static readonly HashSet<string> s_clientOptions =
        ["VerifyCallback", "ServerName", "NPNProtocols", "ALPNProtocols", "CTValidation", "RenegotiateCiphers", "SRPUser", "SRPPassword", "MaxFragmentLenExt", "EnablePHA", "RenegotiateNoExtms"];

    private static readonly HashSet<string> s_serverOptions =
        ["ServerNameCallback", "NPNProtocols", "ALPNProtocols", "BrokenSessionTicket", "CertStatus", "SRPUser", "SRPPassword", "ForcePHA", "SessionTicketAppData"];

    /// <summary>All cases of a file, in order.</summary>
    /// <exception cref="FormatException">The file is something else, or has a word that is not known; the message names file, section and word.</exception>
    public static IReadOnlyList<SslTestCase> Read(CnfFile file)
    {
        if (!int.TryParse(file.Value("num_tests"), out int count)) throw new FormatException($"{file.Name}: there is no number num_tests");
        return [.. Enumerable.Range(0, count).Select(number => ReadCase(file, number))];
    }

    private static SslTestCase ReadCase(CnfFile file, int number)
    {
        string section = $"test-{number}";
        string name = file.Value(section) ?? throw new FormatException($"{file.Name}: num_tests promises {section}, and there is none");
        Dictionary<string, string> sides = ToDictionary(file, Require(ToDictionary(file, name), "ssl_conf", file, name));
        Dictionary<string, string> extras = [];
        Dictionary<string, string> test = [];
        foreach ((string option, string value) in file.Section(section))
        {
            if (s_roles.Contains(option)) extras[option] = value;
            else if (s_testOptions.Contains(option)) test[option] = value;
            else throw new FormatException($"{file.Name} [{section}]: '{option}' is not known");
        }

        SideConfiguration Side(string role) => new(sides.TryGetValue(role, out string? commands) ? Commands(file, commands) : [], extras.TryGetValue(role, out string? extra) ? Extra(file, extra, role) : new Dictionary<string, string>());
        SideConfiguration? OptionalSide(string role) => sides.ContainsKey(role) || extras.ContainsKey(role) ? Side(role) : null;
        return new SslTestCase
        {
            File = file.Name,
            Name = name,
            Server = Side("server"),
            Client = Side("client"),
            Server2 = OptionalSide("server2"),
            ResumeServer = OptionalSide("resume-server"),
            ResumeClient = OptionalSide("resume-client"),
            Test = test,
        };
    }

    // "RSA.Certificate" is a Certificate: what stands before the first dot only tells it from others.
    private static List<KeyValuePair<string, string>> Commands(CnfFile file, string section) =>
        [.. file.Section(section).Select(line => new KeyValuePair<string, string>(line.Key[(line.Key.IndexOf('.') + 1)..], line.Value))];

    private static Dictionary<string, string> Extra(CnfFile file, string section, string role)
    {
        HashSet<string> known = role.Contains("client", StringComparison.Ordinal) ? s_clientOptions : s_serverOptions;
        Dictionary<string, string> extra = ToDictionary(file, section);
        if (extra.Keys.FirstOrDefault(option => !known.Contains(option)) is { } unknown) throw new FormatException($"{file.Name} [{section}]: '{unknown}' is not known");
        return extra;
    }

    private static Dictionary<string, string> ToDictionary(CnfFile file, string section)
    {
        var values = new Dictionary<string, string>();
        foreach ((string name, string value) in file.Section(section)) values[name] = value;
        return values;
    }

    private static string Require(Dictionary<string, string> section, string name, CnfFile file, string inSection) =>
        section.TryGetValue(name, out string? value) ? value : throw new FormatException($"{file.Name} [{inSection}]: there is no '{name}'");
}
