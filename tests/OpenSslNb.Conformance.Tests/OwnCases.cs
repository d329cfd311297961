using NUnit.Framework;
using OpenSslNb.Conformance.SslTests.Cases;
using OpenSslNb.Testing;

namespace OpenSslNb.Conformance.Tests;

/// <summary>The cases in <c>Samples/own.cnf</c>, and the certificates that they name.</summary>
internal sealed class OwnCases : IDisposable
{
    public const string FileName = "own.cnf";

    private readonly string _folder = Directory.CreateTempSubdirectory("opensslnb-conformance-").FullName;

    public OwnCases()
    {
        using var root = new TestAuthority();
        using var other = new TestAuthority("another root");
        Write("root.pem", root.Pem);
        Write("other.pem", other.Pem);
        foreach (string name in (string[])["server", "client"])
        {
            IssuedCertificate issued = root.Issue([name]);
            Write($"{name}.pem", issued.CertificatePem);
            Write($"{name}-key.pem", issued.KeyPem);
        }
    }

    public static string Text { get; } = File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Samples", FileName));

    /// <summary>What the cases are called, without their numbers.</summary>
    public static IEnumerable<string> Names => Text.Split('\n').Where(line => line.StartsWith("test-", StringComparison.Ordinal)).Select(line => line[(line.IndexOf('-', line.IndexOf('=')) + 1)..]);

    /// <summary>A case, with an expectation of its own changed.</summary>
    /// <param name="name">Without its number.</param>
    /// <param name="option">What is changed; null for nothing.</param>
    /// <param name="value">What it is changed to.</param>
    public SslTestCase Read(string name, string? option = null, string value = "")
    {
        IReadOnlyList<SslTestCase> cases = CaseReader.Read(CnfFile.Parse(FileName, Text, new Dictionary<string, string> { ["TEST_CERTS_DIR"] = _folder }));
        SslTestCase test = cases.Single(test => test.Name[(test.Name.IndexOf('-') + 1)..] == name);
        return option is null ? test : test with { Test = new Dictionary<string, string>(test.Test) { [option] = value.Replace("${CERTS}", _folder, StringComparison.Ordinal) } };
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string name, byte[] content) => File.WriteAllBytes(Path.Combine(_folder, name), content);
}
