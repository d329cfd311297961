using NUnit.Framework;

namespace OpenSslNb.Peers.Tests;

/// <summary>Data to send, and its comparison with what came.</summary>
internal static class Payload
{
    public const int Megabyte = 1 << 20;

    // Without the letters that s_client and s_server take for commands at the start of a line.
    private static readonly byte[] s_letters = "abdefghijlmnoptuvwxyzADEFGHIJLMNOTUVWXYZ0123456789+/"u8.ToArray();

    /// <summary>Any bytes.</summary>
    public static byte[] Bytes(int seed, int length)
    {
        byte[] data = new byte[length];
        new Random(seed).NextBytes(data);
        return data;
    }

    /// <summary>Lines of letters that line-based programs pass on unchanged; ends with a line's end.</summary>
    public static byte[] Lines(int seed, int length)
    {
        var random = new Random(seed);
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++) data[i] = random.Next(1000) == 0 ? (byte)'\n' : s_letters[random.Next(s_letters.Length)];
        data[^1] = (byte)'\n';
        return data;
    }

    /// <summary>Every byte is looked at; the message says where they first differ.</summary>
    public static void AssertSame(ReadOnlySpan<byte> actual, ReadOnlySpan<byte> expected)
    {
        int same = actual.CommonPrefixLength(expected);
        if (same == expected.Length && same == actual.Length) return;
        Assert.Fail($"{actual.Length} bytes came where {expected.Length} were sent; they differ from byte {same} on");
    }
}
