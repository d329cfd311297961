using OpenSslNb.Native.Boundary;

namespace OpenSslNb.Native.Objects;

/// <summary>Ticket keys that C replaces when it likes.</summary>
internal sealed class SettableTicketKeys : ITicketKeySource
{
    private const int MostKeys = 16;

    private volatile IReadOnlyList<TicketKey> _keys = [];

    public IReadOnlyList<TicketKey> Keys => _keys;

    public unsafe void Set(void* bytes, nuint count)
    {
        if (count is 0 or > MostKeys) throw Refusal.Argument($"there must be 1 to {MostKeys} ticket keys, and not {count}");
        ReadOnlySpan<byte> all = Input.Bytes(bytes, count * TicketKey.Length, "bytes");
        var keys = new TicketKey[(int)count];
        for (int i = 0; i < keys.Length; i++) keys[i] = TicketKey.FromBytes(all.Slice(i * TicketKey.Length, TicketKey.Length));
        _keys = keys;
    }
}
