using System.Text.RegularExpressions;
using NUnit.Framework;

namespace OpenSslNb.Native.Examples.Tests;

/// <summary>A function of opensslnb.h.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ParameterCount">How many parameters it takes.</param>
/// <param name="Comment">What the header says above it, or above the functions that it stands with.</param>
internal sealed record HeaderFunction(string Name, int ParameterCount, string Comment);

/// <summary>The header, read as text.</summary>
internal static partial class Header
{
    public static IReadOnlyList<HeaderFunction> Functions { get; } = Read();

    public static HeaderFunction Function(string name)
    {
        HeaderFunction? found = Functions.SingleOrDefault(function => function.Name == name);
        Assert.That(found, Is.Not.Null, $"{name} is not in the header");
        return found!;
    }

    private static List<HeaderFunction> Read()
    {
        var functions = new List<HeaderFunction>();
        string comment = "";
        foreach (Match match in CommentOrFunction().Matches(Repository.Text("native/include/opensslnb.h")))
        {
            if (match.Groups["comment"].Success) comment = match.Value;
            else functions.Add(new HeaderFunction(match.Groups["name"].Value, Count(match.Groups["parameters"].Value), comment));
        }

        return functions;
    }

    // Commas outside of parentheses, which belong to function pointers.
    private static int Count(string parameters)
    {
        if (parameters.Trim() == "void") return 0;
        int depth = 0, count = 1;
        foreach (char character in parameters)
        {
            if (character == '(') depth++;
            else if (character == ')') depth--;
            else if (character == ',' && depth == 0) count++;
        }

        return count;
    }

    [GeneratedRegex(@"(?<comment>/\*.*?\*/)|ONB_API\s[^;(]*?(?<name>onb_\w+)\((?<parameters>[^;]*)\)[^;()]*;", RegexOptions.Singleline)]
    private static partial Regex CommentOrFunction();
}
