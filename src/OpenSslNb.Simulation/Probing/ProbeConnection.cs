using System.Net.Sockets;

namespace OpenSslNb.Simulation.Probing;

/// <summary>One TCP connection to the peer, with our machine on it or without, and what the peer has done. One caller at a time.</summary>
internal sealed partial class ProbeConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[32 * 1024];
    private readonly List<byte> _held = [];
    private readonly HandshakeReader _raw = new();
    private byte[] _incoming = [];
    private byte[] _outgoing = [];
    private Mutation _mutation = Mutation.None;
    private Delivery _delivery = Delivery.Whole;
    private int _recordIndex;
    private int _delivered;
    private bool _isProtected;

    private ProbeConnection(Socket socket) => _socket = socket;

    public Reaction Reaction { get; private set; } = new();

    public SslMachine? Machine { get; private set; }

    /// <summary>Puts a machine on it; its first flight goes with the next <see cref="PumpAsync"/>.</summary>
    public void Begin(TlsContext context, string? name)
    {
        Machine = new SslMachine(context, name);
        Machine.Observe(this);
    }

    public void Mutate(Mutation mutation)
    {
        _mutation = mutation;
        _recordIndex = 0;
    }

    /// <summary>From here on; what was held back goes with it.</summary>
    public async Task DeliverAsync(Delivery delivery, CancellationToken cancellation)
    {
        _delivery = delivery;
        _delivered = 0;
        byte[] held = [.. _held];
        _held.Clear();
        await SendAsync(held, cancellation);
    }

    /// <summary>Lets the machine do what it can, and sends what it has for the peer.</summary>
    public async Task PumpAsync(CancellationToken cancellation)
    {
        if (Machine is not { } machine) return;
        if (machine.State != ConnectionState.Failed) Read(machine);
        _outgoing = [.. _outgoing, .. machine.Output];
        machine.SkipOutput(machine.Output.Length);
        await SendAsync(TakeRecords(), cancellation);
    }

    /// <summary>Sends bytes as the delivery says. That the peer takes no more is seen in its reaction.</summary>
    /// <param name="bytes">For the peer.</param>
    /// <param name="cancellation">Ends the wait. The bytes go all the same, as soon as they can, and before all that is sent after them.</param>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        int allowed = Math.Min(bytes.Length, Math.Max(_delivery.Limit - _delivered, 0));
        _held.AddRange(bytes.Span[allowed..]);
        _delivered += allowed;
        _sending = SendBehindAsync(_sending, bytes[..allowed], _delivery, _delivered - allowed, _gone.Token);
        await _sending.WaitAsync(cancellation);
    }

    /// <summary>RST in place of what else would be sent.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
        Reaction = Reaction with { End = StreamEnd.Reset };
    }

    /// <summary>Takes what the peer sends next, its end included.</summary>
    public async Task ReceiveAsync(CancellationToken cancellation)
    {
        (int count, StreamEnd end) = await ReceiveSomeAsync(cancellation);
        if (end != StreamEnd.Open)
        {
            End(end);
            return;
        }

        byte[] bytes = _buffer[..count];
        NoteRecords(bytes);
        Machine?.Feed(bytes);
        await PumpAsync(cancellation);
    }

    public void NoteSilence() => Reaction = Reaction with { End = StreamEnd.Silent };

    /// <summary>What was silence for one expectation is not for the next, and what was said before it is no answer to it.</summary>
    public void BeginExpectation()
    {
        Reaction = Reaction with { EarlierApplicationBytes = Reaction.ApplicationBytes };
        if (Reaction.End == StreamEnd.Silent) Reaction = Reaction with { End = StreamEnd.Open };
    }

    public void Dispose()
    {
        _gone.Cancel();
        Machine?.Dispose();
        _socket.Dispose();
        _gone.Dispose();
    }

    private byte[] TakeRecords()
    {
        var sent = new List<byte>();
        ReadOnlySpan<byte> rest = _outgoing;
        while (TlsRecord.Take(ref rest) is { } record)
        {
            foreach (TlsRecord mutated in _mutation.Apply(new OutgoingRecord(record, _recordIndex++, _isProtected || record.Type == TlsRecord.ApplicationData))) sent.AddRange(mutated.ToBytes());
            _isProtected |= record.Type == TlsRecord.ChangeCipherSpec;
        }

        _outgoing = rest.ToArray();
        return [.. sent];
    }

    private void Read(SslMachine machine)
    {
        byte[] plaintext = new byte[TransportSize];
        SslStep step;
        while ((step = machine.Read(plaintext)).IsDone)
        {
            Reaction = Reaction with { ApplicationBytes = Reaction.ApplicationBytes + step.Bytes };
            Observer?.OnData(plaintext.AsSpan(0, step.Bytes));
        }

        // A KeyUpdate may be waiting behind a write.
        if (machine.State is ConnectionState.Open or ConnectionState.PeerClosed) machine.Flush();
        if (machine.Info is { } info && Reaction.Info is null) Reaction = Reaction with { Info = info };
        if (step.Failure is { AlertReceived: null, Reason: not (CloseReason.Truncated or CloseReason.Reset) } failure) Refuse(failure.ToString());
    }

    private void End(StreamEnd end)
    {
        Reaction = Reaction with { End = end };
        if (Machine is not { State: not ConnectionState.Failed } machine) return;
        machine.FeedEndOfStream();
        Read(machine);
    }

    private const int TransportSize = 16 * 1024;
}
