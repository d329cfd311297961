namespace OpenSslNb.Cli.Proxy;

/// <summary>What one loop's pairs have done. Written by the loop alone, read by anybody.</summary>
internal sealed class ProxyFigures
{
    private readonly long[] _ended = new long[Enum.GetValues<CloseReason>().Length];
    private long _open;
    private long _unreachable;
    private long _toTarget;
    private long _toClient;

    public long Open => Volatile.Read(ref _open);

    /// <summary>Targets that could not be connected to.</summary>
    public long Unreachable => Volatile.Read(ref _unreachable);

    public long BytesToTarget => Volatile.Read(ref _toTarget);

    public long BytesToClient => Volatile.Read(ref _toClient);

    /// <param name="reason"><see cref="CloseReason.None"/> for those that ended in good order.</param>
    public long Ended(CloseReason reason) => Volatile.Read(ref _ended[(int)reason]);

    public void CountBegin() => Volatile.Write(ref _open, _open + 1);

    public void CountUnreachable() => Volatile.Write(ref _unreachable, _unreachable + 1);

    public void CountToTarget(int bytes) => Volatile.Write(ref _toTarget, _toTarget + bytes);

    public void CountToClient(int bytes) => Volatile.Write(ref _toClient, _toClient + bytes);

    public void CountEnd(CloseReason reason)
    {
        Volatile.Write(ref _open, _open - 1);
        Volatile.Write(ref _ended[(int)reason], _ended[(int)reason] + 1);
    }
}
