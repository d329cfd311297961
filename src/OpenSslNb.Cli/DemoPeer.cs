namespace OpenSslNb.Cli;

/// <summary>One side of one connection of the demonstration: sends a pattern as fast as it goes and checks that of the other side.</summary>
internal sealed class DemoPeer(int seed, Action<string> fault) : TlsConnectionHandler
{
    // A prime, so that no record boundary falls on a boundary of the pattern for long.
    private const int Period = 65521;
    private static readonly byte[] s_pattern = CreatePattern();

    private long _sent;
    private long _received;
    private volatile bool _finishing;
    private volatile bool _holding;

    /// <summary>Bytes handed to the connection. Exact once it has closed.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Bytes that came and were checked.</summary>
    public long Received => Volatile.Read(ref _received);

    public TlsConnection? Connection { get; private set; }

    /// <summary>True once it sends nothing more.</summary>
    public bool IsFinishing => _finishing;

    public override void OnOpened(TlsConnection connection)
    {
        Connection = connection;
        Pump(connection);
    }

    public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            ReadOnlySpan<byte> expected = PatternAt(_received, ~seed);
            int count = Math.Min(expected.Length, data.Length);
            if (!data[..count].SequenceEqual(expected[..count])) fault($"connection {seed}: wrong bytes near position {_received}");
            Volatile.Write(ref _received, _received + count);
            data = data[count..];
        }
    }

    public override void OnLowWater(TlsConnection connection) => Pump(connection);

    public override void OnPeerClosed(TlsConnection connection)
    {
        _finishing = true;
        connection.Close();
    }

    public override void OnClosed(TlsConnection connection, CloseOutcome outcome)
    {
        if (!outcome.IsOrderly) fault($"connection {seed}: {outcome}");
    }

    /// <summary>On the loop's thread: the last byte is sent.</summary>
    public void Finish()
    {
        if (_finishing) return;
        _finishing = true;
        Connection?.CloseWrite();
    }

    /// <summary>Neither sends nor reads, until <see cref="Release"/>.</summary>
    public void Hold()
    {
        _holding = true;
        Connection?.PauseReading();
    }

    /// <summary>On the loop's thread: goes on.</summary>
    public void Release()
    {
        _holding = false;
        if (Connection is not { } connection) return;
        connection.ResumeReading();
        Pump(connection);
    }

    private void Pump(TlsConnection connection)
    {
        while (!_finishing && !_holding)
        {
            ReadOnlySpan<byte> block = PatternAt(_sent, seed);
            if (connection.TrySend(block) != SendResult.Queued) return;
            Volatile.Write(ref _sent, _sent + block.Length);
        }
    }

    // The two sides of a connection have complementary seeds, so that an echo would be noticed.
    private static ReadOnlySpan<byte> PatternAt(long position, int seed) => s_pattern.AsSpan((int)((position + (seed & 0xFFFF)) % Period))[..Math.Min(16 * 1024, Period - (int)((position + (seed & 0xFFFF)) % Period))];

    private static byte[] CreatePattern()
    {
        byte[] pattern = new byte[Period];
        new Random(20).NextBytes(pattern);
        return pattern;
    }
}
