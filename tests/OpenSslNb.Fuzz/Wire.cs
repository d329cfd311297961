using System.Buffers.Binary;

namespace OpenSslNb.Fuzz;

/// <summary>The records on their way from the peer to the target.</summary>
internal sealed class Wire
{
    private const int HeaderLength = 5;
    private readonly List<byte[]> _records = [];

    public int Count => _records.Count;

    /// <summary>What the peer has made, cut into records.</summary>
    public void Append(ReadOnlySpan<byte> output)
    {
        while (!output.IsEmpty)
        {
            int length = output.Length < HeaderLength ? output.Length : Math.Min(output.Length, HeaderLength + BinaryPrimitives.ReadUInt16BigEndian(output[3..]));
            _records.Add(output[..length].ToArray());
            output = output[length..];
        }
    }

    public byte[]? Take()
    {
        if (_records.Count == 0) return null;
        byte[] first = _records[0];
        _records.RemoveAt(0);
        return first;
    }

    /// <summary>Puts a record, or what is left of one, in front.</summary>
    public void PutBack(byte[] bytes) => _records.Insert(0, bytes);

    /// <summary>Exchanges the next two records. False if there are none, or equal ones.</summary>
    public bool Swap()
    {
        if (_records.Count < 2 || _records[0].AsSpan().SequenceEqual(_records[1])) return false;
        (_records[0], _records[1]) = (_records[1], _records[0]);
        return true;
    }
}
