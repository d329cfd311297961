namespace OpenSslNb;

/// <summary>No usable OpenSSL was found; the message names everything that was searched.</summary>
public sealed class OpenSslNotFoundException : Exception
{
    internal OpenSslNotFoundException(string message)
        : base(message)
    {
    }
}
