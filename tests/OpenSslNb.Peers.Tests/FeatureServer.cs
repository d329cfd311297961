using System.Collections.Concurrent;
using System.Net;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Our server with options of the test's own, and all that became of its connections.</summary>
internal sealed class FeatureServer : IDisposable
{
    private readonly ConcurrentQueue<TlsConnection> _accepted = new();
    private readonly TlsContext _context;
    private readonly TlsListener _listener;

    public FeatureServer(Bench bench, TlsServerOptions options, Func<TlsConnectionHandler>? handler, TlsConnectionOptions connectionOptions)
    {
        _context = TlsContext.CreateServer(options);
        _listener = TlsListener.Start(
            bench.Loop,
            new IPEndPoint(IPAddress.Loopback, 0),
            _context,
            connection =>
            {
                _accepted.Enqueue(connection);
                return handler is null ? new EchoHandler() : handler();
            },
            new TlsListenerOptions { Connection = connectionOptions });
    }

    public int Port => _listener.EndPoint.Port;

    /// <summary>The connection with this number, counted from 0, once its handshake has ended.</summary>
    public async Task<TlsConnection> OpenedAsync(int index = 0)
    {
        await Eventually.BecomesTrue(() => _accepted.Count > index && _accepted.ElementAt(index).Info is not null, $"the handshake of connection {index}");
        return _accepted.ElementAt(index);
    }

    /// <summary>How the connection with this number ended.</summary>
    public async Task<CloseOutcome> OutcomeAsync(int index = 0)
    {
        await Eventually.BecomesTrue(() => _accepted.Count > index, $"connection {index} is accepted");
        return await _accepted.ElementAt(index).Closed.WaitAsync(ExternalProcess.Deadline);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _context.Dispose();
    }
}
