namespace OpenSslNb.Peers.Tests.Probing;

/// <summary>What planted servers leave out of records.</summary>
internal static class PlantedRecords
{
    private const int Header = 5;

    /// <summary>Without those that have the length of a KeyUpdate: message, inner type, tag.</summary>
    public static byte[] WithoutKeyUpdates(byte[] bytes)
    {
        const int KeyUpdate = 5 + 1 + 16;
        return [.. Split(bytes).Where(record => record[0] != 23 || record.Length != Header + KeyUpdate).SelectMany(record => record)];
    }

    /// <summary>Without those that are the same as the one before.</summary>
    public static byte[] WithoutCopies(byte[] bytes)
    {
        byte[][] records = [.. Split(bytes)];
        return [.. records.Where((record, i) => i == 0 || !record.AsSpan().SequenceEqual(records[i - 1])).SelectMany(record => record)];
    }

    private static IEnumerable<byte[]> Split(byte[] bytes)
    {
        for (int at = 0, length; at < bytes.Length; at += length)
        {
            length = Math.Min(at + Header > bytes.Length ? Header : Header + ((bytes[at + 3] << 8) | bytes[at + 4]), bytes.Length - at);
            yield return bytes[at..(at + length)];
        }
    }
}
