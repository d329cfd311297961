using System.Runtime.InteropServices;

namespace OpenSslNb.Cli.Probing;

/// <summary>Signals that end a run: the first one asks for an end with a report of what there is, a second one ends the process.</summary>
internal sealed class Interruption : IDisposable
{
    private const int SignalBase = 128;

    private static readonly Dictionary<PosixSignal, int> s_numbers = new()
    {
        [PosixSignal.SIGHUP] = 1,
        [PosixSignal.SIGINT] = 2,
        [PosixSignal.SIGQUIT] = 3,
        [PosixSignal.SIGTERM] = 15,
    };

    private readonly CancellationTokenSource _asked = new();
    private readonly CancellationTokenSource _hurried = new();
    private readonly PosixSignalRegistration[] _signals;

    // One that is ignored, as SIGHUP under nohup(1), stays so: the run-time sees to that.
    public Interruption() => _signals = [.. s_numbers.Keys.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];

    public CancellationToken Token => _asked.Token;

    /// <summary>Cancelled by the second signal: what is registered with it is done before the process ends.</summary>
    public CancellationToken Hurry => _hurried.Token;

    /// <summary>What shells make of the signal; null when there was none.</summary>
    public int? ExitCode { get; private set; }

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
        _asked.Dispose();
        _hurried.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        if (ExitCode is not null)
        {
            _hurried.Cancel();
            return;
        }

        signal.Cancel = true;
        ExitCode = SignalBase + s_numbers[signal.Signal];
        _asked.Cancel();
    }
}
