namespace OpenSslNb.Fuzz;

/// <summary>One direction of application data. Both ends know what byte stands where, so that whatever is lost, doubled, reordered or made up is noticed at once.</summary>
internal sealed class PlaintextStream
{
    public long Length { get; private set; }

    /// <summary>Off while somebody forges records: then what arrives may be anything.</summary>
    public bool IsGenuine { get; set; } = true;

    public byte[] Next(int count)
    {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) bytes[i] = At(Length + i);
        return bytes;
    }

    public void Advance(int count) => Length += count;

    public void Check(ReadOnlySpan<byte> received)
    {
        for (int i = 0; IsGenuine && i < received.Length; i++) FuzzFailure.Unless(received[i] == At(Length + i), $"byte {Length + i} is not the one that was sent");
        Advance(received.Length);
    }

    private static byte At(long position) => (byte)((position * 167 >> 3) ^ (position >> 11));
}
