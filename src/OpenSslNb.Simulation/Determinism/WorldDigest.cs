using System.Security.Cryptography;

namespace OpenSslNb.Simulation;

/// <summary>A digest of what a world does. On Linux the run-time computes it with the OpenSSL that is being simulated, whose allocations must not fail for it.</summary>
internal sealed class WorldDigest : IDisposable
{
    private readonly IncrementalHash _hash = Create();

    public void Append(ReadOnlySpan<byte> bytes)
    {
        using OpenSslMemory.Exemption exempt = OpenSslMemory.Exempt();
        _hash.AppendData(bytes);
    }

    /// <summary>The digest so far.</summary>
    public byte[] Current()
    {
        using OpenSslMemory.Exemption exempt = OpenSslMemory.Exempt();
        return _hash.GetCurrentHash();
    }

    public void Dispose() => _hash.Dispose();

    private static IncrementalHash Create()
    {
        using OpenSslMemory.Exemption exempt = OpenSslMemory.Exempt();
        return IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }
}
