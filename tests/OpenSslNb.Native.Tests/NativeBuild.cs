using NUnit.Framework;

namespace OpenSslNb.Native.Tests;

/// <summary>The C programs of <c>native/tests</c>, built once for each way of running them.</summary>
internal static class NativeBuild
{
    private static readonly Lazy<string> s_plain = new(() => Build("native-tests"));
    private static readonly Lazy<string> s_memcheck = new(() => Build("native-tests-memcheck", "-DONB_MEMCHECK=ON"));

    /// <summary>The folder of the programs as they are.</summary>
    public static string Plain => s_plain.Value;

    /// <summary>The folder of the programs under valgrind.</summary>
    public static string Memcheck => s_memcheck.Value;

    /// <summary>Ignores the test where something is missing that it needs.</summary>
    public static void Require(params string[] commands)
    {
        foreach (string command in (string[])["cmake", "ctest", "gcc", "g++", .. commands])
        {
            if (!Repository.HasCommand(command)) Assert.Ignore($"{command} is missing.");
        }

        if (!Path.Exists(Repository.Library)) Assert.Ignore($"{Repository.Library} is missing: ./build.sh publish-native makes it.");
        if (!File.Exists("/usr/include/openssl/ssl.h")) Assert.Ignore("libssl-dev is missing.");
    }

    /// <summary>Runs one test of CTest; the test fails with its words if it does.</summary>
    public static void RunTest(string folder, string name, bool isShort)
    {
        (int status, string output) = Repository.Run(
            new Dictionary<string, string> { ["ONB_TEST_SHORT"] = isShort ? "1" : "0" }, "ctest", "--test-dir", folder, "--output-on-failure", "-R", $"^{name}$");
        Assert.That(status, Is.Zero, output);
        Assert.That(output, Does.Contain("100% tests passed").And.Not.Contain("No tests were found"), output);
        if (output.Contains("***Skipped", StringComparison.Ordinal)) Assert.Ignore(output);
    }

    private static string Build(string name, params string[] options)
    {
        string folder = Path.Combine(Repository.Root, "artifacts", name);
        Repository.Must("cmake", ["-S", "native/tests", "-B", folder, $"-DONB_ROOT={Repository.NativeFolder}", .. options]);
        Repository.Must("cmake", "--build", folder, "--parallel", "2");
        return folder;
    }
}
