using System.Net;
using OpenSslNb.Connections;
using OpenSslNb.Interop;

namespace OpenSslNb.Simulation;

/// <summary>
/// A simulated world: one loop for the clients and one for the servers, the virtual kernel between them, and a plan. Real OpenSSL and the real engine; time, network and schedule are the world's.
/// One thread makes it, steps it and disposes it.
/// </summary>
internal sealed partial class World : IDisposable
{
    private const int Port = 443;

    // Far above what any plan of ours needs.
    private const int MostSteps = 4_000_000;

    private readonly WorldPlan _plan;
    private readonly IChooser _chooser;
    private readonly VirtualKernel? _outerKernel = VirtualKernel.Current;
    private readonly WorldPeer[] _clients;
    private readonly WorldPeer[] _servers;
    private readonly ConnectRace?[] _races;
    private readonly EventLoop? _clientLoop;
    private readonly EventLoop? _serverLoop;
    private readonly TlsListener? _listener;
    private readonly WorldTrace _trace;
    private readonly SafeSslSessionHandle? _session;

    // What the clients' attempts to connect came to.
    private readonly List<Task<TlsConnection>> _connects = [];

    // Connections that the server could not take for want of memory.
    private readonly HashSet<int> _refused = [];
    private int _nextAction;

    /// <param name="plan">What happens.</param>
    /// <param name="chooser">Null for one that follows the plan.</param>
    /// <param name="trace">Sees each step too; null for none.</param>
    /// <param name="session">A session that the first connection offers; null for none. Stays the caller's.</param>
    public World(WorldPlan plan, IChooser? chooser = null, ITlsTrace? trace = null, SafeSslSessionHandle? session = null)
    {
        SimulationProcess.Install();
        _plan = plan with { Actions = [.. plan.Actions.OrderBy(action => action.At)] };
        _chooser = chooser ?? new PlannedChooser(plan);
        SpareBlocks = plan.SpareBlocks;
        _session = session;
        Clock = new VirtualClock();
        Kernel = new VirtualKernel(Clock, new Randomness(plan.Seed ^ 0x4E7)) { Network = NetworkOf };
        Kernel.SystemCallFaults.AddRange(plan.SystemCallFaults);
        VirtualKernel.Current = Kernel;
        _trace = new WorldTrace(trace, Violate);
        _clients = CreatePeers(Side.Client);
        _servers = CreatePeers(Side.Server);
        _races = new ConnectRace?[plan.ConnectionCount];
        TlsContext context = WorldContexts.Get(Side.Server, plan.Protocol, plan.AllowRenegotiation);
        _ = WorldContexts.Get(Side.Client, plan.Protocol, plan.AllowRenegotiation);
        SimulationProcess.OpenSslRandomness = new Randomness(plan.Seed ^ 0x0551);
        try
        {
            _clientLoop = CreateLoop("clients");
            _serverLoop = CreateLoop("servers");
            _listener = TlsListener.Start(_serverLoop, new IPEndPoint(IPAddress.Loopback, Port), context, Accept, new TlsListenerOptions { Connection = OptionsOf(_plan.ServerTransport) });
        }
        catch (IOException) when (Kernel.FiredSystemCallFaults.Count > 0)
        {
            // What cannot be had is the caller's to know: the world is over before it began.
            _nextAction = _plan.Actions.Count;
        }
    }

    public VirtualClock Clock { get; }

    public VirtualKernel Kernel { get; }

    /// <summary>Keeps every byte that is sent, in <see cref="VirtualPipe.Recording"/>. Before the first step.</summary>
    public bool RecordsStreams
    {
        get => Kernel.RecordsStreams;
        init => Kernel.RecordsStreams = value;
    }

    /// <summary>What must not be, in words; the world stops at the first.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>Exceptions that had nobody to go to.</summary>
    public List<Exception> Unhandled { get; } = [];

    /// <summary>Why clients have not come to a connection.</summary>
    public IEnumerable<Exception> ConnectFaults => _connects.Where(connect => connect.IsFaulted).Select(connect => connect.Exception!.GetBaseException());

    public int StepCount { get; private set; }

    public IReadOnlyList<WorldPeer> Clients => _clients;

    public IReadOnlyList<WorldPeer> Servers => _servers;

    public WorldPlan Plan => _plan;

    /// <summary>True when every connection has ended and everything of the plan has happened.</summary>
    public bool IsOver => _nextAction == _plan.Actions.Count && Peers.All(IsSettled);

    private IEnumerable<EventLoop> Loops
    {
        get
        {
            if (_clientLoop is not null) yield return _clientLoop;
            if (_serverLoop is not null) yield return _serverLoop;
        }
    }

    private IEnumerable<WorldPeer> Peers => _clients.Concat(_servers);

    /// <summary>Steps until the world is over, stands still or breaks a rule.</summary>
    public void Run()
    {
        while (Violations.Count == 0 && !IsOver && Step())
        {
            if (StepCount > MostSteps) Violate($"still not over after {MostSteps} steps");
        }

        if (Violations.Count == 0) CheckEnd();
    }

    /// <summary>Lets one thing happen.</summary>
    /// <returns>False when nothing can happen any more.</returns>
    public bool Step()
    {
        List<Action> enabled = Enabled();
        while (enabled.Count == 0)
        {
            if (NextTime() is not { } time) return false;
            Clock.AdvanceTo(time);
            enabled = Enabled();
        }

        StepCount++;
        enabled[enabled.Count == 1 ? 0 : _chooser.Choose(enabled.Count)]();
        for (int i = 0; i < _races.Length; i++) _clients[i].Connection ??= _races[i]?.Connection;
        CheckStep();
        return true;
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _clientLoop?.Dispose();
        _serverLoop?.Dispose();
        foreach (WorldPeer peer in Peers) peer.Session?.Dispose();
        _trace.Dispose();
        Kernel.Dispose();
        VirtualKernel.Current = _outerKernel;
    }

