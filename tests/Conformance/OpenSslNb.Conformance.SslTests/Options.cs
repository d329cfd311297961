using OpenSslNb.Conformance.SslTests.Cases;

namespace OpenSslNb.Conformance.SslTests;

/// <summary>What the program is asked to do.</summary>
internal sealed record Options
{
    public const string Usage = """
        usage: OpenSslNb.Conformance.SslTests --tests FOLDER [--file NAME] [--case NAME] [--json OUT] [--explained FILE]
               OpenSslNb.Conformance.SslTests --write PAGE [--overview PAGE] REPORT...

        --tests FOLDER     the cases: FOLDER/ssl-tests and FOLDER/certs, as native/openssl/fetch.sh tests VERSION gets them
        --file NAME        only that file of them, such as 01-simple
        --case NAME        only cases whose name contains this
        --json OUT         also write the report there
        --explained FILE   failures that are known (explained.txt beside the program unless given)
        --write PAGE       make one page of reports: what is left out, and what fails
        --overview PAGE    the page whose section 'ssl-tests' is to have their counts
        -h, --help         this

        The OpenSSL that is used is the system's, or that of the folder in OPENSSLNB_OPENSSL_DIR.
        """;

    /// <summary>Only how it is used is asked for.</summary>
    public bool Help { get; private set; }

    public string? Tests { get; private set; }

    public string? File { get; private set; }

    public string? Case { get; private set; }

    public string? Json { get; private set; }

    public string Explained { get; private set; } = Path.Combine(AppContext.BaseDirectory, "explained.txt");

    public string? Page { get; private set; }

    public string? Overview { get; private set; }

    public List<string> Reports { get; } = [];

    /// <exception cref="FormatException">There is no such option, or something is missing.</exception>
    public static Options Parse(string[] arguments)
    {
        var options = new Options();
        for (int i = 0; i < arguments.Length; i++)
        {
            string Value() => ++i < arguments.Length ? arguments[i] : throw new FormatException($"{arguments[^1]} needs a value");
            switch (arguments[i])
            {
                case "-h" or "--help": return new Options { Help = true };
                case "--tests": options.Tests = Value(); break;
                case "--file": options.File = Value(); break;
                case "--case": options.Case = Value(); break;
                case "--json": options.Json = Value(); break;
                case "--explained": options.Explained = Value(); break;
                case "--write": options.Page = Value(); break;
                case "--overview": options.Overview = Value(); break;
                case var report when options.Page is not null && !report.StartsWith('-'): options.Reports.Add(report); break;
                default: throw new FormatException($"'{arguments[i]}' is not known");
            }
        }

        if (options.Tests is null == options.Page is null) throw new FormatException("one of --tests and --write is needed");
        return options;
    }

    /// <summary>Those that are asked for.</summary>
    /// <exception cref="FormatException">There are none; the message says which option names nothing.</exception>
    public SslTestCase[] Choose(IReadOnlyList<SslTestCase> all)
    {
        if (all.Count == 0) throw new FormatException($"there is no case in {Tests}");
        SslTestCase[] ofFile = [.. all.Where(test => File is null || test.File == File || Path.GetFileNameWithoutExtension(test.File) == File)];
        if (ofFile.Length == 0) throw new FormatException($"--file '{File}' is no file of {Tests}; there are {string.Join(", ", all.Select(test => Path.GetFileNameWithoutExtension(test.File)).Distinct())}");
        SslTestCase[] chosen = [.. ofFile.Where(test => test.Name.Contains(Case ?? "", StringComparison.Ordinal))];
        return chosen.Length > 0 ? chosen : throw new FormatException($"--case '{Case}' is in the name of no case of {File ?? Tests}");
    }
}
