using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Simulation.Differential;

/// <summary>What a script does to our records on their way.</summary>
internal static class ScriptMutations
{
    private const int Last = 1 << 20;

    // With the longest record that there may be, what a record's length can say.
    private const int LongestAppended = 40_000;

    /// <summary>Which record since the step; the next one unless given.</summary>
    public static int Record(ScriptFields fields) => fields.OptionalNumber("record", 0, Last) ?? 0;

    /// <summary>Cuts a record's payload into several records of its type; without <c>record</c>, all handshake records that are not encrypted.</summary>
    public static Mutation Split(ScriptFields fields)
    {
        int size = fields.Number("size", 1, ushort.MaxValue);
        if (fields.OptionalNumber("record", 0, Last) is not { } index) return Mutation.Fragment(size);
        return At(index, $"is split into records of {size} bytes", record => record.Payload.Length == 0 ? [record] : Enumerable.Range(0, (record.Payload.Length + size - 1) / size)
            .Select(i => record with { Payload = record.Payload[(i * size)..Math.Min((i + 1) * size, record.Payload.Length)] }));
    }

    /// <summary>Changes one record.</summary>
    public static Mutation Change(ScriptFields fields)
    {
        int index = Record(fields);
        int? flip = fields.OptionalNumber("flip", -ushort.MaxValue, ushort.MaxValue);
        int? truncate = fields.OptionalNumber("truncate", 0, ushort.MaxValue);
        byte[]? append = fields.OptionalHex("append");
        int? type = fields.OptionalNumber("type", 0, 255);
        ushort? version = fields.OptionalNumber("version", TlsNames.Versions, "\"1.2\"");
        if (append is { Length: > LongestAppended }) throw fields.Fault("append", $"at most {LongestAppended} bytes");
        if (flip is null && truncate is null && append is null && type is null && version is null) throw fields.Fault("mutate", "given one of 'flip', 'truncate', 'append', 'type' and 'version' at least");
        string[] words =
        [
            .. flip is { } at ? [$"has byte {at} flipped"] : Array.Empty<string>(), .. truncate is { } length ? [$"is cut to {length} bytes"] : Array.Empty<string>(), .. append is not null ? [$"has {append.Length} bytes more"] : Array.Empty<string>(),
            .. type is { } t ? [$"has type {t}"] : Array.Empty<string>(), .. version is { } v ? [$"has version 0x{v:x4}"] : Array.Empty<string>(),
        ];
        return At(index, string.Join(", ", words), record =>
        {
            byte[] payload = [.. truncate is { } most && most < record.Payload.Length ? record.Payload[..most].Span : record.Payload.Span, .. append ?? []];
            int place = flip is { } offset ? offset < 0 ? payload.Length + offset : offset : -1;
            if (place >= 0 && place < payload.Length) payload[place] ^= 1;
            return [new TlsRecord((byte)(type ?? record.Type), payload, version ?? record.Version)];
        });
    }

    private static Mutation At(int index, string words, Func<TlsRecord, IEnumerable<TlsRecord>> change) =>
        new($"record {index} {words}", outgoing => outgoing.Index == index ? change(outgoing.Record) : [outgoing.Record]);
}
