using OpenSslNb.Interop;

namespace OpenSslNb.Simulation;

/// <content>TCP: <c>socket(7)</c>, <c>tcp(7)</c>.</content>
internal sealed partial class VirtualKernel
{
    private const int FirstEphemeralPort = 40_000;
    private const int ProtocolFault = 22; // EINVAL
    private const int NotConnected = 107; // ENOTCONN

    private readonly SortedDictionary<int, (VirtualPipe Up, VirtualPipe Down)> _pipes = [];
    private readonly List<(VirtualSocket Client, long Arrival)> _connecting = [];
    private int _nextPort = FirstEphemeralPort;

    /// <summary>A client says which connection of the plan it is by the port that it dials: this one for connection 0. Whatever the port, it is put through to the one that listens.</summary>
    public const int FirstDialledPort = 10_000;

    /// <summary>The network of a connection, from the client to the server and back; asked when it is made.</summary>
    public Func<int, (NetworkModel Model, List<ByteFault> Faults)[]> Network { get; set; } = _ => [(new NetworkModel(), []), (new NetworkModel(), [])];

    /// <summary>Pipes keep what is sent.</summary>
    public bool RecordsStreams { get; set; }

    /// <summary>Pipes of a connection, from the client to the server and back; null when it was not made.</summary>
    public (VirtualPipe Up, VirtualPipe Down)? PipesOf(int connection) => _pipes.TryGetValue(connection, out (VirtualPipe Up, VirtualPipe Down) pipes) ? pipes : null;

    /// <summary>All pipes, by connection.</summary>
    public IEnumerable<VirtualPipe> Pipes => _pipes.Values.SelectMany(pipes => (VirtualPipe[])[pipes.Up, pipes.Down]);

    /// <summary>The connection that <c>accept4</c> has just given.</summary>
    public int LastAccepted { get; private set; }

    /// <summary>Connection requests and pipes that have something to hand over now: index into a fixed order.</summary>
    public List<Action> Deliveries
    {
        get
        {
            var ready = new List<Action>();
            foreach ((VirtualSocket client, long arrival) in _connecting)
            {
                if (arrival <= Clock.Microseconds) ready.Add(() => Establish(client));
            }

            foreach (VirtualPipe pipe in Pipes)
            {
                if (pipe.CanDeliver) ready.Add(() => DeliverFrom(pipe));
            }

            return ready;
        }
    }

    /// <summary>When the network does something by itself next; null when never.</summary>
    public long? NextEvent
    {
        get
        {
            long next = long.MaxValue;
            foreach ((_, long arrival) in _connecting) next = Math.Min(next, arrival);
            foreach (VirtualPipe pipe in Pipes) next = Math.Min(next, pipe.NextEvent ?? long.MaxValue);
            return next == long.MaxValue ? null : next;
        }
    }

    public int Socket() => Intercept("socket") is var fault and not 0 ? fault : Add(new VirtualSocket());

    public int Bind(int fd, int port)
    {
        if (Intercept("bind") is var fault and not 0) return fault;
        if (Find<VirtualSocket>(fd, "bind") is not { } socket) return -Errno.EBADF;
        socket.LocalPort = port == 0 ? _nextPort++ : port;
        return 0;
    }

    public int Listen(int fd)
    {
        if (Intercept("listen") is var fault and not 0) return fault;
        if (Find<VirtualSocket>(fd, "listen") is not { } socket) return -Errno.EBADF;
        socket.State = VirtualSocket.Stage.Listening;
        return 0;
    }

    public int Connect(int fd, int port)
    {
        // Interrupted, it goes on by itself: connect(2).
        int fault = Intercept("connect");
        if (fault is not 0 and not -Errno.EINTR) return fault;
        if (Find<VirtualSocket>(fd, "connect") is not { } socket) return -Errno.EBADF;
        socket.State = VirtualSocket.Stage.Connecting;
        socket.LocalPort = _nextPort++;
        socket.RemotePort = port;
        _connecting.Add((socket, Clock.Microseconds + Network(port - FirstDialledPort)[0].Model.Latency));
        return fault != 0 ? fault : -Errno.EINPROGRESS;
    }

    /// <summary><c>accept4(2)</c>, with the port on 127.0.0.1 that the connection comes from.</summary>
    public int Accept(int fd, out int peerPort)
    {
        peerPort = 0;
        if (Intercept("accept4") is var fault and not 0) return fault;
        if (Find<VirtualSocket>(fd, "accept4") is not { } listener) return -Errno.EBADF;
        if (!listener.Backlog.TryDequeue(out VirtualSocket? accepted)) return -Errno.EAGAIN;
        Activity++;
        LastAccepted = accepted.Connection;
        peerPort = accepted.RemotePort;
        return Add(accepted);
    }

    public int Send(int fd, ReadOnlySpan<byte> bytes, string call)
    {
        if (Intercept(call) is var fault and not 0) return fault;
        if (Find<VirtualSocket>(fd, call) is not { } socket) return -Errno.EBADF;
        if (socket.Error != 0) return -TakeError(socket);
        if (socket.SendIsShut || socket.IsReset) return -Errno.EPIPE;
        if (socket.Outgoing is not { } pipe) return -NotConnected;
        NetworkModel model = _models[pipe];
        if (Disturb(model.InterruptedOneIn)) return -Errno.EINTR;
        if (Disturb(model.WouldBlockOneIn)) return -Errno.EAGAIN;
        if (Disturb(model.NoBuffersOneIn)) return -Errno.ENOBUFS;
        int count = pipe.Write(bytes);

        // A fault may just have reset the connection under it.
        if (count == 0) return -Errno.EAGAIN;
        Activity++;
        return count;
    }

