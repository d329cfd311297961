using OpenSslNb.Interop;

namespace OpenSslNb.Simulation.Probing;

/// <content>
/// One record after the other, for those who compare: what has been taken when a wait ends depends on the peer's stream alone, and not on the pieces in which it came.
/// </content>
internal sealed partial class ProbeConnection
{
    private const byte ClientHelloMessage = 1;
    private const byte FinishedMessage = 20;
    private const byte KeyUpdateMessage = 24;

    // Behind the message's header and the version.
    private const int RandomOffset = 6;
    private const int RandomLength = 32;

    private string _clientRandom = "";

    // Read from the socket, and not yet taken.
    private StreamEnd _endToCome = StreamEnd.Open;

    /// <summary>Who is told of each record; goes with <see cref="AdvanceAsync"/>.</summary>
    public IPeerObserver? Observer { get; set; }

    /// <summary>Records that our machine has sent since its Finished: with TLS 1.3, under the keys that <see cref="SealedRecords.ApplicationSecret"/> gives.</summary>
    public int SentSinceFinished { get; private set; }

    /// <summary>Our keys are no longer those that the handshake has given.</summary>
    public bool HasRekeyed { get; private set; }

    /// <summary>What the handshake has agreed on; null when there was none, or one whose records nobody but OpenSSL can make.</summary>
    public SealingSuite? Suite => SealingSuite.Find(Machine?.Info?.CipherSuite);

    /// <summary>A secret of this connection.</summary>
    public SecretName SecretName(string label) => new(label, _clientRandom);

    /// <summary>Takes the next thing that the peer has done: a record, its end, or, when there is neither yet, more bytes.</summary>
    public async Task AdvanceAsync(CancellationToken cancellation)
    {
        if (TakeNext()) await PumpAsync(cancellation);
        else if (_endToCome != StreamEnd.Open) TakeEnd();
        else await ReadMoreAsync(cancellation);
    }

    private bool TakeNext()
    {
        if (_incoming.Length == 0) return false;
        ReadOnlySpan<byte> rest = _incoming;
        if (Reaction.NoRecords is not null || !LooksLikeRecord(rest)) return TakeNoRecord();
        if (TlsRecord.Take(ref rest) is not { } record) return false;
        byte[] bytes = _incoming[..^rest.Length];
        _incoming = rest.ToArray();
        Observer?.OnRecord(record);
        if (Machine is null) Interpret(record);
        Feed(bytes);
        return true;
    }

    // As many bytes as are shown have to be there, lest the words depend on how they came.
    private bool TakeNoRecord()
    {
        if (Reaction.NoRecords is null)
        {
            if (_incoming.Length < ShownBytes && _endToCome == StreamEnd.Open) return false;
            Reaction = Reaction with { NoRecords = Shown(_incoming) };
            Observer?.OnNoRecord(Reaction.NoRecords);
        }

        byte[] bytes = _incoming;
        _incoming = [];
        Feed(bytes);
        return true;
    }

    private void TakeEnd()
    {
        if (_incoming.Length > 0)
        {
            Observer?.OnNoRecord($"a record that ends after {_incoming.Length} bytes");
            byte[] bytes = _incoming;
            _incoming = [];
            Feed(bytes);
        }

        End(_endToCome);
        Observer?.OnEnd(_endToCome);
    }

    private void Feed(byte[] bytes)
    {
        if (Machine is not { State: not ConnectionState.Failed } machine) return;
        machine.Feed(bytes);
        Read(machine);
    }

    private async Task ReadMoreAsync(CancellationToken cancellation)
    {
        (int count, _endToCome) = await ReceiveSomeAsync(cancellation);
        _incoming = [.. _incoming, .. _buffer.AsSpan(0, count)];
    }

    private void NoteSent(int contentType, ReadOnlySpan<byte> bytes)
    {
        if (contentType == SslConst.SSL3_RT_HANDSHAKE && bytes is [ClientHelloMessage, ..]) _clientRandom = Convert.ToHexString(bytes.Slice(RandomOffset, RandomLength));
        if (contentType == SslConst.SSL3_RT_HANDSHAKE && bytes is [FinishedMessage, ..]) SentSinceFinished = 0;
        else if (contentType == SslConst.SSL3_RT_HANDSHAKE && bytes is [KeyUpdateMessage, ..]) HasRekeyed = true;
        else if (contentType == SslConst.SSL3_RT_HEADER) SentSinceFinished++;
    }
}
