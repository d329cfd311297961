using OpenSslNb.Interop;

namespace OpenSslNb.Simulation;

/// <summary>What is live at a moment when no session is: OpenSSL's blocks and the engine's native objects.</summary>
/// <param name="Blocks">Live blocks of OpenSSL.</param>
/// <param name="Bytes">Bytes in them.</param>
/// <param name="Objects">Native objects that the engine holds, of every kind.</param>
/// <param name="Sequence">The last block that had been made.</param>
internal sealed record MemoryState(long Blocks, long Bytes, int Objects, long Sequence)
{
    /// <summary>Takes stock. What the thread's error queue keeps is freed first: it depends on how many errors there were, not on what lives.</summary>
    public static MemoryState Take()
    {
        OpenSslMemory.StopThread();
        return new MemoryState(OpenSslMemory.LiveCount, OpenSslMemory.LiveBytes, NativeLive.Ssl + NativeLive.Context + NativeLive.Bio + NativeLive.Certificate + NativeLive.Key, OpenSslMemory.LastSequence);
    }

    /// <summary>Whether as much is live as before.</summary>
    public bool Equals(MemoryState? other) => other is not null && (Blocks, Bytes, Objects) == (other.Blocks, other.Bytes, other.Objects);

    public override int GetHashCode() => HashCode.Combine(Blocks, Bytes, Objects);

    /// <summary>What is new and live since then, by OpenSSL's source file.</summary>
    public string Summary(MemoryState before)
    {
        IEnumerable<IGrouping<string, LiveBlock>> files = OpenSslMemory.LiveSince(before.Sequence).GroupBy(block => block.Place[..block.Place.LastIndexOf(':')].TrimStart('.', '/'));
        return $"{Blocks - before.Blocks:+0;-0;0} blocks, {Bytes - before.Bytes:+0;-0;0} bytes, {Objects - before.Objects:+0;-0;0} objects: {string.Join(", ", files.OrderByDescending(file => file.Count()).Select(file => $"{file.Count()} {file.Key}"))}";
    }

    /// <summary>The difference in words.</summary>
    public string Since(MemoryState before) =>
        $"{Blocks - before.Blocks:+0;-0;0} blocks, {Bytes - before.Bytes:+0;-0;0} bytes, {Objects - before.Objects:+0;-0;0} objects; new and live: {OpenSslMemory.Describe(OpenSslMemory.LiveSince(before.Sequence))}";
}
