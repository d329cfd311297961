using OpenSslNb.Interop;

namespace OpenSslNb;

/// <summary>A key that session tickets are made and read with (RFC 5077 §4): AES-256-CBC and HMAC-SHA-256. Immutable. Whoever has it can read the sessions of all tickets that were made with it.</summary>
public sealed class TicketKey
{
    /// <summary>Bytes of a key: 16 of name, 32 of the HMAC's key, 32 of the cipher's. The layout of nginx's key files.</summary>
    public const int Length = 80;

    internal const int NameLength = 16;
    private const int PartLength = 32;

    private readonly byte[] _bytes;

    private TicketKey(byte[] bytes) => _bytes = bytes;

    internal ReadOnlySpan<byte> Name => _bytes.AsSpan(0, NameLength);

    internal ReadOnlySpan<byte> MacKey => _bytes.AsSpan(NameLength, PartLength);

    internal ReadOnlySpan<byte> CipherKey => _bytes.AsSpan(NameLength + PartLength, PartLength);

    /// <summary>Makes a new one, of random bytes.</summary>
    public static TicketKey Create()
    {
        byte[] bytes = new byte[Length];
        Digests.FillRandomly(bytes);
        return new(bytes);
    }

    /// <summary>Takes one that <see cref="ToBytes"/> gave, or <c>openssl rand 80</c>.</summary>
    /// <param name="bytes"><see cref="Length"/> of them; copied.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public static TicketKey FromBytes(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Length ? new(bytes.ToArray()) : throw new ArgumentException($"a ticket key must have {Length} bytes, and not {bytes.Length}", nameof(bytes));

    /// <summary>All of it: a secret.</summary>
    public byte[] ToBytes() => [.. _bytes];
}
