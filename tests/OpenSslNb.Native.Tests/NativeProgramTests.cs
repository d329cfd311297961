using System.Text.RegularExpressions;
using NUnit.Framework;

namespace OpenSslNb.Native.Tests;

/// <summary>What the C programs of <c>native/tests</c> find, as they are and under valgrind.</summary>
public sealed partial class NativeProgramTests
{
    [TestCaseSource(nameof(Programs))]
    public void The_program_passes(string name)
    {
        NativeBuild.Require();
        NativeBuild.RunTest(NativeBuild.Plain, name, isShort: false);
    }

    // All of them, and long, in ./build.sh verify.
    [TestCase("machine")]
    [TestCase("sessions")]
    [TestCase("misuse")]
    [TestCase("random_calls")]
    [TestCase("cross_thread")]
    [TestCase("freeing")]
    public void The_program_passes_under_memcheck_in_short(string name)
    {
        NativeBuild.Require("valgrind");
        NativeBuild.RunTest(NativeBuild.Memcheck, name, isShort: true);
    }

    [Test]
    public void Every_program_is_a_test()
    {
        IEnumerable<string> sources = Directory.GetFiles(Path.Combine(Repository.Root, "native", "tests"), "*.c")
            .Where(file => File.ReadAllText(file).Contains("int main(", StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Except(["abi", "cost"]);
        Assert.That(Programs().Except(["host_static_openssl", "host_exported_openssl"]), Is.EquivalentTo(sources));
    }

    private static IEnumerable<string> Programs() =>
        [.. TestLine().Matches(Repository.Read("native", "tests", "CMakeLists.txt")).Select(match => match.Groups[1].Value), "unloaded", .. HostsWithStaticOpenSsl()];

    // The archives come with libssl-dev nearly everywhere.
    private static IEnumerable<string> HostsWithStaticOpenSsl() =>
        Directory.GetFiles("/usr/lib", "libssl.a", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true }).Length > 0 ? ["host_static_openssl", "host_exported_openssl"] : [];

    [GeneratedRegex(@"^ *onb_test\((\w+) \d+\)", RegexOptions.Multiline)]
    private static partial Regex TestLine();
}
