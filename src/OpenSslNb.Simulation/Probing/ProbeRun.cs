using System.Net.Sockets;

namespace OpenSslNb.Simulation.Probing;

/// <summary>A probe under way: its connection, its clients, and what has been made of the peer so far.</summary>
internal sealed class ProbeRun(ProbeTarget target) : IDisposable
{
    private readonly Dictionary<ClientProfile, TlsContext> _contexts = [];
    private readonly SealedRecords _sealed = new();
    private ProbeConnection? _connection;

    public ProbeTarget Target => target;

    /// <summary>The worst so far.</summary>
    public ProbeVerdict Verdict { get; private set; } = ProbeVerdict.Passed;

    public string Evidence { get; private set; } = "";

    /// <summary>Whether a step that has not been done yet may change anything.</summary>
    public bool IsDecided => Verdict is ProbeVerdict.Failed or ProbeVerdict.NotApplicable;

    /// <summary>Nobody listens any more.</summary>
    public bool IsGone { get; private set; }

    public SealedRecords Sealed => _sealed;

    public Reaction? Last => _connection?.Reaction;

    public async Task<ProbeConnection> ConnectedAsync(CancellationToken cancellation) => _connection ??= await ProbeConnection.ConnectAsync(target, cancellation);

    public ProbeConnection Current => _connection ?? throw new ProbeException("a step needs a connection, and there is none: begin with a handshake or with something that is sent");

    public SslMachine Machine => Current.Machine ?? throw new ProbeException("a step needs a handshake before it");

    /// <summary>The next step that needs a connection makes a new one.</summary>
    public void Leave()
    {
        _connection?.Dispose();
        _connection = null;
    }

    /// <summary>Puts a client on the connection.</summary>
    public async Task<ProbeConnection> BeginAsync(ClientProfile profile, ReadOnlyMemory<byte> early, CancellationToken cancellation)
    {
        ProbeConnection connection = await ConnectedAsync(cancellation);
        if (connection.Machine is not null) throw new ProbeException("a connection has one handshake: go on with another connection first");
        connection.Begin(ContextOf(profile), target.Name);
        if (!early.IsEmpty && !connection.Machine!.OfferEarlyData(early.Span)) Settle(ProbeVerdict.NotApplicable, "the peer's ticket does not allow early data");
        await connection.PumpAsync(cancellation);
        return connection;
    }

    /// <summary>Waits for a reaction and judges it.</summary>
    /// <param name="required">What the RFC asks for.</param>
    /// <param name="tolerated">What it can be lived with; null for nothing.</param>
    /// <param name="cancellation">Of the whole battery.</param>
    public async Task ExpectAsync(Outcome required, Outcome? tolerated, CancellationToken cancellation)
    {
        ProbeConnection connection = Current;
        Judge(await ObserveAsync(connection, required, cancellation), required, tolerated);
    }

    public void Judge(Reaction reaction, Outcome required, Outcome? tolerated)
    {
        if (required.IsMet(reaction)) Note(reaction.ToString());
        else if (tolerated?.IsMet(reaction) == true) Settle(ProbeVerdict.Tolerated, $"should be {required}; seen: {reaction}");
        else Settle(ProbeVerdict.Failed, $"expected {required}{(tolerated is null ? "" : $" (or at least {tolerated})")}; seen: {reaction}");
    }

    /// <summary>Whether another client, on a connection of its own, is served.</summary>
    public async Task ExpectOthersServedAsync(CancellationToken cancellation)
    {
        using var other = new ProbeRun(target);
        await other.VisitAsync(ClientProfile.Any, cancellation);
        IsGone |= other.IsGone;
        if (other.Verdict == ProbeVerdict.Failed) Settle(ProbeVerdict.Failed, $"another client is not served: {other.Evidence}");
        else Note("another client was served");
    }

    /// <summary>A client from its beginning to its end: handshake, request, answer. That it does not even come to a connection is a failure like any other.</summary>
    public async Task VisitAsync(ClientProfile profile, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(target.Timeout);
        try
        {
            await BeginAsync(profile, default, deadline.Token);
            await ExpectAsync(Outcome.Handshake, null, cancellation);
            if (!IsDecided) await ExpectServiceAsync(Outcome.Service, null, cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Settle(ProbeVerdict.Failed, $"no connection within {target.Timeout.TotalSeconds} s");
        }
        catch (SocketException e)
        {
            NoteFault(e);
            Settle(ProbeVerdict.Failed, e.Message);
        }
    }

    /// <summary>Sends the request and close_notify: a sound server answers, or ends without an alert.</summary>
    public async Task ExpectServiceAsync(Outcome required, Outcome? tolerated, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(target.Timeout);
        if (Machine.State == ConnectionState.Open)
        {
            Machine.Write(target.Request.Span);
            Machine.Shutdown();
        }

        await Current.PumpAsync(deadline.Token);
        await ExpectAsync(required, tolerated, cancellation);
    }

    public void Settle(ProbeVerdict verdict, string evidence)
    {
        if (IsDecided) return;
        Verdict = verdict;
        Evidence = evidence;
    }

    public void NoteFault(Exception fault) => IsGone |= fault is SocketException { SocketErrorCode: SocketError.ConnectionRefused };

    public void Dispose()
    {
        Leave();
        foreach (TlsContext context in _contexts.Values) context.Dispose();
    }

    /// <summary>How many sessions the profile's client has been given.</summary>
    public int SessionsOf(ClientProfile profile) => ContextOf(profile).SessionCount;

    private async Task<Reaction> ObserveAsync(ProbeConnection connection, Outcome required, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(target.Timeout);
        connection.BeginExpectation();
        bool wasAnswered = connection.Reaction.ServerHello is not null;
        while (!required.IsMet(connection.Reaction) && !connection.Reaction.HasEnded)
        {
            // Nothing that follows a raw ClientHello's answer could be read.
            if (!wasAnswered && connection.Reaction.ServerHello is not null) break;
            try
            {
                await connection.ReceiveAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                connection.NoteSilence();
                break;
            }
        }

        return connection.Reaction;
    }

    // What was seen last is the evidence of a probe that passes; a tolerance keeps its own.
    private void Note(string evidence)
    {
        if (Verdict == ProbeVerdict.Passed) Evidence = evidence;
    }

    private TlsContext ContextOf(ClientProfile profile)
    {
        if (_contexts.TryGetValue(profile, out TlsContext? context)) return context;
        TlsClientOptions options = profile.Configure(target.Client);
        return _contexts[profile] = TlsContext.CreateClient(options with
        {
            KeyLog = line =>
            {
                _sealed.Learn(line);
                options.KeyLog?.Invoke(line);
            },
        });
    }
}
