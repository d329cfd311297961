using System.Collections.Concurrent;
using System.Net;
using OpenSslNb;

namespace OpenSslNb.Testing;

/// <summary>A server for one connection that keeps what comes and tells how it ended.</summary>
public sealed class ClosingServer : IDisposable
{
    private readonly TaskCompletionSource<TlsConnection> _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ClosingServer(Bench bench, RecordingHandler? handler = null)
    {
        Handler = handler ?? new RecordingHandler();
        Listener = bench.Listen(connection =>
        {
            _accepted.TrySetResult(connection);
            return Handler;
        });
    }

    public RecordingHandler Handler { get; }

    public TlsListener Listener { get; }

    public IPEndPoint EndPoint => Listener.EndPoint;

    /// <summary>The connection, as soon as there is one; its handshake may be going on.</summary>
    public Task<TlsConnection> AcceptedAsync() => _accepted.Task.WaitAsync(Bench.Deadline);

    /// <summary>How it ended.</summary>
    public async Task<CloseOutcome> EndAsync() => await (await AcceptedAsync()).Closed.WaitAsync(Bench.Deadline);

    public void Dispose() => Listener.Dispose();
}

/// <summary>Keeps every attempt of every operation.</summary>
public sealed class RecordingTrace : ITlsTrace
{
    private readonly ConcurrentQueue<(TlsConnection Connection, TlsTraceStep Step)> _steps = new();

    public void OnStep(TlsConnection connection, in TlsTraceStep step) => _steps.Enqueue((connection, step));

    public IReadOnlyList<TlsTraceStep> Of(TlsConnection connection) => [.. _steps.Where(s => s.Connection == connection).Select(s => s.Step)];
}
