using OpenSslNb.Conformance.SslTests.Cases;
using OpenSslNb.Conformance.SslTests.Replay;
using OpenSslNb.Interop;

namespace OpenSslNb.Conformance.SslTests.Verdicts;

/// <summary>What became of a case.</summary>
/// <param name="File">Its file.</param>
/// <param name="Name">As the file names it.</param>
/// <param name="LeftOut">Why it was not replayed; null when it was.</param>
/// <param name="Unmet">What it expected and did not get, by the way of delivery; none when it passed.</param>
internal sealed record CaseVerdict(string File, string Name, string? LeftOut, IReadOnlyList<string> Unmet)
{
    private static readonly (string Name, int Chunk)[] s_deliveries = [("whole", int.MaxValue), ("byte by byte", 1)];

    public bool Passed => LeftOut is null && Unmet.Count == 0;

    public bool Failed => Unmet.Count > 0;

    /// <summary>Replays a case in each way of delivery.</summary>
    public static CaseVerdict Of(SslTestCase test)
    {
        if (Cases.LeftOut.Reason(test, NativeCalls.HasGroup) is { } reason) return new CaseVerdict(test.File, test.Name, reason, []);
        var unmet = new List<string>();
        foreach ((string delivery, int chunk) in s_deliveries)
        {
            try
            {
                unmet.AddRange(Expectations.Unmet(test, CaseReplayer.Replay(test, chunk)).Select(what => $"{delivery}: {what}"));
            }
            catch (Exception e) when (e is OpenSslException or FormatException or ArgumentException or IOException)
            {
                unmet.Add($"{delivery}: the case could not be set up: {e.Message}");
            }
        }

        return new CaseVerdict(test.File, test.Name, null, unmet);
    }
}
