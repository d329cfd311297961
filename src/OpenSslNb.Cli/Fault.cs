namespace OpenSslNb.Cli;

/// <summary>What people are told of an exception.</summary>
internal static class Fault
{
    /// <summary>Its message; before that its type, if it is none that is expected: so a defect is told from a refusal.</summary>
    public static string Sentence(Exception fault)
    {
        bool isExpected = fault is IOException or UnauthorizedAccessException or ArgumentException or FormatException or OpenSslException or OpenSslNotFoundException;

        // Which parameter of a method it was is of no use to people: the sentence says what it is about.
        string message = fault is ArgumentException { ParamName: { } name } ? fault.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : fault.Message;
        return $"{(isExpected ? "" : $"{fault.GetType().Name}: ")}{message}";
    }
}
