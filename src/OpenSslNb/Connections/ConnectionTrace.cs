using OpenSslNb.Engine;
using OpenSslNb.OpenSsl;

namespace OpenSslNb.Connections;

/// <summary>Tells one connection's trace what happens, with times. A connection that is not traced has none, and pays with a null check.</summary>
internal sealed class ConnectionTrace(ITlsTrace sink, TlsConnection connection, EventLoop loop) : IStepObserver, IMessageObserver
{
    private TimeSpan _attemptBegan;
    private Interest _ready;
    private ulong _toldTaken;
    private long _toldSent;
    private long _toldUnsent;
    private Interest _toldInterest;

    /// <summary>The loop's clock, as fine as it goes. From any thread.</summary>
    public TimeSpan Now => loop.ClockTime;

    void IStepObserver.OnAttempt() => _attemptBegan = Now;

    void IStepObserver.OnStep(in StepRecord record)
    {
        // The write has taken its bytes from the queue; the connection accounts for them after the step. A file that the kernel sends was never there.
        long queued = Math.Max(0, connection.QueuedBytes - (record is { Operation: SslOperation.Write, Step.IsDone: true } ? record.Step.Bytes : 0));
        TimeSpan now = Now;
        sink.OnStep(connection, new TlsTraceStep(now, record.Operation, record.Step, queued, record.Before, record.After, now - _attemptBegan));
    }

    void IMessageObserver.OnMessage(bool sent, int version, int contentType, ReadOnlySpan<byte> bytes)
    {
        if (MessageNames.TryDescribe(contentType, bytes, out MessageDescription message))
        {
            sink.OnMessage(connection, new TlsTraceMessage(Now, sent, message.Content, message.Name, message.Detail, message.Version ?? version, message.Length));
        }
    }

    /// <summary>The poller has reported this; it belongs to the turn that begins.</summary>
    public void Ready(Interest ready) => _ready |= ready;

    /// <summary>A turn has ended. Told only if there is something new.</summary>
    public void Turn(ulong taken, long sent, long unsent, Interest interest)
    {
        bool moved = taken != _toldTaken || sent != _toldSent || unsent != _toldUnsent;
        if (moved || interest != _toldInterest || _ready != Interest.None)
        {
            sink.OnTransport(connection, new TlsTraceTransport(Now, _ready, (long)(taken - _toldTaken), sent - _toldSent, unsent, interest));
        }

        _ready = Interest.None;
        (_toldTaken, _toldSent, _toldUnsent, _toldInterest) = (taken, sent, unsent, interest);
    }

    /// <summary>The application asks or is told. From any thread.</summary>
    public void Application(TlsTraceEvent what, long bytes = 0, CloseOutcome? outcome = null) => Application(Now, what, bytes, connection.QueuedBytes, outcome);

    /// <summary>The same, at a time and with a queue length that were seen under a lock.</summary>
    public void Application(TimeSpan time, TlsTraceEvent what, long bytes, long queued, CloseOutcome? outcome = null)
    {
        // What is asked of a connection that has ended does not come behind its end.
        if (outcome is null && connection.Outcome is not null) return;
        sink.OnApplication(connection, new TlsTraceApplication(time, what, bytes, queued, outcome));
    }
}
