using OpenSslNb.Interop;

namespace OpenSslNb.Simulation;

/// <summary>Defects made on purpose, to show that they are found.</summary>
internal static unsafe class MemoryPlant
{
    /// <summary>Makes an <c>SSL_SESSION</c> and forgets it.</summary>
    public static void Leak() => _ = ((delegate* unmanaged<nint>)OpenSslLibrary.Required("SSL_SESSION_new"))();

    /// <summary>Kills the process inside OpenSSL: an <c>SSL</c> where there is none is freed.</summary>
    public static void Crash() => LibSsl.SSL_free(sizeof(nint));
}
