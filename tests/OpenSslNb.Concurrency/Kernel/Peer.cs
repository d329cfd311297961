using OpenSslNb.Concurrency.Scheduling;
using OpenSslNb.Interop;

namespace OpenSslNb.Concurrency.Kernel;

/// <summary>The other end of the connection: a TLS client on one thread of the scenario, whose every action is one step.</summary>
internal sealed unsafe class Peer(int fd, TlsContext context) : IDisposable
{
    private readonly SslMachine _machine = new(context);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private bool _isGone;

    /// <summary>Plaintext that has come.</summary>
    public List<byte> Received { get; } = [];

    public bool IsEstablished { get; private set; }

    /// <summary>close_notify, FIN or RST has come.</summary>
    public bool SawEnd { get; private set; }

    public bool SawCloseNotify { get; private set; }

    /// <summary>True when <see cref="Pump"/> would find something.</summary>
    public bool HasInput => IsReady(LibC.POLLIN);

    /// <summary>Nothing waits to be sent.</summary>
    public bool IsAllShipped => _machine.Output.IsEmpty && _machine.QueuedBytes == 0;

    /// <summary>The kernel takes more.</summary>
    public bool CanShip => IsReady(LibC.POLLOUT);

    /// <summary>Does what can be done now: handshake, reading, sending.</summary>
    public void Pump()
    {
        ControlledThread self = ControlledThread.Current!;
        self.Suppressed++;
        Fetch();
        if (_machine.State is ConnectionState.Handshaking) IsEstablished = _machine.Handshake().IsDone;
        if (IsEstablished) ReadAll();
        if (IsEstablished) _ = _machine.Flush();
        Ship();
        self.Suppressed--;
    }

    public void Send(ReadOnlySpan<byte> data)
    {
        ControlledThread self = ControlledThread.Current!;
        self.Suppressed++;
        _ = _machine.Write(data);
        Ship();
        self.Suppressed--;
    }

    /// <summary>Sends close_notify.</summary>
    public void Close()
    {
        ControlledThread self = ControlledThread.Current!;
        self.Suppressed++;
        if (!SawEnd || _machine.State is ConnectionState.PeerClosed) _ = _machine.Shutdown();
        Ship();
        self.Suppressed--;
    }

    /// <summary>Closes the socket.</summary>
    public void Dispose()
    {
        if (_isGone) return;
        _isGone = true;
        ControlledThread self = ControlledThread.Current!;
        self.Suppressed++;
        _ = Libc.Close(fd);
        _machine.Dispose();
        self.Suppressed--;
    }

    private bool IsReady(short events)
    {
        if (_isGone) return false;
        var entry = new LibC.pollfd { fd = fd, events = events };
        return Libc.Poll(&entry, 1, 0) > 0;
    }

    private void Fetch()
    {
        fixed (byte* pointer = _buffer)
        {
            while (true)
            {
                nint count = Libc.Receive(fd, pointer, (nuint)_buffer.Length, LibC.MSG_DONTWAIT);
                if (count > 0)
                {
                    _machine.Feed(_buffer.AsSpan(0, (int)count));
                    continue;
                }

                // Nothing for now looks like a reset here, and HasInput tells the two apart.
                if (count == 0 || HasInput) SawEnd = true;
                return;
            }
        }
    }

    private void ReadAll()
    {
        while (true)
        {
            SslStep step = _machine.Read(_buffer);
            if (step.Kind == SslStepKind.Closed) SawEnd = SawCloseNotify = true;
            if (!step.IsDone || step.Bytes == 0) return;
            Received.AddRange(_buffer.AsSpan(0, step.Bytes));
        }
    }

    private void Ship()
    {
        while (_machine.Output is { IsEmpty: false } output)
        {
            fixed (byte* pointer = output)
            {
                nint count = Libc.Send(fd, pointer, (nuint)output.Length, LibC.MSG_DONTWAIT | LibC.MSG_NOSIGNAL);
                if (count <= 0) return;
                _machine.SkipOutput((int)count);
            }
        }
    }
}
