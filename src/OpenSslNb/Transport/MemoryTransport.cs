namespace OpenSslNb.Transport;

/// <summary>
/// Bytes in, bytes out, for callers who do their own I/O. The same rules as the buffered socket: records are taken whole below the limit, answers have a reserve. Or, for testers, those of a socket that takes and gives some bytes at a time.
/// </summary>
internal sealed class MemoryTransport : CiphertextTransport
{
    private const int RecordOverhead = 1024;
    private const int AnswerReserve = 16 * 1024;

    private ByteFifo _input;
    private ByteFifo _output;
    private readonly int _limit;
    private readonly bool _isStuttering;
    private bool _hasRead;
    private bool _hasWritten;
    private bool _ended;

    /// <param name="ciphertextLimit">Most bytes that wait for the caller.</param>
    /// <param name="mostAtATime">Most bytes that OpenSSL gets by one read, and may leave here at any time: it is then stopped in the middle of records in both directions.</param>
    /// <param name="isStuttering">Where there is such a number: OpenSSL is stopped after as many bytes, whether more of them are here (or may be) or not, and may be called again at once.</param>
    public MemoryTransport(int ciphertextLimit, int mostAtATime = int.MaxValue, bool isStuttering = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostAtATime, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ciphertextLimit, (16 * 1024) + RecordOverhead);
        _limit = ciphertextLimit;
        MostAtATime = mostAtATime;
        _isStuttering = isStuttering && SplitsRecords;
        Bio = new TransportBio();
    }

    public override int MostAtATime { get; }

    public override bool SplitsRecords => MostAtATime != int.MaxValue;

    public override bool HasBufferedInput => _input.Length > 0;

    public override int Unsent => _output.Length;

    public override Interest Interest => Unsent > 0 ? Interest.Write : Interest.None;

    /// <summary>Ciphertext for the peer; valid until the next call on the machine.</summary>
    public ReadOnlySpan<byte> Output => _output.Bytes;

    public override bool HasRoomFor(int plaintextLength) => SplitsRecords || Unsent == 0 || Unsent + plaintextLength + RecordOverhead <= _limit;

    /// <summary>How often OpenSSL was put off by stuttering.</summary>
    public int Stops { get; private set; }

    /// <summary>True when OpenSSL waits for nothing but to be called again.</summary>
    public bool HasPutOff(SslWant want) => _isStuttering && (want == SslWant.Read ? HasBufferedInput : want == SslWant.Write);

    /// <summary>Ciphertext from the peer.</summary>
    public void Feed(ReadOnlySpan<byte> ciphertext) => _input.Append(ciphertext);

    /// <summary>The peer's stream has ended; what was fed before is still read.</summary>
    public void FeedEndOfStream() => _ended = true;

    /// <summary>The caller has delivered bytes of <see cref="Output"/>.</summary>
    public void SkipOutput(int count) => _output.Skip(count);

    public override bool Flush() => false;

    public override void OnReadable()
    {
        // Input comes by Feed.
    }

    public override void EndTurn()
    {
        // Nothing is borrowed.
    }

    public override void Dispose()
    {
        _input.Dispose();
        _output.Dispose();
        Bio!.Dispose();
    }

    internal override int OnBioRead(Span<byte> destination)
    {
        if (Stutters(ref _hasRead)) return -1;
        int count = _input.Take(destination[..Math.Min(destination.Length, MostAtATime)]);
        if (count > 0)
        {
            _hasRead = true;
            BytesTaken += (ulong)count;
            return count;
        }

        if (!_ended) return -1;
        SawEndOfStream = true;
        return 0;
    }

    internal override int OnBioWrite(ReadOnlySpan<byte> source)
    {
        if (IsOutputClosed) return source.Length;
        if (Stutters(ref _hasWritten)) return -1;
        int room = _isStuttering ? MostAtATime : SplitsRecords ? MostAtATime - Unsent : _limit + AnswerReserve - Unsent;
        int count = Math.Min(room, source.Length);
        if (count <= 0) return -1;
        _output.Append(source[..count]);
        _hasWritten = true;
        BytesGiven += (ulong)count;
        return count;
    }

    private bool Stutters(ref bool hasMoved)
    {
        if (!_isStuttering || !hasMoved) return false;
        hasMoved = false;
        Stops++;
        return true;
    }
}
