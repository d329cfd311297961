namespace OpenSslNb.Conformance.Bogo;

/// <summary>One OpenSSL, with what our shim and the plain one came to.</summary>
/// <param name="Version">Of OpenSSL.</param>
/// <param name="Ours">Our shim's results.</param>
/// <param name="Plain">The plain shim's; null where it was not run.</param>
internal sealed record VersionResults(string Version, RunnerResults Ours, RunnerResults? Plain)
{
    /// <summary>Failures that the plain shim does not share: OpenSSL is not their cause.</summary>
    public IEnumerable<string> OurOwn => Ours.Failures.Where(test => PlainVerdictOf(test) == TestVerdict.Passed);

    /// <summary>Failures of which nobody knows what OpenSSL makes of them: the plain shim does not implement the test, or was not run.</summary>
    public IEnumerable<string> Unconfirmed => Ours.Failures.Where(test => PlainVerdictOf(test) is null or TestVerdict.NotImplemented);

    /// <summary>What the plain shim passes, and ours does not implement.</summary>
    public IEnumerable<string> LeftOut => Ours.Verdicts.Where(test => test.Value == TestVerdict.NotImplemented && PlainVerdictOf(test.Key) == TestVerdict.Passed).Select(test => test.Key);

    private TestVerdict? PlainVerdictOf(string test) => Plain is not null && Plain.Verdicts.TryGetValue(test, out TestVerdict verdict) ? verdict : null;
}
