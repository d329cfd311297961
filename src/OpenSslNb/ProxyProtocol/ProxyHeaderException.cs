namespace OpenSslNb;

/// <summary>Bytes that were to be a PROXY header are none, or one that its specification does not allow.</summary>
public sealed class ProxyHeaderException : IOException
{
    internal ProxyHeaderException(string message)
        : base($"no valid PROXY header: {message}")
    {
    }
}
