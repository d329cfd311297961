using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using NUnit.Framework;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Tests;

/// <summary>The C# of the library says the same as its header: structs, enums, and the parameters of functions.</summary>
public sealed partial class MirrorTests
{
    private static readonly string[] s_abi = Repository.Read("native", "abi.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [TestCase("onb_openssl_error", typeof(NativeOpenSslError))]
    [TestCase("onb_bytes", typeof(NativeBytesView))]
    [TestCase("onb_session_callbacks", typeof(NativeSessionCallbacks))]
    [TestCase("onb_peer", typeof(NativePeer))]
    [TestCase("onb_certificate_request", typeof(NativeCertificateRequest))]
    [TestCase("onb_client_hello", typeof(NativeClientHello))]
    [TestCase("onb_outcome", typeof(NativeOutcome))]
    [TestCase("onb_info", typeof(NativeInfo))]
    [TestCase("onb_machine_options", typeof(NativeMachineOptions))]
    [TestCase("onb_loop_options", typeof(NativeLoopOptions))]
    [TestCase("onb_conn_options", typeof(NativeConnOptions))]
    [TestCase("onb_callbacks", typeof(NativeCallbacks))]
    [TestCase("onb_connect_options", typeof(NativeConnectOptions))]
    [TestCase("onb_proxy", typeof(NativeProxy))]
    [TestCase("onb_statistics", typeof(NativeStatistics))]
    [TestCase("onb_listen_options", typeof(NativeListenOptions))]
    [TestCase("onb_listen_statistics", typeof(NativeListenStatistics))]
    public void A_struct_is_laid_out_as_in_C(string name, Type mirror)
    {
        int size = int.Parse(s_abi.Single(line => line.StartsWith($"struct {name} ", StringComparison.Ordinal)).Split(' ')[2]);
        int[] offsets = [.. s_abi.Where(line => line.StartsWith($"  {name}.", StringComparison.Ordinal)).Select(line => int.Parse(line.Trim().Split(' ')[1]))];
        FieldInfo[] fields = [.. mirror.GetFields(BindingFlags.Instance | BindingFlags.Public).OrderBy(field => field.MetadataToken)];
        Assert.That(Marshal.SizeOf(mirror), Is.EqualTo(size));
        Assert.That(fields.Select(field => (int)Marshal.OffsetOf(mirror, field.Name)), Is.EqualTo(offsets));
    }

    [Test]
    public void Results_have_the_values_of_C()
    {
        var inC = Values("ONB_").Where(pair => pair.Key is "OK" or "END" or "FULL" || pair.Key.StartsWith("WANT_", StringComparison.Ordinal) || pair.Key.StartsWith("E_", StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key.StartsWith("E_", StringComparison.Ordinal) ? pair.Key[2..] : pair.Key, pair => pair.Value);
        var here = Enum.GetValues<Result>().ToDictionary(result => UpperSnake(result.ToString()).Replace("OPEN_SSL", "OPENSSL", StringComparison.Ordinal), result => (int)result);
        Assert.That(here, Is.EquivalentTo(inC));
    }

    [TestCase("ONB_STATE_", typeof(ConnectionState))]
    [TestCase("ONB_EARLY_DATA_", typeof(TlsEarlyData))]
    [TestCase("ONB_BINDING_", typeof(TlsChannelBinding))]
    [TestCase("ONB_STAPLING_", typeof(StaplePolicy))]
    public void An_enum_has_the_names_and_values_of_C(string prefix, Type mirror)
    {
        var here = Enum.GetValuesAsUnderlyingType(mirror).Cast<object>().ToDictionary(value => UpperSnake(Enum.GetName(mirror, value)!), Convert.ToInt32);
        Assert.That(here, Is.SubsetOf(Values(prefix)));
    }

    [TestCase("ONB_CLOSE_", typeof(CloseReason))]
    [TestCase("ONB_TRANSPORT_", typeof(TransportKind))]
    [TestCase("ONB_MEMORY_", typeof(MemoryPolicy))]
    [TestCase("ONB_ALPN_", typeof(ApplicationProtocolMismatch))]
    public void An_enum_has_the_values_of_C(string prefix, Type mirror) =>
        Assert.That(Enum.GetValuesAsUnderlyingType(mirror).Cast<object>().Select(Convert.ToInt32), Is.EquivalentTo(Values(prefix).Values));

    [Test]
    public void Every_function_takes_what_its_prototype_says()
    {
        string header = Comment().Replace(File.ReadAllText(Repository.Header), "");
        string entries = Repository.Read("src", "OpenSslNb.Native", "C", "entries.inc") + Repository.Read("src", "OpenSslNb.Native", "C", "gate.c");
        var prototypes = Prototype().Matches(header).Where(match => Regex.IsMatch(entries, $@"^ENTRY {match.Groups[1].Value}$|\bmanaged_{match.Groups[1].Value}\(", RegexOptions.Multiline))
            .ToDictionary(match => match.Groups[1].Value, match => SizesOf(match.Groups[2].Value));
        IEnumerable<MethodInfo> methods = typeof(Result).Assembly.GetTypes().SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic));
        var here = methods.Select(method => (Method: method, Export: method.GetCustomAttribute<UnmanagedCallersOnlyAttribute>())).Where(pair => pair.Export?.EntryPoint is not (null or "managed_onb_start"))
            .ToDictionary(pair => pair.Export!.EntryPoint!["managed_".Length..], pair => string.Join(' ', pair.Method.GetParameters().Select(parameter => SizeOf(parameter.ParameterType))));
        Assert.That(here, Is.EquivalentTo(prototypes));
    }

    private static Dictionary<string, int> Values(string prefix) =>
        s_abi.Where(line => line.StartsWith($"value {prefix}", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToDictionary(parts => parts[1][prefix.Length..], parts => int.Parse(parts[2]));

    private static int SizeOf(Type type) => type.IsPointer || type.IsFunctionPointer || type == typeof(nint) || type == typeof(nuint) || type == typeof(long) || type == typeof(ulong) ? 8 : 4;

    private static string SizesOf(string parameters)
    {
        // A pointer to a function has commas of its own.
        string[] all = [.. FunctionPointer().Replace(parameters, "void *").Split(',').Select(parameter => parameter.Trim()).Where(parameter => parameter != "void")];
        return string.Join(' ', all.Select(parameter => parameter.Contains('*') || EightBytes().IsMatch(parameter) ? 8 : 4));
    }

    private static string UpperSnake(string name) => Hump().Replace(name, "_").ToUpperInvariant();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex Hump();

    [GeneratedRegex(@"^(size_t|int64_t|uint64_t|onb_\w+_fn) ")]
    private static partial Regex EightBytes();

    [GeneratedRegex(@"void \(\*\w+\)\([^)]*\)")]
    private static partial Regex FunctionPointer();

    [GeneratedRegex(@"^ONB_API\s[^;]*?\b(onb_\w+)\(([^;]*)\)(?: ONB_MUST_CHECK)?;", RegexOptions.Multiline)]
    private static partial Regex Prototype();

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();
}
