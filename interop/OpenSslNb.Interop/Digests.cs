namespace OpenSslNb.Interop;

/// <summary>Hashes and random bytes of the OpenSSL in use: .NET's own would load and initialise one a second time, by rules of its own.</summary>
/// <remarks>Also used inside OpenSSL's callbacks, and so the error queue is not cleared.</remarks>
internal static unsafe class Digests
{
    public const int Sha256Length = 32;
    private const int Md5Length = 16;

    public static byte[] Sha256(ReadOnlySpan<byte> data) => Of(data, LibCrypto.EVP_sha256(), Sha256Length);

    public static byte[] Md5(ReadOnlySpan<byte> data) => Of(data, LibCrypto.EVP_md5(), Md5Length);

    public static void FillRandomly(Span<byte> destination)
    {
        fixed (byte* pointer = destination)
        {
            if (LibCrypto.RAND_bytes(pointer, destination.Length) != 1) throw OpenSslException.FromQueue("there are no random numbers");
        }
    }

    private static byte[] Of(ReadOnlySpan<byte> data, nint digest, int length)
    {
        byte[] hash = new byte[length];
        fixed (byte* pointer = data)
        fixed (byte* output = hash)
        {
            return LibCrypto.EVP_Digest(pointer, (nuint)data.Length, output, null, digest, 0) == 1 ? hash : throw OpenSslException.FromQueue("a hash could not be computed");
        }
    }
}
