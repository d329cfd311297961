namespace OpenSslNb.Transport;

/// <summary>The large buffers and the BIO that all connections of one loop share: lent to the connection whose turn it is. Used by the loop's thread alone.</summary>
internal sealed class LoopBuffers : IDisposable
{
    /// <summary>Size of the receive and of the send buffer, in bytes: some seven full records per system call.</summary>
    public const int Size = 128 * 1024;

    /// <summary>Plaintext that is delivered at once at most.</summary>
    public const int PlaintextSize = 64 * 1024;

    /// <summary>Ciphertext from one <c>recv</c>.</summary>
    public byte[] Receive { get; } = GC.AllocateUninitializedArray<byte>(Size, pinned: true);

    /// <summary>Ciphertext for one <c>send</c>.</summary>
    public byte[] Send { get; } = GC.AllocateUninitializedArray<byte>(Size, pinned: true);

    /// <summary>Where <c>SSL_read</c> puts plaintext before it is delivered.</summary>
    public byte[] Plaintext { get; } = GC.AllocateUninitializedArray<byte>(PlaintextSize, pinned: true);

    /// <summary>Between OpenSSL and the transports of the loop.</summary>
    public TransportBio Bio { get; } = new();

    /// <summary>Gives the BIO back; it lives on while an <c>SSL</c> still has it.</summary>
    public void Dispose() => Bio.Dispose();
}
