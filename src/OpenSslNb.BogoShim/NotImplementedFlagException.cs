namespace OpenSslNb.BogoShim;

/// <summary>The test asks for something that is not there: it is skipped, not failed.</summary>
internal sealed class NotImplementedFlagException(string message) : Exception(message);
