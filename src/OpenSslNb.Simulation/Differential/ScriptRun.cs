using System.Net.Sockets;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Simulation.Differential;

/// <summary>A case under way: its connections to one peer, and what the peer does on them. One caller at a time.</summary>
internal sealed partial class ScriptRun(ProbeTarget target, TranscriptRecorder recorder) : IDisposable
{
    private readonly SealedRecords _sealed = new();
    private ProbeConnection? _connection;
    private TlsContext? _context;
    private string? _name;
    private int _sealedRecords;

    /// <summary>The peer has taken a connection.</summary>
    public bool HasConnected { get; private set; }

    private ProbeConnection Current => _connection ?? throw new ProbeException("there is no connection");

    private SslMachine Machine => Current.Machine ?? throw new ProbeException("there is no handshake");

    public async Task<string> ConnectAnewAsync(CancellationToken cancellation)
    {
        await LeaveAsync(cancellation);
        await ConnectedAsync(cancellation);
        return ScriptStep.Done;
    }

    public Task DeliverAsync(Delivery delivery, CancellationToken cancellation) => BoundedAsync(async deadline => await (await ConnectedAsync(deadline)).DeliverAsync(delivery, deadline), cancellation);

    public async Task<string> MutateAsync(Mutation mutation, CancellationToken cancellation)
    {
        (await ConnectedAsync(cancellation)).Mutate(mutation);
        return ScriptStep.Done;
    }

    public Task<string> SendRawAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => BoundedAsync(async deadline =>
    {
        ProbeConnection connection = await ConnectedAsync(deadline);
        RequireSendable(connection);
        await connection.SendAsync(bytes, deadline);
    }, cancellation);

    /// <summary>Does something with the machine and sends what it has to send.</summary>
    public Task<string> WithMachineAsync(Action<SslMachine> action, CancellationToken cancellation) => BoundedAsync(async deadline =>
    {
        RequireSendable(Current);
        if (Machine.State == ConnectionState.Failed) throw new ProbeException($"the connection is over: {Otherwise(Current.Reaction)}");
        action(Machine);
        await Current.PumpAsync(deadline);
    }, cancellation);

    public Task<string> EndSending()
    {
        RequireSendable(Current);
        Current.EndSending();
        return Task.FromResult(ScriptStep.Done);
    }

    public Task<string> Reset()
    {
        Current.Reset();
        Forget();
        return Task.FromResult(ScriptStep.Done);
    }

    /// <summary>Sends an alert: as it is while nothing is encrypted, and with TLS 1.3 within the encryption.</summary>
    public Task<string> SendAlertAsync(ReceivedAlert alert, CancellationToken cancellation)
    {
        byte[] content = [(byte)(alert.IsFatal ? 2 : 1), alert.Description];
        if (_connection?.Machine is not { Info: { } info }) return SendRawAsync(new TlsRecord(TlsRecord.Alert, content).ToBytes(), cancellation);
        if (Current.Suite is not { } suite || Current.HasRekeyed) throw new ProbeException($"an alert behind a handshake needs one of TLS 1.3 with one of {SealingSuite.Names}, and no KeyUpdate: this one has {info.CipherSuite}");

        // The machine knows nothing of records that were sealed here, nor this of the machine's.
        ulong sequence = (ulong)(Current.SentSinceFinished + _sealedRecords++);
        return SendRawAsync(_sealed.SealAt(sequence, Current.SecretName(SealedRecords.ApplicationSecret), suite, TlsRecord.Alert, content, padding: 0).ToBytes(), cancellation);
    }

    /// <summary>Ends the connection as a client does that has nothing more to say, and takes what the peer still does, to its end.</summary>
    public async Task LeaveAsync(CancellationToken cancellation)
    {
        if (_connection is not { } connection) return;
        Reaction reaction = connection.Reaction;
        bool isLost = FatalOf(reaction) is not null || connection.Machine is { State: ConnectionState.Failed };

        // Whoever has sent an alert, or close_notify, may have closed his socket: data that finds it closed makes a reset of what was an orderly end, or not, as it happens.
        if (!isLost && !reaction.HasCloseNotify && !connection.HasEndedSending && connection.Machine is { State: ConnectionState.Open }) await WithMachineAsync(machine => machine.Shutdown(), cancellation);
        if (!isLost) connection.EndSending();
        if (!await ObserveAsync(() => connection.Reaction.HasEnded, null, cancellation)) recorder.OnEnd(StreamEnd.Silent);
        Forget();
    }

    public void Dispose()
    {
        Forget();
        _context?.Dispose();
    }

    private void Forget()
    {
        _connection?.Dispose();
        _connection = null;
        _claims.Clear();
    }

    private async Task<ProbeConnection> ConnectedAsync(CancellationToken cancellation)
    {
        if (_connection is not null) return _connection;
        recorder.BeginConnection();
        try
        {
            await BoundedAsync(async deadline => _connection = await ProbeConnection.ConnectAsync(target, deadline), cancellation);
        }
        catch (SocketException e)
        {
            throw new UnwillingPeerException($"cannot connect: {e.Message}", e);
        }

        HasConnected = true;
        _connection!.Observer = recorder;
        return _connection;
    }

    // What would not go out is not done. Only what a step has seen counts: whether an end that nobody has read yet is there already is up to the network.
    private static void RequireSendable(ProbeConnection connection)
    {
        if (connection.HasEndedSending) throw new ProbeException("our direction of the connection has ended");
        if (connection.Reaction.End == StreamEnd.Reset) throw new ProbeException("the peer has reset the connection");
    }

    // A peer that takes nothing must not stop us for ever.
    private async Task<string> BoundedAsync(Func<CancellationToken, Task> act, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(target.Timeout);
        try
        {
            await act(deadline.Token);
            return ScriptStep.Done;
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new UnwillingPeerException("the peer did not take it before the deadline", e);
        }
    }
}
