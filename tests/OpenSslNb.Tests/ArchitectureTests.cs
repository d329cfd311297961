using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using NUnit.Framework;
using OpenSslNb.Interop;

namespace OpenSslNb.Tests;

/// <summary>The rooms of the source tree, and who may import whom.</summary>
public sealed partial class ArchitectureTests
{
    private const int LongestFile = 300;

    private static readonly string s_root = FindRoot();

    private static readonly Dictionary<string, string[]> s_mayImport = new()
    {
        ["Polling"] = ["Interop"],
        ["Metrics"] = ["Engine"],
        ["Loop"] = ["Interop", "Polling", "Metrics"],
        ["OpenSsl"] = ["Engine", "Interop", "Transport"],
        ["Sessions"] = ["Interop"],
        ["ProxyProtocol"] = [],
        ["Transport"] = ["Engine", "Interop"],
        ["Connections"] = ["Engine", "Interop", "OpenSsl", "Transport", "Polling", "Loop", "Metrics", "ProxyProtocol"],
    };

    private static IEnumerable<string> Rooms => s_mayImport.Keys;

    private static IEnumerable<string> ProductFiles => SourceFiles("src").Concat(SourceFiles("interop"));

    [TestCaseSource(nameof(Rooms))]
    public void A_room_imports_only_the_rooms_below_it(string room)
    {
        string[] allowed = [room, .. s_mayImport[room]];
        foreach (string file in SourceFiles($"src/OpenSslNb/{room}"))
        {
            string text = WithoutComments(File.ReadAllText(file));
            foreach (Match import in ImportOfRoom().Matches(text).Concat(QualifiedName().Matches(text)))
            {
                Assert.That(allowed, Does.Contain(import.Groups[1].Value), $"{file}: {import.Value}");
            }
        }
    }

    [Test]
    public void Every_folder_of_the_product_is_a_known_room()
    {
        IEnumerable<string> folders = Directory.GetDirectories(Path.Combine(s_root, "src/OpenSslNb")).Select(folder => Path.GetFileName(folder)!).Where(name => name is not ("obj" or "bin"));
        Assert.That(folders, Is.EquivalentTo(s_mayImport.Keys));
    }

    [Test]
    public void The_engine_depends_on_the_base_library_alone_and_has_no_unsafe_code_clock_thread_or_descriptor()
    {
        Assembly engine = typeof(Engine.OutboundQueue).Assembly;
        Assert.That(engine.GetReferencedAssemblies().Select(a => a.Name), Has.None.StartsWith("OpenSslNb"));
        foreach (string file in SourceFiles("src/OpenSslNb.Engine"))
        {
            string text = WithoutComments(File.ReadAllText(file));
            Assert.That(ForbiddenInEngine().Match(text).Value, Is.Empty, file);
        }
    }

    [Test]
    public void The_interop_layer_depends_on_the_base_library_alone()
    {
        Assert.That(typeof(OpenSslLibrary).Assembly.GetReferencedAssemblies().Select(a => a.Name), Has.None.StartsWith("OpenSslNb"));
    }

    [Test]
    public void SSL_IO_calls_and_SSL_get_error_stand_in_one_struct()
    {
        IEnumerable<string> files = SourceFiles("src").Where(file => SslIoCall().IsMatch(WithoutComments(File.ReadAllText(file)))).Select(file => Path.GetFileName(file)!);
        Assert.That(files, Is.EquivalentTo(new[] { "SslCalls.cs", "SslCalls.EarlyData.cs", "SslCalls.Files.cs" }));
    }

    [Test]
    public void Error_codes_of_SSL_get_error_never_leave_the_OpenSsl_room()
    {
        IEnumerable<string> outside = SourceFiles("src").Where(file => !file.Contains("/OpenSsl/") && File.ReadAllText(file).Contains("SSL_ERROR_")).Where(file => WithoutComments(File.ReadAllText(file)).Contains("SSL_ERROR_"));
        Assert.That(outside, Is.Empty);
    }

