using System.Buffers.Binary;

namespace OpenSslNb.Cli.Tests.KernelTls;

/// <summary>Gives whoever reads one record at a time, so that what is behind the handshake's last one stays in the socket.</summary>
internal sealed class RecordByRecordStream(Stream inner) : Stream
{
    private const int HeaderLength = 5;
    private readonly byte[] _header = new byte[HeaderLength];
    private int _headerGiven = HeaderLength;
    private int _left;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_headerGiven == HeaderLength && _left == 0)
        {
            await inner.ReadExactlyAsync(_header, cancellationToken);
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

        int count = await inner.ReadAsync(buffer[..Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
