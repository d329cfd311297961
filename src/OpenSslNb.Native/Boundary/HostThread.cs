namespace OpenSslNb.Native.Boundary;

/// <summary>The library works on a thread of the host for a while: its queue of OpenSSL errors and its signals are as before when that is over.</summary>
internal ref struct HostThread
{
    private readonly HostErrors _errors;
    private readonly bool _isEntered;
    private readonly bool _blocksSigPipe;
    private readonly int _wasPending;
    private Shim.SignalSet _mask;

    private unsafe HostThread(bool blocksSigPipe)
    {
        _errors = HostErrors.Keep();
        _isEntered = true;
        _blocksSigPipe = blocksSigPipe;
        if (!blocksSigPipe) return;
        Shim.SignalSet mask;
        _wasPending = Shim.onb_shim_block_sigpipe(&mask);
        _mask = mask;
    }

    /// <param name="blocksSigPipe">OpenSSL itself may write to sockets meanwhile, and it does so without MSG_NOSIGNAL.</param>
    public static HostThread Enter(bool blocksSigPipe) => new(blocksSigPipe);

    public unsafe void Dispose()
    {
        if (!_isEntered) return;
        _errors.Dispose();
        if (!_blocksSigPipe) return;
        Shim.SignalSet mask = _mask;
        Shim.onb_shim_restore_sigpipe(&mask, _wasPending);
    }
}