    [Test]
    public void No_file_is_long_and_none_hides_a_fault_or_a_race()
    {
        foreach (string file in ProductFiles.Concat(SourceFiles("tests")))
        {
            if (Path.GetFileName(file) == "ArchitectureTests.cs") continue;
            string text = File.ReadAllText(file);
            Assert.That(text.Count(c => c == '\n'), Is.LessThanOrEqualTo(LongestFile), $"lines of {file}");
            Assert.That(HiddenFault().Match(text).Value, Is.Empty, file);
        }
    }

    [Test]
    public void Every_planted_defect_has_its_place()
    {
        using var mutations = JsonDocument.Parse(File.ReadAllText(Path.Combine(s_root, "tests/Mutations/mutations.json")));
        IEnumerable<string> lost = mutations.RootElement.EnumerateArray()
            .Where(mutation => Occurrences(File.ReadAllText(Path.Combine(s_root, Text(mutation, "file"))), Text(mutation, "find")) != 1)
            .Select(mutation => Text(mutation, "name"));
        Assert.That(lost, Is.Empty, "their text is not in their file, or more than once");
    }

    private static string Text(JsonElement mutation, string name) => mutation.GetProperty(name).GetString()!;

    private static int Occurrences(string text, string part)
    {
        int count = 0;
        for (int at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + 1, StringComparison.Ordinal)) count++;
        return count;
    }

    [Test]
    public void The_repository_speaks_of_the_project_alone()
    {
        string[] texts = [.. ProductFiles, .. SourceFiles("tests"), .. Directory.GetFiles(s_root, "*.md"), .. Directory.GetFiles(Path.Combine(s_root, "docs"), "*.md"), Path.Combine(s_root, "build.cake")];
        foreach (string file in texts.Where(f => Path.GetFileName(f) != "ArchitectureTests.cs"))
        {
            Assert.That(PathOfAMachine().Match(File.ReadAllText(file)).Value, Is.Empty, file);
        }
    }

    private static string FindRoot()
    {
        DirectoryInfo? directory = new(TestContext.CurrentContext.TestDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "OpenSslNb.sln"))) directory = directory.Parent;
        return directory?.FullName ?? throw new DirectoryNotFoundException("OpenSslNb.sln is in no folder above the tests");
    }

    private static IEnumerable<string> SourceFiles(string folder) =>
        Directory.EnumerateFiles(Path.Combine(s_root, folder), "*.cs", SearchOption.AllDirectories).Where(file => !file.Contains("/obj/") && !file.Contains("/bin/"));

    private static string WithoutComments(string text) => Comment().Replace(text, "");

    [GeneratedRegex(@"^using OpenSslNb\.(Interop|Engine|OpenSsl|Transport|Polling|Loop|Metrics|ProxyProtocol|Connections);", RegexOptions.Multiline)]
    private static partial Regex ImportOfRoom();

    [GeneratedRegex(@"(?<![\w.])(?:OpenSslNb\.)?(Interop|Engine|OpenSsl|Transport|Polling|Metrics|ProxyProtocol|Connections)\.[A-Z]")]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"\bunsafe\b|\bThread\b|\bTask\b|DateTime|Stopwatch|TimeProvider|Environment\.TickCount|\bSocket\b|\bfd\b|DllImport|LibraryImport")]
    private static partial Regex ForbiddenInEngine();

    [GeneratedRegex(@"LibSsl\.SSL_(read|write|read_early_data|write_early_data|sendfile|do_handshake|shutdown|get_error)\(")]
    private static partial Regex SslIoCall();

    [GeneratedRegex(@"Thread\.Sleep|catch(\s*\([^)]*\))?\s*\{\s*\}|TODO|FIXME|NotImplementedException")]
    private static partial Regex HiddenFault();

    [GeneratedRegex(@"/(home|work)/\w+|/root/")]
    private static partial Regex PathOfAMachine();

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();
}
