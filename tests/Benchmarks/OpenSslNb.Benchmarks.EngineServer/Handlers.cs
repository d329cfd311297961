using System.Buffers.Binary;

namespace OpenSslNb.Benchmarks.EngineServer;

/// <summary>Every byte back.</summary>
internal sealed class EchoHandler : RequestHandler
{
    protected override int Take(TlsConnection connection, ReadOnlySpan<byte> data) => connection.TrySend(data) == SendResult.Full ? 0 : data.Length;

    protected override void Resume(TlsConnection connection)
    {
        // What was refused is what is kept: it is taken again.
    }
}

/// <summary>A count in, so many bytes of the pattern out.</summary>
internal sealed class SourceHandler : RequestHandler
{
    private CountReader _count;
    private PatternSender _sender;

    protected override bool IsBusy => !_sender.IsDone;

    protected override int Take(TlsConnection connection, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> rest = data;
        while (_sender.IsDone && _count.TryRead(ref rest, out long count))
        {
            _sender = new PatternSender(count);
            _sender.Pump(connection);
        }

        return data.Length - rest.Length;
    }

    protected override void Resume(TlsConnection connection) => _sender.Pump(connection);
}

/// <summary>A count and so many bytes of the pattern in, the count out. As duplex, the same bytes also go out meanwhile, before the count.</summary>
internal sealed class SinkHandler(bool isDuplex) : RequestHandler
{
    private CountReader _count;
    private PatternChecker _checker;
    private PatternSender _sender;
    private bool _isBusy;

    protected override bool IsBusy => _isBusy;

    protected override int Take(TlsConnection connection, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> rest = data;
        while (true)
        {
            if (!_isBusy)
            {
                if (!_count.TryRead(ref rest, out long count)) return data.Length;
                _isBusy = true;
                _checker = new PatternChecker(count);
                if (isDuplex) _sender = new PatternSender(count);
                _sender.Pump(connection);
            }

            if (!_checker.Check(ref rest))
            {
                connection.Close();
                return data.Length;
            }

            // The next request waits until all that this one is owed is queued.
            if (!TryEnd(connection)) return data.Length - rest.Length;
        }
    }

    protected override void Resume(TlsConnection connection)
    {
        if (!_isBusy) return;
        _sender.Pump(connection);
        _ = TryEnd(connection);
    }

    private bool TryEnd(TlsConnection connection)
    {
        if (!_checker.IsDone || !_sender.IsDone) return false;
        Span<byte> answer = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(answer, _checker.Total);
        _isBusy = connection.TrySend(answer) == SendResult.Full;
        return !_isBusy;
    }
}
