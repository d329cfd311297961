using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace OpenSslNb.Interop.Tests;

/// <summary>A C type, as the compiler sees it: no size means void.</summary>
internal sealed record NativeType(string Text, int Size, bool IsPointer)
{
    public override string ToString() => Text;
}

/// <summary>The prototypes that gcc finds in the headers of the ABI probe (<c>-aux-info</c>), with the sizes that it gives to their types.</summary>
internal sealed partial class Prototypes
{
    private readonly Dictionary<string, string[]> _declared = [];
    private readonly Dictionary<string, NativeType> _types = [];

    /// <summary>The result's type, then the arguments'; null if the headers declare no such function.</summary>
    public NativeType[]? Of(string name) => _declared.TryGetValue(name, out string[]? types) ? [.. types.Select(type => _types[type])] : null;

    /// <summary>Reads the prototypes of these functions.</summary>
    public static Prototypes Read(HashSet<string> names)
    {
        using var folder = new TemporaryFolder();
        string probe = File.ReadAllText(Path.Combine(CCompiler.RepositoryRoot, "native", "abi_probe.c"));
        string includes = "#define _GNU_SOURCE\n#include <unistd.h>\n" + string.Concat(Include.Matches(probe).Select(match => match.Value));
        string output = folder.File("prototypes");
        CCompiler.Run("-fsyntax-only", "-aux-info", output, folder.Write("headers.c", includes));

        var prototypes = new Prototypes();
        foreach (string line in File.ReadLines(output))
        {
            Match match = Declaration.Match(line);
            if (match.Success && names.Contains(match.Groups["name"].Value)) prototypes._declared[match.Groups["name"].Value] = [match.Groups["result"].Value.Trim(), .. Arguments(match.Groups["arguments"].Value)];
        }

        prototypes.Measure(folder, includes);
        return prototypes;
    }

    [GeneratedRegex(@"^#include <.*>\n", RegexOptions.Multiline)]
    private static partial Regex Include { get; }

    [GeneratedRegex(@"^/\*.*?\*/ extern (?<result>[\w\s*]*?[\s*])(?<name>\w+) \((?<arguments>.*)\);")]
    private static partial Regex Declaration { get; }

    // At commas, but not at those of a function pointer's own arguments.
    private static List<string> Arguments(string text)
    {
        var arguments = new List<string>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '(') depth++;
            if (i < text.Length && text[i] == ')') depth--;
            if (i < text.Length && (text[i] != ',' || depth > 0)) continue;
            string argument = text[start..i].Trim();

            // glibc's transparent unions of pointers to addresses.
            arguments.Add(argument is "__SOCKADDR_ARG" or "__CONST_SOCKADDR_ARG" ? "struct sockaddr *" : argument);
            start = i + 1;
        }

        // What follows the ellipsis of a variadic function is never given.
        return arguments is ["void"] ? [] : arguments.FindAll(argument => argument != "...");
    }

    private void Measure(TemporaryFolder folder, string includes)
    {
        const int PointerClass = 5;
        string[] texts = [.. _declared.Values.SelectMany(types => types).Where(type => type != "void").Distinct()];
        var source = new StringBuilder(includes).Append("#include <stdio.h>\nint main(void)\n{\n");
        foreach (string text in texts) source.Append(CultureInfo.InvariantCulture, $"    printf(\"%d %d\\n\", (int)sizeof({text}), __builtin_classify_type(({text})0) == {PointerClass});\n");
        string program = folder.File("sizes");
        CCompiler.Run("-o", program, folder.Write("sizes.c", source.Append("    return 0;\n}\n").ToString()));
        string[] lines = CCompiler.Execute(program).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach ((string text, string line) in texts.Zip(lines)) _types[text] = new NativeType(text, line[0] - '0', line[2] == '1');
        _types["void"] = new NativeType("void", 0, false);
    }
}
