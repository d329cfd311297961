namespace OpenSslNb.BogoShim;

/// <summary>What the runner reads in the exit code.</summary>
internal static class ExitCode
{
    public const int Passed = 0;
    public const int Failed = 1;

    /// <summary>A flag that is not known here, or asks for what OpenSSL does not have: the runner skips the test.</summary>
    public const int NotImplemented = 89;
}
