namespace OpenSslNb.Benchmarks.EngineServer;

/// <summary>Sends so many bytes of the pattern as there is room for.</summary>
internal struct PatternSender(long total)
{
    private long _sent;

    public readonly bool IsDone => _sent == total;

    public void Pump(TlsConnection connection)
    {
        while (!IsDone)
        {
            ReadOnlySpan<byte> block = BenchmarkPattern.NextBlock(_sent, total).Span;
            switch (connection.TrySend(block))
            {
                case SendResult.Full:
                    return;
                case SendResult.Closed:
                    _sent = total;
                    return;
                default:
                    _sent += block.Length;
                    break;
            }
        }
    }
}
