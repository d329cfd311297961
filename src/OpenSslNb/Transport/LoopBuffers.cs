namespace OpenSslNb.Transport;

/// <summary>The large buffers that all connections of one loop share: lent to the connection whose turn it is. Used by the loop's thread alone.</summary>
internal sealed class LoopBuffers
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
}
