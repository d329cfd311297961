namespace OpenSslNb.Transport;

/// <summary>
/// The default transport. Receives into the loop's large buffer and sends from it, several records a system call; a connection owns memory only while the kernel does not keep up.
/// </summary>
/// <remarks>
/// A write is started only when its record fits below the limit, so OpenSSL never holds half a record and reading is always safe. What reads answer by themselves (KeyUpdate, alerts,
/// renegotiation) has a reserve above the limit; when that is used up too, the read blocks on write, and so a peer that asks without reading is held at a fixed cost.
/// </remarks>
internal sealed class BufferedSocketTransport : CiphertextTransport
{
    /// <summary>More than header, nonce, tag and padding of a record, and a KeyUpdate in front of it, can take.</summary>
    private const int RecordOverhead = 1024;

    /// <summary>Room above the limit for what OpenSSL sends by itself.</summary>
    private const int AnswerReserve = 16 * 1024;

    private readonly int _fd;
    private readonly LoopBuffers _buffers;
    private readonly int _limit;

    // Received before this turn and not taken yet. Empty in steady state.
    private ByteFifo _stash;

    // Given by OpenSSL and not taken by the kernel at the end of a turn. Empty in steady state.
    private ByteFifo _backlog;

    // What this connection has in the loop's buffers during its turn; all 0 outside it.
    private int _receiveStart;
    private int _receiveEnd;
    private int _sendLength;

    // Where the record ends that OpenSSL is being given.
    private RecordBoundary _boundary;

    // A short recv has shown that the socket is empty: no second call is needed to learn it. The poller tells when that changes.
    private bool _socketDry;

    /// <param name="fd">A connected, non-blocking TCP socket.</param>
    /// <param name="buffers">The loop's buffers.</param>
    /// <param name="ciphertextLimit">Most bytes kept here while the kernel takes none; at least one full record.</param>
    public BufferedSocketTransport(int fd, LoopBuffers buffers, int ciphertextLimit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ciphertextLimit, (16 * 1024) + RecordOverhead);
        _fd = fd;
        _buffers = buffers;
        Bio = buffers.Bio;
        _limit = ciphertextLimit;
    }

    public override bool SplitsRecords => false;

    public override bool HasBufferedInput => _receiveEnd > _receiveStart || _stash.Length > 0;

    public override bool IsInputDrained => (SawEndOfStream || _socketDry) && !HasBufferedInput;

    public override bool IsKnownDry => _socketDry && !SawEndOfStream && !HasBufferedInput && Errno == 0;

    public override bool KnowsRecords => true;

    public override int Unsent => _backlog.Length + _sendLength;

    public override Interest Interest => Unsent > 0 ? Interest.Write : Interest.None;

    public override bool HasRoomFor(int plaintextLength)
    {
        if (Unsent + plaintextLength + RecordOverhead <= _limit) return true;
        _ = Flush();
        return Unsent == 0 || Unsent + plaintextLength + RecordOverhead <= _limit;
    }

    public override void OnReadable() => _socketDry = false;

    public override bool Flush()
    {
        int before = Unsent;
        if (before == 0) return false;
        _backlog.Skip(SendFrom(_backlog.Bytes));
        if (_backlog.Length == 0) FlushShared();
        return Unsent < before;
    }

    public override void EndTurn()
    {
        _ = Flush();
        _backlog.Append(_buffers.Send.AsSpan(0, _sendLength));
        _sendLength = 0;
        _stash.Append(_buffers.Receive.AsSpan(_receiveStart, _receiveEnd - _receiveStart));
        _receiveStart = _receiveEnd = 0;
    }

    public override void Dispose()
    {
        _stash.Dispose();
        _backlog.Dispose();
    }

    internal override int OnBioRead(Span<byte> destination)
    {
        if (!HasBufferedInput)
        {
            int received = Receive();
            if (received <= 0) return received;
        }

        int count = TakeBuffered(destination);
        BytesTaken += (ulong)count;
        return count;
    }

    internal override int OnBioWrite(ReadOnlySpan<byte> source)
    {
        if (IsOutputClosed) return source.Length;
        if (RoomWithReserve < source.Length) _ = Flush();
        int count = Math.Min(RoomWithReserve, source.Length);
        if (count <= 0) return -1;
        Give(source[..count]);
        BytesGiven += (ulong)count;
        return count;
    }

    private int RoomWithReserve => _limit + AnswerReserve - Unsent;

    private int TakeBuffered(Span<byte> destination)
    {
        if (_stash.Length > 0) return _stash.Take(destination[..CountOf(_stash.Bytes, destination.Length)]);
        ReadOnlySpan<byte> received = _buffers.Receive.AsSpan(_receiveStart, _receiveEnd - _receiveStart);
        int count = CountOf(received, destination.Length);
        received[..count].CopyTo(destination);
        _receiveStart += count;
        return count;
    }

    private int CountOf(ReadOnlySpan<byte> bytes, int room)
    {
        ReadOnlySpan<byte> next = bytes[..Math.Min(bytes.Length, room)];
        return GivesSeveralRecords ? _boundary.PassAll(next) : _boundary.PassOne(next);
    }

    private int Receive()
    {
        if (SawEndOfStream) return 0;
        if (_socketDry) return -1;
        int received = SocketCalls.Receive(_fd, _buffers.Receive);
        if (received > 0)
        {
            _receiveStart = 0;
            _receiveEnd = received;
            _socketDry = received < LoopBuffers.Size;
            return received;
        }

        if (received == 0) SawEndOfStream = true;
        else if (SocketCalls.IsWouldBlock(received)) _socketDry = true;
        else Errno = -received;
        return received == 0 ? 0 : -1;
    }

    // Behind what the kernel would not take, else into the loop's buffer, to be sent with what follows in this turn.
    private void Give(ReadOnlySpan<byte> source)
    {
        if (_backlog.Length == 0 && _sendLength + source.Length > LoopBuffers.Size) FlushShared();
        if (_backlog.Length > 0 || _sendLength + source.Length > LoopBuffers.Size)
        {
            _backlog.Append(_buffers.Send.AsSpan(0, _sendLength));
            _sendLength = 0;
            _backlog.Append(source);
            return;
        }

        source.CopyTo(_buffers.Send.AsSpan(_sendLength));
        _sendLength += source.Length;
    }

    private void FlushShared()
    {
        int sent = SendFrom(_buffers.Send.AsSpan(0, _sendLength));
        _backlog.Append(_buffers.Send.AsSpan(sent, _sendLength - sent));
        _sendLength = 0;
    }

    // How much is off our hands: taken by the kernel, or dropped because sending is broken.
    private int SendFrom(ReadOnlySpan<byte> bytes)
    {
        int sent = 0;
        while (sent < bytes.Length && SendErrno == 0)
        {
            int count = SocketCalls.Send(_fd, bytes[sent..]);
            if (count < 0)
            {
                if (SocketCalls.IsWouldBlock(count)) return sent;
                SendErrno = -count;
            }
            else
            {
                sent += count;
            }
        }

        return bytes.Length;
    }
}
