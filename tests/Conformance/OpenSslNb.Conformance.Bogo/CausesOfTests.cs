namespace OpenSslNb.Conformance.Bogo;

/// <summary>Some tests of each version, by their causes: the cause of most of them first, and what has none last.</summary>
internal sealed class CausesOfTests
{
    private readonly Dictionary<VersionResults, HashSet<string>> _tests;
    private readonly Dictionary<string, Explanation?> _causes;
    private readonly List<Explanation?> _order;

    /// <param name="explanations">The causes.</param>
    /// <param name="versions">The results.</param>
    /// <param name="choose">Which tests of a version.</param>
    public CausesOfTests(Explanations explanations, IReadOnlyList<VersionResults> versions, Func<VersionResults, IEnumerable<string>> choose)
    {
        _tests = versions.ToDictionary(version => version, version => choose(version).ToHashSet());
        _causes = _tests.Values.SelectMany(tests => tests).Distinct().ToDictionary(test => test, explanations.Of);
        _order = [.. _causes.GroupBy(test => test.Value, test => _tests.Values.Count(tests => tests.Contains(test.Key))).OrderBy(group => group.Key is null).ThenByDescending(group => group.Sum()).Select(group => group.Key)];
    }

    /// <summary>The causes with their numbers.</summary>
    public IEnumerable<(Explanation? Cause, int Number)> Causes => _order.Select((cause, i) => (cause, i + 1));

    /// <summary>The tests by name, with cause and its number.</summary>
    public IEnumerable<(string Test, Explanation? Cause, int Number)> All =>
        _causes.OrderBy(test => test.Key, StringComparer.Ordinal).Select(test => (test.Key, test.Value, _order.IndexOf(test.Value) + 1));

    /// <summary>How many tests of a version have this cause.</summary>
    public int Count(Explanation? cause, VersionResults version) => _tests[version].Count(test => _causes[test] == cause);

    public bool Has(string test, VersionResults version) => _tests[version].Contains(test);
}
