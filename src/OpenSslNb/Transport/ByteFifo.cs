using System.Buffers;

namespace OpenSslNb.Transport;

/// <summary>Bytes in order in one pooled array: appended behind, taken from the front. The array is given back when it is empty.</summary>
/// <remarks>Not safe for two threads at once. The bound is its owner's affair. A mutable value, since a connection has three that are nearly always empty: keep it in a field that is not read-only.</remarks>
internal struct ByteFifo : IDisposable
{
    // Null while empty.
    private byte[]? _array;
    private int _start;

    /// <summary>Bytes inside.</summary>
    public int Length { readonly get; private set; }

    /// <summary>The bytes, oldest first; valid until the next call that changes the queue.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _array.AsSpan(_start, Length);

    /// <summary>Copies bytes in.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) return;
        EnsureRoom(data.Length);
        data.CopyTo(_array.AsSpan(_start + Length));
        Length += data.Length;
    }

    /// <summary>Drops bytes from the front.</summary>
    public void Skip(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Length);
        _start += count;
        Length -= count;
        if (Length == 0) Release();
    }

    /// <summary>Moves bytes out, as many as fit.</summary>
    public int Take(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, Length);
        if (count == 0) return 0;
        Bytes[..count].CopyTo(destination);
        Skip(count);
        return count;
    }

    /// <summary>Drops everything.</summary>
    public void Dispose()
    {
        Length = 0;
        Release();
    }

    private void EnsureRoom(int count)
    {
        int capacity = _array?.Length ?? 0;
        if (capacity - _start - Length >= count) return;
        if (_start > 0 && capacity - Length >= count)
        {
            Bytes.CopyTo(_array);
            _start = 0;
            return;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(Length + count, Math.Min(2 * capacity, 1 << 20)));
        Bytes.CopyTo(larger);
        int length = Length;
        Release();
        _array = larger;
        Length = length;
    }

    private void Release()
    {
        if (_array is not null) ArrayPool<byte>.Shared.Return(_array);
        _array = null;
        _start = 0;
    }
}
