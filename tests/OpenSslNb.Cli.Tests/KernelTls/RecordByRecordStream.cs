using System.Buffers.Binary;

namespace OpenSslNb.Cli.Tests.KernelTls;

/// <summary>Gives whoever reads one record at a time, so that what is behind the handshake's last one stays in the socket.</summary>
internal sealed class RecordByRecordStream(Stream inner) : PassingStream(inner)
{
    private const int HeaderLength = 5;
    private readonly byte[] _header = new byte[HeaderLength];
    private int _headerGiven = HeaderLength;
    private int _left;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_headerGiven == HeaderLength && _left == 0)
        {
            await Inner.ReadExactlyAsync(_header, cancellationToken);
            _headerGiven = 0;
            _left = BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(HeaderLength - 2));
        }

        if (_headerGiven < HeaderLength)
        {
            int given = Math.Min(buffer.Length, HeaderLength - _headerGiven);
            _header.AsMemory(_headerGiven, given).CopyTo(buffer);
            _headerGiven += given;
            return given;
        }

        int count = await Inner.ReadAsync(buffer[..Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= count;
        return count;
    }
}
