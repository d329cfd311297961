using System.Buffers.Binary;

namespace OpenSslNb.Redis;

/// <summary>Keys and from when each makes tickets, oldest first: a value that can be stored. Immutable.</summary>
internal sealed class KeySchedule
{
    private const int TimeLength = sizeof(long);
    private const int EntryLength = TimeLength + TicketKey.Length;

    private readonly (DateTimeOffset From, TicketKey Key)[] _entries;

    private KeySchedule((DateTimeOffset From, TicketKey Key)[] entries) => _entries = entries;

    /// <summary>No keys.</summary>
    public static KeySchedule Empty { get; } = new([]);

    public int Count => _entries.Length;

    /// <summary>When the keys in use change next by themselves; the end of time when they do not.</summary>
    public DateTimeOffset NextChange(DateTimeOffset now) => _entries.Where(entry => entry.From > now).Select(entry => entry.From).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();

    /// <summary>The key that makes tickets now, and then all others, also those that will make them.</summary>
    public IReadOnlyList<TicketKey> KeysAt(DateTimeOffset now)
    {
        if (Count == 0) return [];
        int maker = Math.Max(Array.FindLastIndex(_entries, entry => entry.From <= now), 0);
        return [_entries[maker].Key, .. _entries.Where((_, i) => i != maker).Select(entry => entry.Key)];
    }

    /// <summary>What the schedule should be: with a key for the time to come, without those that read nothing any more.</summary>
    /// <returns>The same object when nothing is to change.</returns>
    public KeySchedule Planned(DateTimeOffset now, RedisTicketKeyOptions options)
    {
        // A key reads until its tickets are too old; it has made the last one when the next key began.
        (DateTimeOffset From, TicketKey Key)[] kept = [.. _entries.Where((_, i) => i == Count - 1 || now < _entries[i + 1].From + options.Overlap)];
        if (kept.Length == 0) return new([(Rounded(now), TicketKey.Create())]);
        DateTimeOffset next = kept[^1].From + options.Period;
        if (now >= next - options.Lead)
        {
            // Late, for nobody was there: all the same nobody makes tickets with what others do not know yet.
            DateTimeOffset known = now + options.Lead;
            kept = [.. kept, (Rounded(next > known ? next : known), TicketKey.Create())];
        }

        return kept.Length == Count && kept[^1].Key == _entries[^1].Key ? this : new(kept);
    }

    /// <summary>For each key eight bytes of time (milliseconds since 1970, big-endian) and the key.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Count * EntryLength];
        for (int i = 0; i < Count; i++)
        {
            Span<byte> entry = bytes.AsSpan(i * EntryLength, EntryLength);
            BinaryPrimitives.WriteInt64BigEndian(entry, _entries[i].From.ToUnixTimeMilliseconds());
            _entries[i].Key.ToBytes().CopyTo(entry[TimeLength..]);
        }

        return bytes;
    }

    /// <exception cref="FormatException">It is something else.</exception>
    public static KeySchedule Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % EntryLength != 0) throw new FormatException($"ticket keys have {EntryLength} bytes each, and this has {bytes.Length}");
        var entries = new (DateTimeOffset From, TicketKey Key)[bytes.Length / EntryLength];
        for (int i = 0; i < entries.Length; i++)
        {
            ReadOnlySpan<byte> entry = bytes.Slice(i * EntryLength, EntryLength);
            long time = BinaryPrimitives.ReadInt64BigEndian(entry);
            if (time < DateTimeOffset.MinValue.ToUnixTimeMilliseconds() || time > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()) throw new FormatException($"a ticket key's time is {time}");
            entries[i] = (DateTimeOffset.FromUnixTimeMilliseconds(time), TicketKey.FromBytes(entry[TimeLength..]));
            if (i > 0 && entries[i].From < entries[i - 1].From) throw new FormatException("the ticket keys are not in order");
        }

        return new(entries);
    }

    // To what is stored, so that who made it and who reads it have the same.
    private static DateTimeOffset Rounded(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
