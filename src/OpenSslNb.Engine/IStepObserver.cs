namespace OpenSslNb.Engine;

/// <summary>One attempt of one operation, as the trace shows it.</summary>
/// <param name="Operation">What was attempted.</param>
/// <param name="Step">How it ended.</param>
/// <param name="QueueLength">Plaintext bytes queued after it.</param>
/// <param name="Before">The connection's state before it.</param>
/// <param name="After">The connection's state after it.</param>
internal readonly record struct StepRecord(SslOperation Operation, SslStep Step, long QueueLength, ConnectionState Before, ConnectionState After);

/// <summary>Sees every attempt, on the thread that makes it. Must not call the machine and must not throw.</summary>
internal interface IStepObserver
{
    /// <summary>An attempt begins.</summary>
    void OnAttempt();

    /// <summary>It has ended.</summary>
    void OnStep(in StepRecord record);
}
