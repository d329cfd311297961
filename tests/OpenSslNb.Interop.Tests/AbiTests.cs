using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace OpenSslNb.Interop.Tests;

/// <summary>Every constant, size and offset of the bindings against what native/abi_probe.c prints from the real headers, in both directions.</summary>
public sealed partial class AbiTests
{
    private static readonly Type[] s_constantClasses = [typeof(SslConst), typeof(CryptoConst), typeof(LibC), typeof(Errno)];
    private readonly Dictionary<string, long> _probe = [];
    private string _source = "";
    private ulong _headers;

    [OneTimeSetUp]
    public void Run_the_probe()
    {
        CCompiler.Require();
        string source = Path.Combine(CCompiler.RepositoryRoot, "native", "abi_probe.c");
        _source = File.ReadAllText(source);
        using var folder = new TemporaryFolder();
        string program = folder.File("abi_probe");
        CCompiler.Run("-Wall", "-Werror", "-o", program, source);
        (int status, string output, string messages) = CCompiler.Execute(program);
        Assert.That(status, Is.Zero, messages);
        foreach (string line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int space = line.LastIndexOf(' ');
            _probe.Add(line[..space], long.Parse(line.AsSpan(space + 1), CultureInfo.InvariantCulture));
        }

        // Not one of the bindings' constants: it says whose headers these are.
        _probe.Remove("OPENSSL_VERSION_NUMBER", out long version);
        _headers = (ulong)version;
    }

    [Test]
    public void Headers_that_came_with_the_library_are_of_its_version()
    {
        OpenSslLibrary.EnsureLoaded();
        if (CCompiler.HeadersOfNamedFolder is null) Assert.Ignore($"Only with OPENSSLNB_OPENSSL_DIR: the system's headers, {_headers:x}, for {OpenSslLibrary.Version.Text}: what is bound is the same in all versions.");
        Assert.That(_headers, Is.EqualTo(OpenSslLibrary.Version.Number));
    }

    [TestCaseSource(nameof(s_constantClasses))]
    public void Each_constant_has_the_value_of_the_headers(Type constants)
    {
        var wrong = new List<string>();
        foreach (FieldInfo field in ConstantsOf(constants))
        {
            if (!_probe.TryGetValue(field.Name, out long actual))
            {
                if (!IsOptional(field.Name)) wrong.Add($"{field.Name} is not in the probe's output");
            }
            else if (ValueOf(field) != actual)
            {
                wrong.Add($"{field.Name} is {ValueOf(field)}, the headers say {actual}");
            }
        }

        Assert.That(ConstantsOf(constants), Is.Not.Empty);
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Each_constant_that_the_probe_prints_is_in_the_bindings()
    {
        IEnumerable<string> printed = _probe.Keys.Where(name => !name.Contains('('));
        string[] bound = [.. s_constantClasses.SelectMany(ConstantsOf).Select(field => field.Name)];
        Assert.That(bound, Is.Unique, "each constant is in one class only");
        Assert.That(printed.Except(bound), Is.Empty);
    }

    [Test]
    public void Each_structure_has_the_size_and_the_offsets_of_the_headers()
    {
        var wrong = new List<string>();
        foreach (Type structure in Structures)
        {
            string name = NameInC(structure);
            Compare(wrong, $"sizeof({name})", SizeOf(structure));
            foreach (FieldInfo field in FieldsOf(structure)) Compare(wrong, $"offsetof({name}, {field.Name})", Marshal.OffsetOf(structure, field.Name));
        }

        Assert.That(Structures, Has.Length.EqualTo(4));
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Each_size_and_offset_that_the_probe_prints_is_in_the_bindings()
    {
        string[] known =
        [
            .. Structures.Select(s => $"sizeof({NameInC(s)})"),
            .. Structures.SelectMany(s => FieldsOf(s).Select(f => $"offsetof({NameInC(s)}, {f.Name})")),
            "sizeof(struct epoll_event)", "offsetof(struct epoll_event, events)", "offsetof(struct epoll_event, data)",
            "sizeof(socklen_t)", "sizeof(nfds_t)", "sizeof(long)",
        ];
        Assert.That(_probe.Keys.Where(name => name.Contains('(')), Is.EquivalentTo(known));
    }

    [Test]
    public void The_raw_epoll_event_is_laid_out_as_on_this_architecture()
    {
        Assert.That(EpollEventLayout.Size, Is.EqualTo(_probe["sizeof(struct epoll_event)"]));
        Assert.That(EpollEventLayout.DataOffset, Is.EqualTo(_probe["offsetof(struct epoll_event, data)"]));
        Assert.That(_probe["offsetof(struct epoll_event, events)"], Is.Zero, "events are read and written at 0");
        bool isPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;
        Assert.That(EpollEventLayout.Size, Is.EqualTo(isPacked ? 12 : 16), "packed on x86-64 alone");
    }

    [Test]
    public void The_integers_that_stand_for_C_types_have_their_size()
    {
        Assert.That(sizeof(uint), Is.EqualTo(_probe["sizeof(socklen_t)"]), "socklen_t is bound as uint");
        Assert.That(Unsafe.SizeOf<nuint>(), Is.EqualTo(_probe["sizeof(nfds_t)"]), "nfds_t is bound as nuint");
        Assert.That(Unsafe.SizeOf<nint>(), Is.EqualTo(_probe["sizeof(long)"]), "long is bound as nint");
        Assert.That(sizeof(ulong), Is.EqualTo(_probe["sizeof(long)"]), "unsigned long is bound as ulong");
    }

    private static Type[] Structures => [.. typeof(LibC).GetNestedTypes(BindingFlags.NonPublic | BindingFlags.Public).Where(type => type.IsValueType)];

    private static FieldInfo[] ConstantsOf(Type type) =>
        [.. type.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public).Where(field => field.IsLiteral && field.FieldType != typeof(string))];

    private static long ValueOf(FieldInfo field) => Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture);

    // What C names with a bare typedef is opaque: its size counts, its fields are nobody's business.
    private static FieldInfo[] FieldsOf(Type structure) =>
        NameInC(structure).StartsWith("struct ", StringComparison.Ordinal) ? structure.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public) : [];

    private static string NameInC(Type structure) => structure.Name.EndsWith("_t", StringComparison.Ordinal) ? structure.Name : $"struct {structure.Name}";

    private static int SizeOf(Type structure) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(structure).Invoke(null, null)!;

    [GeneratedRegex(@"#if(?:def (?<name>\w+)| OPENSSL_VERSION_NUMBER >= \w+)\s+SHOW\((?<name>\w+)\);\s+#endif")]
    private static partial Regex OptionalConstant { get; }

    // Not every supported version's headers have it; the probe's source says so.
    private bool IsOptional(string name) => OptionalConstant.Matches(_source).Any(match => match.Groups["name"].Value == name);

    private void Compare(List<string> wrong, string name, long expected)
    {
        if (!_probe.TryGetValue(name, out long actual)) wrong.Add($"{name} is not in the probe's output");
        else if (actual != expected) wrong.Add($"{name} is {expected}, the headers say {actual}");
    }
}
