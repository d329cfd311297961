namespace OpenSslNb.Interop;

/// <content>Random numbers: openssl/rand.h.</content>
internal static unsafe partial class LibCrypto
{
    /// <summary><c>RAND_bytes(3)</c>.</summary>
    internal static readonly delegate* unmanaged<byte*, int, int> RAND_bytes = (delegate* unmanaged<byte*, int, int>)OpenSslLibrary.Required("RAND_bytes");
}
