using System.Text.RegularExpressions;
using NUnit.Framework;

namespace OpenSslNb.Native.Tests;

/// <summary>The ABI is what <c>native/abi.txt</c> says: a change of it is seen in the same commit.</summary>
public sealed partial class AbiRecordTests
{
    [Test]
    public void The_library_and_its_header_are_as_recorded()
    {
        NativeBuild.Require("nm");
        string[] functions = [.. Exported().Select(symbol => $"function {symbol}").Order(StringComparer.Ordinal)];
        string[] seen = [.. functions, .. Repository.Must(Path.Combine(NativeBuild.Plain, "abi")).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        string[] recorded = Repository.Read("native", "abi.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(seen, Is.EqualTo(recorded), "native/abi.txt does not say what the ABI is: if the change is meant, and breaks no program, change the record in the same commit");
    }

    [Test]
    public void Nothing_is_exported_but_the_functions_of_the_header()
    {
        NativeBuild.Require("nm");
        IEnumerable<string> declared = Declaration().Matches(File.ReadAllText(Repository.Header)).Select(match => match.Groups[1].Value);
        Assert.That(Exported().Select(symbol => symbol.Split('@')[0]), Is.EquivalentTo(declared));
        Assert.That(Exported(), Has.All.EndsWith("@@OPENSSLNB_0"));
    }

    [Test]
    public void The_soname_has_the_major_version_and_no_openssl_is_needed_to_load_it()
    {
        NativeBuild.Require("readelf");
        string dynamic = Repository.Must("readelf", "-d", Repository.Library);
        Assert.That(dynamic, Does.Contain("soname: [libopensslnb.so.0]"));
        Assert.That(dynamic, Does.Not.Contain("libssl").And.Not.Contain("libcrypto"));
    }

    [Test]
    public void The_library_is_less_than_4_MB()
    {
        NativeBuild.Require();
        Assert.That(new FileInfo(Repository.Library).ResolveLinkTarget(returnFinalTarget: true), Is.InstanceOf<FileInfo>().With.Property(nameof(FileInfo.Length)).LessThan(4_000_000));
    }

    [Test]
    public void Every_struct_enum_and_function_of_the_header_is_among_what_is_recorded_and_called()
    {
        string header = Comment().Replace(File.ReadAllText(Repository.Header), "");
        string abi = Repository.Read("native", "tests", "abi.inc");
        string calls = Repository.Read("native", "tests", "random_calls.inc") + Repository.Read("native", "tests", "forked.c") + Repository.Read("native", "tests", "results.c") + Repository.Read("native", "tests", "echo.c");
        Assert.Multiple(() =>
        {
            foreach (Match match in StructName().Matches(header)) Assert.That(abi, Does.Contain($"STRUCT({match.Groups[1].Value});"));
            foreach (Match match in EnumValue().Matches(header)) Assert.That(abi, Does.Contain($"VALUE({match.Groups[1].Value});"));
            foreach (Match match in Declaration().Matches(header)) Assert.That(calls, Does.Contain(match.Groups[1].Value));
        });
    }

    private static string[] Exported() =>
        [.. Repository.Must("nm", "-D", "--defined-only", Repository.Library).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Where(parts => parts[1] != "A").Select(parts => parts[2])];

    [GeneratedRegex(@"^ONB_API\s[^;]*?\b(onb_\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^typedef struct (onb_\w+) \{", RegexOptions.Multiline)]
    private static partial Regex StructName();

    [GeneratedRegex(@"^\s+(ONB_\w+) = -?\w+,?", RegexOptions.Multiline)]
    private static partial Regex EnumValue();

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();
}