    public int Receive(int fd, Span<byte> destination, string call)
    {
        if (Intercept(call) is var fault and not 0) return fault;
        if (Find<VirtualSocket>(fd, call) is not { } socket) return -Errno.EBADF;
        if (socket.Incoming is not { } pipe) return socket.Error != 0 ? -TakeError(socket) : -NotConnected;
        if (pipe.Readable > 0)
        {
            NetworkModel model = _models[pipe];
            if (Disturb(model.InterruptedOneIn)) return -Errno.EINTR;
            if (Disturb(model.WouldBlockOneIn)) return -Errno.EAGAIN;
            Activity++;
            return pipe.Read(destination);
        }

        if (socket.Error != 0) return -TakeError(socket);
        if (pipe.EndArrived || socket.IsReset)
        {
            Activity++;
            return 0;
        }

        return -Errno.EAGAIN;
    }

    public int Shutdown(int fd)
    {
        if (Intercept("shutdown") is var fault and not 0) return fault;
        if (Find<VirtualSocket>(fd, "shutdown") is not { } socket) return -Errno.EBADF;
        if (socket.Outgoing is not { } pipe || socket.IsReset) return -NotConnected;
        Activity++;
        socket.SendIsShut = true;
        pipe.SendEnd();
        return 0;
    }

    public int SetOption(int fd, bool isLingerZero)
    {
        if (Intercept("setsockopt") is var fault and not 0) return fault;
        if (Find<VirtualSocket>(fd, "setsockopt") is not { } socket) return -Errno.EBADF;
        socket.ResetsOnClose |= isLingerZero;
        return 0;
    }

    /// <summary><c>SO_ERROR</c>.</summary>
    public int GetError(int fd, out int error)
    {
        error = 0;
        if (Intercept("getsockopt") is var fault and not 0) return fault;
        if (Find<VirtualSocket>(fd, "getsockopt") is not { } socket) return -Errno.EBADF;
        error = TakeError(socket);
        return 0;
    }

    /// <summary><c>getsockname(2)</c> or <c>getpeername(2)</c>: the port on 127.0.0.1.</summary>
    public int GetName(int fd, bool peer)
    {
        string call = peer ? "getpeername" : "getsockname";
        if (Intercept(call) is var fault and not 0) return fault;
        if (Find<VirtualSocket>(fd, call) is not { } socket) return -Errno.EBADF;
        if (peer && (socket.State != VirtualSocket.Stage.Connected || socket.IsReset)) return -NotConnected;
        return peer ? socket.RemotePort : socket.LocalPort;
    }

    private readonly Dictionary<VirtualPipe, NetworkModel> _models = [];

    private static int TakeError(VirtualSocket socket)
    {
        int error = socket.Error;
        socket.Error = 0;
        return error;
    }

    private void DeliverFrom(VirtualPipe pipe)
    {
        pipe.Deliver();
        Activity++;
    }

    private void Establish(VirtualSocket client)
    {
        _connecting.RemoveAll(entry => entry.Client == client);
        Activity++;
        if (!_files.ContainsValue(client)) return;
        VirtualSocket? listener = _files.Values.OfType<VirtualSocket>().FirstOrDefault(s => s.State == VirtualSocket.Stage.Listening);
        if (listener is null)
        {
            client.State = VirtualSocket.Stage.Failed;
            client.Error = Errno.ECONNREFUSED;
            return;
        }

        int connection = client.RemotePort - FirstDialledPort;
        var server = new VirtualSocket { State = VirtualSocket.Stage.Connected, LocalPort = listener.LocalPort, RemotePort = client.LocalPort, Connection = connection };
        client.State = VirtualSocket.Stage.Connected;
        (NetworkModel Model, List<ByteFault> Faults)[] network = Network(connection);
        _pipes.Add(connection, (Join(client, server, network[0]), Join(server, client, network[1])));
        listener.Backlog.Enqueue(server);
        client.Outgoing!.ApplyCut();
        server.Outgoing!.ApplyCut();
    }

    private VirtualPipe Join(VirtualSocket sender, VirtualSocket receiver, (NetworkModel Model, List<ByteFault> Faults) network)
    {
        var pipe = new VirtualPipe(network.Model, randomness, Clock, network.Faults)
        {
            SenderReset = () => sender.Reset(Errno.ECONNRESET),
            ReceiverReset = () => receiver.Reset(Errno.ECONNRESET),

            Recording = RecordsStreams ? [] : null,

            // What arrives at a socket that is closed is answered with a reset, on the way back.
            ArrivedAtClosed = () => receiver.Outgoing!.SendReset(),
        };
        _models.Add(pipe, network.Model);
        sender.Outgoing = pipe;
        receiver.Incoming = pipe;
        return pipe;
    }

    private void CloseSocket(VirtualSocket socket)
    {
        Activity++;
        foreach (VirtualSocket waiting in socket.Backlog) CloseSocket(waiting);
        if (socket.Incoming is not { } incoming || socket.Outgoing is not { } outgoing) return;
        incoming.ReceiverIsGone = true;
        if (socket.IsReset) return;
        if (socket.ResetsOnClose || incoming.Readable > 0) outgoing.SendReset();
        else if (!socket.SendIsShut) outgoing.SendEnd();
    }
}
