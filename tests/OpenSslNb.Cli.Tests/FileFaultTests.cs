using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary>Files that are not there, cannot be had or hold something else: exit code 1 and a message that names the file.</summary>
public sealed class FileFaultTests
{
    private static readonly string s_garbage = WriteFile("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    private static readonly string s_empty = WriteFile("");
    private static readonly string s_missing = Pki.NewFile(".pem");
    private static readonly string s_directory = Path.GetDirectoryName(s_missing)!;

    private static IEnumerable<TestCaseData> BadPemFiles() =>
        from option in (string[])["--cert", "--key", "--client-ca", "--ca"]
        from file in (string[])["missing", "empty", "garbage", "directory"]
        select new TestCaseData(option, file);

    [TestCaseSource(nameof(BadPemFiles))]
    public async Task A_pem_file_that_is_of_no_use_is_named(string option, string file)
    {
        string path = file switch { "missing" => s_missing, "empty" => s_empty, "garbage" => s_garbage, _ => s_directory };
        string[] arguments = option == "--ca"
            ? ["connect", "127.0.0.1:1", "--ca", path]
            : ["serve", "echo", "--listen", "127.0.0.1:0", "--cert", option == "--cert" ? path : Pki.ServerFile, "--key", option == "--key" ? path : Pki.ServerKeyFile, .. option == "--client-ca" ? [option, path] : Array.Empty<string>()];
        AssertFailed(await Opensslnb.RunAsync(arguments), path);
    }

    [TestCase("connect", "--ca")]
    [TestCase("probe", "--ca")]
    [TestCase("connect", "--crl")]
    public async Task A_file_that_holds_something_else_is_named_with_its_option(string command, string option)
    {
        Opensslnb.Result result = await Opensslnb.RunAsync(command, "127.0.0.1:1", option, Pki.ServerKeyFile);
        AssertFailed(result, Pki.ServerKeyFile, "holds no PEM");
        Assert.That(result.Error, Does.StartWith($"opensslnb: {option}: "));
    }

    [Test]
    public async Task A_key_of_another_certificate_is_refused_with_both_names() =>
        AssertFailed(await ServeAsync(Pki.ServerFile, Pki.ClientKeyFile), Pki.ServerFile, Pki.ClientKeyFile, "does not belong");

    [Test]
    public async Task A_file_that_cannot_be_sent_is_named()
    {
        AssertFailed(await ServeFileAsync(s_missing), "--file", s_missing);
        AssertFailed(await ServeFileAsync(s_directory), "--file", s_directory);
    }

    [TestCase("--trace")]
    [TestCase("--keylog")]
    public async Task A_file_that_cannot_be_written_is_named(string option)
    {
        string path = Path.Combine(s_missing, "below");
        AssertFailed(await ServeAsync(Pki.ServerFile, Pki.ServerKeyFile, option, path), path);
        AssertFailed(await ServeAsync(Pki.ServerFile, Pki.ServerKeyFile, option, s_directory), s_directory);
    }

    [TestCase("--ciphers", "NO-SUCH-CIPHER")]
    [TestCase("--ciphersuites", "NO_SUCH_SUITE")]
    [TestCase("--groups", "no-such-group")]
    public async Task What_openssl_does_not_know_is_refused_with_its_name(string option, string value) =>
        AssertFailed(await ServeAsync(Pki.ServerFile, Pki.ServerKeyFile, option, value), value);

    [Test]
    public async Task An_address_that_is_taken_or_unknown_is_named()
    {
        using ServeProcess first = await ServeProcess.StartAsync("echo");
        AssertFailed(await Opensslnb.RunAsync("serve", "echo", "--listen", $"127.0.0.1:{first.Port}", "--cert", Pki.ServerFile, "--key", Pki.ServerKeyFile), $"127.0.0.1:{first.Port}");
        AssertFailed(await Opensslnb.RunAsync("serve", "echo", "--listen", "no-such-name.invalid:0", "--cert", Pki.ServerFile, "--key", Pki.ServerKeyFile), "no-such-name.invalid");
    }

    private static Task<Opensslnb.Result> ServeFileAsync(string path) =>
        Opensslnb.RunAsync("serve", "file", "--file", path, "--listen", "127.0.0.1:0", "--cert", Pki.ServerFile, "--key", Pki.ServerKeyFile);

    private static Task<Opensslnb.Result> ServeAsync(string cert, string key, params string[] options) =>
        Opensslnb.RunAsync(["serve", "echo", "--listen", "127.0.0.1:0", "--cert", cert, "--key", key, .. options]);

    private static void AssertFailed(Opensslnb.Result result, params string[] named)
    {
        Assert.That(result.Code, Is.EqualTo(1), result.Error);
        Assert.That(result.Output, Is.Empty);
        foreach (string name in named) Assert.That(result.Error, Does.Contain(name));
        Opensslnb.AssertNoStackTrace(result.Error);
    }

    private static string WriteFile(string content)
    {
        string path = Pki.NewFile(".pem");
        File.WriteAllText(path, content);
        return path;
    }
}
