namespace OpenSslNb.Interop.Tests;

/// <summary>Shared objects that say that they are libcrypto and libssl of some version, and nothing more. Each has a name of its own, since the process keeps what it has loaded.</summary>
internal sealed class FakeOpenSsl : IDisposable
{
    private static int s_count;
    private readonly TemporaryFolder _folder = new();

    public string Folder => _folder.Path;

    /// <summary>A path where nothing is.</summary>
    public string Nothing => _folder.File("nothing.so");

    /// <summary>A pair whose libssl is linked with its libcrypto, as the real ones are.</summary>
    public (string Crypto, string Ssl) Pair(ulong version, string text)
    {
        string crypto = Crypto(version, text);
        return (crypto, Ssl(crypto));
    }

    public string Crypto(ulong version, string text, string? soname = null) => Build("crypto", soname, $$"""
        unsigned long OpenSSL_version_num(void) { return {{version}}UL; }
        const char *OpenSSL_version(int type) { return type == 0 ? "{{text}}" : "not the version"; }
        """);

    /// <summary>Counts in <c>initialized</c> how often it was initialized, and keeps with what in <c>options</c>.</summary>
    public string Ssl(string crypto) => Build("ssl", null, """
        unsigned long long options;
        int initialized;
        int OPENSSL_init_ssl(unsigned long long given, const void *settings) { options = given; initialized++; return settings == 0; }
        """, crypto);

    /// <summary>Puts a pair into the folder under the names that the loader looks for.</summary>
    public void Install(string generation, ulong version, string text)
    {
        string crypto = Path.Combine(Folder, $"libcrypto.so.{generation}");
        File.Move(Crypto(version, text, $"libfakecrypto{Guid.NewGuid():N}.so"), crypto);
        File.Move(Ssl(crypto), Path.Combine(Folder, $"libssl.so.{generation}"));
    }

    /// <summary>A libssl or libcrypto of before 1.1.0: without a single symbol that we look for.</summary>
    public string Ancient() => Build("ancient", null, "int SSL_library_init(void) { return 1; }");

    public void Dispose() => _folder.Dispose();

    private string Build(string name, string? soname, string source, params string[] linked)
    {
        string unique = $"libfake{name}{Interlocked.Increment(ref s_count)}";
        string output = _folder.File(unique + ".so");
        CCompiler.Run(["-shared", "-fPIC", $"-Wl,-soname,{soname ?? unique + ".so"}", "-Wl,--no-as-needed", "-o", output, _folder.Write(unique + ".c", source + "\n"), .. linked]);
        return output;
    }
}
