namespace OpenSslNb.BogoShim;

/// <summary>The connection was not what the test expects, or was lost; the runner looks in the message for OpenSSL's reason.</summary>
internal sealed class TestFailure(string message) : Exception(message)
{
    public static TestFailure Of(CloseOutcome outcome) => new(outcome.ToString());
}
