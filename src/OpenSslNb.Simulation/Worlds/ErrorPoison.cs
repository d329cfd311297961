using OpenSslNb.Interop;

namespace OpenSslNb.Simulation;

/// <summary>Errors that other users of OpenSSL on this thread have left behind.</summary>
internal static unsafe class ErrorPoison
{
    /// <summary>Puts a real error into the calling thread's queue: text that is no certificate.</summary>
    public static void Add()
    {
        fixed (byte* nothing = "\n"u8)
        {
            nint bio = LibCrypto.BIO_new_mem_buf(nothing, 1);
            _ = LibCrypto.PEM_read_bio_X509(bio, 0, null, null);
            _ = LibCrypto.BIO_free(bio);
        }
    }
}
