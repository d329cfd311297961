namespace OpenSslNb.Simulation;

/// <summary>A block that OpenSSL has not given back.</summary>
/// <param name="Sequence">The how-manieth allocation of the process it was.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Place">File and line of OpenSSL that asked for it.</param>
internal sealed record LiveBlock(long Sequence, long Size, string Place);

/// <content>Which blocks are live.</content>
internal static unsafe partial class OpenSslMemory
{
    /// <summary>The live blocks that were made after the one with this number, oldest first.</summary>
    public static List<LiveBlock> LiveSince(long sequence)
    {
        var blocks = new List<LiveBlock>();
        lock (s_gate)
        {
            for (Header* header = s_first; header != null; header = header->Next)
            {
                if (header->Sequence > sequence) blocks.Add(new LiveBlock(header->Sequence, (long)header->Size, Place(header->File, header->Line)));
            }
        }

        blocks.Sort((left, right) => left.Sequence.CompareTo(right.Sequence));
        return blocks;
    }

    /// <summary>Blocks by the place that asked for them, as one line.</summary>
    public static string Describe(IEnumerable<LiveBlock> blocks) =>
        string.Join(", ", blocks.GroupBy(block => block.Place).OrderByDescending(group => group.Count()).Select(group => $"{group.Count()} of {group.Key}"));
}
