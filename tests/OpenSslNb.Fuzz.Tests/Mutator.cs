namespace OpenSslNb.Fuzz.Tests;

/// <summary>Changes inputs a little, the same way each time: for a given seed and corpus the mutations are always the same.</summary>
internal sealed class Mutator(IReadOnlyList<byte[]> corpus, int seed)
{
    private const int LongestInput = 512;
    private readonly Random _random = new(seed);

    /// <summary>The next mutation of some input of the corpus.</summary>
    public byte[] Next()
    {
        List<byte> bytes = [.. Any()];
        for (int changes = 1 + _random.Next(6); changes > 0; changes--) Change(bytes);
        return [.. bytes.Take(LongestInput)];
    }

    private void Change(List<byte> bytes)
    {
        int at = bytes.Count == 0 ? 0 : _random.Next(bytes.Count);
        switch (_random.Next(7))
        {
            case 0 when bytes.Count > 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when bytes.Count > 0:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2 when bytes.Count > 0:
                bytes.RemoveRange(at, 1 + _random.Next(Math.Min(8, bytes.Count - at)));
                break;
            case 3 when bytes.Count > 0:
                bytes.InsertRange(at, bytes.GetRange(at, 1 + _random.Next(Math.Min(16, bytes.Count - at))));
                break;
            case 4:
                // Another start for the same story.
                if (bytes.Count > 0) bytes[0] = (byte)_random.Next(64);
                break;
            case 5:
                byte[] other = Any();
                bytes.InsertRange(at, other.Skip(2 + _random.Next(8)));
                break;
            default:
                bytes.Insert(at, (byte)_random.Next(16));
                break;
        }
    }

    private byte[] Any() => corpus[_random.Next(corpus.Count)];
}
