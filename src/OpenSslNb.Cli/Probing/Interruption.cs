using System.Runtime.InteropServices;

namespace OpenSslNb.Cli.Probing;

/// <summary>SIGINT and SIGTERM: the first one asks for an end with a report of what there is, a second one ends the process.</summary>
internal sealed class Interruption : IDisposable
{
    private const int SignalBase = 128;
    private const int Interrupt = 2;
    private const int Terminate = 15;

    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _signals;

    public Interruption() => _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal)];

    public CancellationToken Token => _asked.Token;

    /// <summary>What shells make of the signal; null when there was none.</summary>
    public int? ExitCode { get; private set; }

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
        _asked.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        if (ExitCode is not null) return;
        signal.Cancel = true;
        ExitCode = SignalBase + (signal.Signal == PosixSignal.SIGINT ? Interrupt : Terminate);
        _asked.Cancel();
    }
}
