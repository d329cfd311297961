namespace OpenSslNb.Simulation.Probing;

/// <summary>A record of ours on its way to the peer.</summary>
/// <param name="Record">As it would be sent.</param>
/// <param name="Index">Its number since the mutation took hold, from 0.</param>
/// <param name="IsProtected">True when it is encrypted, so that splitting it would break it.</param>
public readonly record struct OutgoingRecord(TlsRecord Record, int Index, bool IsProtected);

/// <summary>What is done to our records before they are delivered. Without state: one may serve any number of probes.</summary>
/// <param name="Words">For the list of steps: "a bit of record 0 is flipped".</param>
/// <param name="Apply">What is sent in the record's place; nothing, to drop it.</param>
public sealed record Mutation(string Words, Func<OutgoingRecord, IEnumerable<TlsRecord>> Apply)
{
    /// <summary>Records go as they are.</summary>
    public static Mutation None { get; } = new("records go as they are", outgoing => [outgoing.Record]);

    /// <summary>Flips the lowest bit of a record's last byte: with an AEAD, of its tag.</summary>
    /// <param name="index">Which record since the mutation took hold.</param>
    public static Mutation FlipLastBit(int index = 0) => At(index, "loses a bit", record =>
    {
        byte[] payload = record.Payload.ToArray();
        payload[^1] ^= 1;
        return [record with { Payload = payload }];
    });

    /// <summary>Leaves a record out.</summary>
    /// <param name="index">Which record since the mutation took hold.</param>
    public static Mutation Drop(int index = 0) => At(index, "is not sent", _ => []);

    /// <summary>Sends a record twice.</summary>
    /// <param name="index">Which record since the mutation took hold.</param>
    public static Mutation Repeat(int index = 0) => At(index, "is sent twice", record => [record, record]);

    /// <summary>Sends another record in front of one.</summary>
    /// <param name="inserted">The other one.</param>
    /// <param name="index">Which record since the mutation took hold.</param>
    public static Mutation InsertBefore(TlsRecord inserted, int index = 0) => At(index, $"comes behind a record of type {Require(inserted).Type}", record => [inserted, record]);

    /// <summary>Sends another record behind one.</summary>
    /// <param name="inserted">The other one.</param>
    /// <param name="index">Which record since the mutation took hold.</param>
    public static Mutation InsertAfter(TlsRecord inserted, int index = 0) => At(index, $"goes before a record of type {Require(inserted).Type}", record => [record, inserted]);

    /// <summary>Splits handshake records that are not encrypted into smaller ones (RFC 8446 §5.1 allows it).</summary>
    /// <param name="size">Bytes of payload in each, at least 1.</param>
    public static Mutation Fragment(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        return new($"handshake records hold {size} bytes", outgoing => outgoing is { IsProtected: false, Record.Type: TlsRecord.Handshake }
            ? Enumerable.Range(0, (outgoing.Record.Payload.Length + size - 1) / size).Select(i => outgoing.Record with { Payload = outgoing.Record.Payload[(i * size)..Math.Min((i + 1) * size, outgoing.Record.Payload.Length)] })
            : [outgoing.Record]);
    }

    private static Mutation At(int index, string words, Func<TlsRecord, IEnumerable<TlsRecord>> change)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new($"record {index} {words}", outgoing => outgoing.Index == index ? change(outgoing.Record) : [outgoing.Record]);
    }

    private static TlsRecord Require(TlsRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record;
    }
}