    /// <summary>Digest of every byte that was sent and every step that was made.</summary>
    public byte[] Digest() => _trace.Digest(Kernel.Pipes);

    /// <summary>What may happen now, in a fixed order.</summary>
    public List<Action> Enabled()
    {
        List<Action> enabled = Kernel.Deliveries;
        foreach (EventLoop loop in Loops)
        {
            if (NeedsTurn(loop)) enabled.Add(() => Turn(loop));
        }

        if (_nextAction < _plan.Actions.Count && TimeOf(_plan.Actions[_nextAction]) <= Clock.Microseconds) enabled.Add(PerformNext);
        AddBlocks(enabled);
        return enabled;
    }

    private static long TimeOf(WorldAction action) => action.At * 1000L;

    private WorldPeer[] CreatePeers(Side side) => [.. Enumerable.Range(0, _plan.ConnectionCount).Select(i => new WorldPeer(i, side, Violate) { LargestSend = _plan.OutboundLimit })];

    private EventLoop CreateLoop(string name)
    {
        var loop = EventLoop.CreateDriven(new EventLoopOptions { Clock = Clock, Poller = _plan.Poller, Name = name, BytesPerTurn = _plan.BytesPerTurn });
        loop.UnhandledCallbackException += e =>
        {
            Unhandled.Add(e);
            if (IsShortage(e)) _refused.Add(Kernel.LastAccepted);
        };
        return loop;
    }

    private TlsConnectionOptions OptionsOf(TransportKind transport)
    {
        var deadline = TimeSpan.FromSeconds(_plan.DeadlineSeconds);
        return new TlsConnectionOptions
        {
            Transport = transport,
            OutboundLimit = _plan.OutboundLimit,
            LowWaterMark = _plan.OutboundLimit / 4,
            CiphertextLimit = _plan.CiphertextLimit,
            InboundLimit = _plan.InboundLimit,
            HandshakeTimeout = deadline,
            IdleTimeout = deadline,
            WriteTimeout = deadline,
            ShutdownTimeout = deadline,
            RenegotiationsPerMinute = int.MaxValue,
            Trace = _trace,
        };
    }

    private (NetworkModel Model, List<ByteFault> Faults)[] NetworkOf(int connection)
    {
        List<ByteFault> FaultsOf(Side sender) => [.. _plan.Faults.Where(fault => fault.Connection == connection && fault.Sender == sender).Select(fault => fault.Fault)];
        return [(_plan.Up, FaultsOf(Side.Client)), (_plan.Down, FaultsOf(Side.Server))];
    }

    private TlsConnectionHandler Accept(TlsConnection connection)
    {
        WorldPeer peer = _servers[Kernel.LastAccepted];
        peer.Connection = connection;
        return peer;
    }

    private bool NeedsTurn(EventLoop loop)
    {
        if (loop.HasWork || loop.MillisecondsToNextTimer == 0) return true;
        Kernel.IsPeeking = true;
        bool ready = loop.HasEvents;
        Kernel.IsPeeking = false;
        return ready;
    }

    // When the next thing happens by itself; null when nothing ever will.
    private long? NextTime()
    {
        long next = Kernel.NextEvent ?? long.MaxValue;
        if (_nextAction < _plan.Actions.Count) next = Math.Min(next, TimeOf(_plan.Actions[_nextAction]));
        foreach (EventLoop loop in Loops)
        {
            int timer = loop.MillisecondsToNextTimer;
            if (timer >= 0) next = Math.Min(next, (Clock.Microseconds / 1000 * 1000) + (timer * 1000L));
        }

        return next == long.MaxValue ? null : Math.Max(next, Clock.Microseconds + 1);
    }

    private void PerformNext()
    {
        WorldAction action = _plan.Actions[_nextAction++];
        if (action.Kind == ActionKind.Connect) BeginConnect(action.Connection);
        else (action.Side == Side.Client ? _clients : _servers)[action.Connection].Perform(action);
    }

    private void BeginConnect(int connection)
    {
        SafeSslSessionHandle? session = connection == 0 ? _session : _plan.Resume ? _clients[connection - 1].Session : null;
        var options = new TlsConnectOptions { ServerName = WorldContexts.ServerName, Connection = OptionsOf(_plan.ClientTransport), Session = session };
        TlsContext context = WorldContexts.Get(Side.Client, _plan.Protocol, _plan.AllowRenegotiation);
        _races[connection] = new ConnectRace(_clientLoop!, WorldContexts.ServerName, context, _clients[connection], options);
        _connects.Add(_races[connection]!.RunAsync([new IPEndPoint(IPAddress.Loopback, VirtualKernel.FirstDialledPort + connection)]));
    }

    // Ended, or never begun with nobody left to begin it.
    private bool IsSettled(WorldPeer peer) => peer.Outcome is not null || (peer.Connection is null && (peer.Side == Side.Client ? _races[peer.Number] is null or { IsOver: true } : !MayStillBeAccepted(peer)));

    private bool MayStillBeAccepted(WorldPeer peer) => !_refused.Contains(peer.Number) && _races[peer.Number] is { } race && (!race.IsOver || Kernel.PipesOf(peer.Number) is not null);

    /// <summary>Whether an exception that had nobody to go to is one that a lack of memory explains.</summary>
    public bool IsShortage(Exception e) => _plan.MayLackMemory && e is OpenSslException;

    private void Violate(string what) => Violations.Add($"step {StepCount}, {Clock.Microseconds} us: {what}");
}
