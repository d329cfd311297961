namespace OpenSslNb;

/// <summary>Directions of a connection.</summary>
[Flags]
public enum KernelTlsDirections
{
    /// <summary>OpenSSL encrypts and decrypts.</summary>
    None = 0,

    /// <summary>The kernel encrypts what is sent.</summary>
    Send = 1,

    /// <summary>The kernel decrypts what is received.</summary>
    Receive = 2,
}
