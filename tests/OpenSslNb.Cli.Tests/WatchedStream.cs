namespace OpenSslNb.Cli.Tests;

/// <summary>Lies below an <c>SslStream</c> and follows the records that come (RFC 8446 §5.1), to tell close_notify from a stream that was cut.</summary>
internal sealed class WatchedStream(Stream inner) : PassingStream(inner)
{
    private const int HeaderLength = 5;
    private const int AlertType = 21;

    private readonly byte[] _header = new byte[HeaderLength];
    private int _headerFilled;
    private int _bodyLeft;
    private MemoryStream? _held;

    /// <summary>True when the last whole record was an alert. Meaningful up to TLS 1.2: TLS 1.3 hides the type.</summary>
    public bool EndsWithAlert => _bodyLeft == 0 && _headerFilled == 0 && _header[0] == AlertType;

    /// <summary>True once the peer's FIN was read.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Reads what is left below TLS up to the FIN; a reset throws.</summary>
    public async Task ReadToFinAsync()
    {
        byte[] buffer = new byte[4096];
        using var deadline = new CancellationTokenSource(RunningProcess.Deadline);
        while (!HasEnded) _ = await ReadAsync(buffer, deadline.Token);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await Inner.ReadAsync(buffer, cancellationToken);
        HasEnded |= count == 0 && buffer.Length > 0;
        Follow(buffer.Span[..count]);
        return count;
    }

    /// <summary>Keeps what is written from now on.</summary>
    public void HoldWrites() => _held = new MemoryStream();

    /// <summary>Writes what was kept, in one go: the peer meets it in one read.</summary>
    public async Task ReleaseWritesAsync()
    {
        byte[] held = _held!.ToArray();
        _held = null;
        await Inner.WriteAsync(held);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => (_held ?? Inner).WriteAsync(buffer, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => (_held ?? Inner).Write(buffer, offset, count);

    private void Follow(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (_bodyLeft > 0)
            {
                int skipped = Math.Min(_bodyLeft, data.Length);
                _bodyLeft -= skipped;
                data = data[skipped..];
                continue;
            }

            _header[_headerFilled++] = data[0];
            data = data[1..];
            if (_headerFilled < HeaderLength) continue;
            _headerFilled = 0;
            _bodyLeft = (_header[3] << 8) | _header[4];
        }
    }
}
