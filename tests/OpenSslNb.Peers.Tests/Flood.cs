using NUnit.Framework;

namespace OpenSslNb.Peers.Tests;

/// <summary>A long stream of bytes through an echo; what comes back is compared as it comes.</summary>
internal sealed class Flood(Stream stream, int length)
{
    // Its length has no factor in common with any block's: a lost or doubled block shows.
    private readonly byte[] _pattern = Payload.Bytes(61, 1_000_003);

    public async Task SendAsync()
    {
        for (int sent = 0; sent < length;)
        {
            int offset = sent % _pattern.Length;
            int count = Math.Min(Math.Min(64 * 1024, _pattern.Length - offset), length - sent);
            await stream.WriteAsync(_pattern.AsMemory(offset, count));
            sent += count;
        }
    }

    public async Task ReceiveAsync()
    {
        byte[] buffer = new byte[64 * 1024];
        for (int received = 0; received < length;)
        {
            int offset = received % _pattern.Length;
            int wanted = Math.Min(Math.Min(buffer.Length, _pattern.Length - offset), length - received);
            int count = await stream.ReadAsync(buffer.AsMemory(0, wanted));
            Assert.That(count, Is.Positive, $"the stream ended after {received} bytes");
            if (!buffer.AsSpan(0, count).SequenceEqual(_pattern.AsSpan(offset, count))) Assert.Fail($"wrong bytes came between {received} and {received + count}");
            received += count;
        }
    }
}
