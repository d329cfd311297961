using NUnit.Framework;

namespace OpenSslNb.Native.Examples.Tests;

/// <summary>What the Python package says about the ABI is what is on record.</summary>
public sealed class PythonAbiTests
{
    private const string Script = """
        import ctypes
        from opensslnb import abi
        for name, kind in {"onb_bytes": abi.Bytes, "onb_outcome": abi.Outcome, "onb_info": abi.Info, "onb_callbacks": abi.Callbacks}.items():
            print(f"struct {name} {ctypes.sizeof(kind)}")
            for member, _ in kind._fields_:
                field = getattr(kind, member)
                print(f"  {name}.{member} {field.offset} {field.size}")
        for name in ("OK", "FULL"):
            print(f"value ONB_{name} {getattr(abi, name)}")
        for name in ("BAD_HANDLE", "FORKED", "SEND_CLOSED", "BUFFER_TOO_SMALL"):
            print(f"value ONB_E_{name} {getattr(abi, name)}")
        print(f"value ONB_CLOSE_NOTIFY {abi.CLOSE_NOTIFY}")
        """;

    private static readonly string[] s_structs = ["onb_bytes", "onb_outcome", "onb_info", "onb_callbacks"];

    [Test]
    public async Task Structs_and_values_are_those_on_record()
    {
        string said = await Tool.RunAsync("env", "python3", $"PYTHONPATH={Archive.Python}", "python3", "-B", "-c", Script);
        string[] lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] record = Repository.Text("native/abi.txt").Split('\n');
        Assert.That(lines.Except(record), Is.Empty, "is said by the package and not on record");

        // The other way round: no member is left out, since the library looks at as much as the size says.
        IEnumerable<string> members = record.Where(line => s_structs.Any(name => line.StartsWith($"  {name}.", StringComparison.Ordinal)));
        Assert.That(members.Except(lines), Is.Empty, "is on record and not said by the package");
    }

    [Test]
    public async Task Each_function_has_as_many_parameters_as_in_the_header()
    {
        string said = await Tool.RunAsync(
            "env", "python3", $"PYTHONPATH={Archive.Python}", "python3", "-B", "-c", "from opensslnb import abi\nfor name, kinds in abi._SIGNATURES.items(): print(name, len(kinds) - 1)");
        foreach (string line in said.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ');
            Assert.That(int.Parse(words[1]), Is.EqualTo(Header.Function(words[0]).ParameterCount), words[0]);
        }
    }
}
