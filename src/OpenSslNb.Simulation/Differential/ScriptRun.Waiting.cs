using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Simulation.Differential;

/// <content>The steps that wait for the peer. Each takes records one by one and stops behind the one that it waited for.</content>
internal sealed partial class ScriptRun
{
    private const string End = "end";
    private const string Alert = "alert";
    private const string CloseNotify = "close_notify";
    private const string Data = "data";

    // What the steps before have waited for already, on this connection.
    private readonly Dictionary<string, int> _claims = [];

    /// <summary>What <c>wait</c> can wait for.</summary>
    public static IReadOnlyList<string> Waits { get; } =
        [End, Alert, CloseNotify, Data, "HelloRequest", "HelloRetryRequest", "ServerHello", "NewSessionTicket", "EncryptedExtensions", "Certificate", "ServerKeyExchange", "CertificateRequest", "ServerHelloDone", "CertificateVerify", "CertificateStatus", "Finished", "KeyUpdate"];

    public static bool CanWaitFor(string word) => Waits.Contains(word);

    public async Task<string> SendHelloAsync(Func<string?, byte[]> make, bool waits, CancellationToken cancellation)
    {
        await SendRawAsync(make(target.NameForHello), cancellation);
        if (!waits) return ScriptStep.Done;
        ProbeConnection connection = Current;
        ServerHelloFacts? before = connection.Reaction.ServerHello;
        if (!await ObserveAsync(() => !ReferenceEquals(connection.Reaction.ServerHello, before) || IsOver(connection.Reaction), null, cancellation)) return Otherwise(connection.Reaction);
        Reaction reaction = connection.Reaction;
        return reaction.ServerHello is { } hello && !ReferenceEquals(hello, before) ? hello.IsRetryRequest ? "HelloRetryRequest" : "ServerHello" : Otherwise(reaction);
    }

    public async Task<string> HandshakeAsync(ClientProfile profile, bool hasName, string? name, bool waits, CancellationToken cancellation)
    {
        // Another client each time: what should be resumed is said by a step of its own.
        _context?.Dispose();
        _context = null;
        TlsClientOptions options = profile.Configure(target.Client);
        _context = TlsContext.CreateClient(options with { KeyLog = _sealed.Learn });
        _name = hasName ? name : target.Name;
        return await BeginAsync(waits, cancellation);
    }

    public async Task<string> ResumeAsync(CancellationToken cancellation)
    {
        await LeaveAsync(cancellation);
        return await BeginAsync(waits: true, cancellation);
    }

    public async Task<string> RenegotiateAsync(CancellationToken cancellation)
    {
        ProbeConnection connection = Current;
        int finished = CountOf("Finished");
        int alerts = connection.Reaction.Alerts.Count;
        await WithMachineAsync(machine => machine.Renegotiate(), cancellation);
        bool isMet = await ObserveAsync(() => CountOf("Finished") > finished || connection.Reaction.Alerts.Count > alerts || IsOver(connection.Reaction), null, cancellation);
        return isMet && CountOf("Finished") > finished ? "renegotiated" : connection.Reaction.Alerts.Count > alerts ? connection.Reaction.Alerts[alerts].ToString() : Otherwise(connection.Reaction);
    }

    public async Task<string> ExpectDataAsync(int count, CancellationToken cancellation)
    {
        bool isMet = await ObserveAsync(() => recorder.Unclaimed >= count, null, cancellation);
        int unclaimed = recorder.Unclaimed;
        return isMet ? recorder.Claim(count) : $"{(unclaimed == 0 ? "nothing" : recorder.Claim(unclaimed))}, then {Otherwise(Current.Reaction)}";
    }

    /// <summary>Waits for something that no step has waited for yet, or for the end.</summary>
    public async Task<string> WaitAsync(string until, TimeSpan? patience, CancellationToken cancellation)
    {
        ProbeConnection connection = Current;
        bool IsThere() => until switch
        {
            End => connection.Reaction.HasEnded,
            Alert => connection.Reaction.Alerts.Count > _claims.GetValueOrDefault(until),
            CloseNotify => connection.Reaction.HasCloseNotify,
            Data => recorder.Unclaimed > 0,
            _ => CountOf(until) > _claims.GetValueOrDefault(until),
        };
        if (!await ObserveAsync(IsThere, patience, cancellation)) return Otherwise(connection.Reaction);
        int claimed = _claims.GetValueOrDefault(until);
        _claims[until] = claimed + 1;
        return until switch { End => TranscriptRecorder.Word(connection.Reaction.End), Alert => connection.Reaction.Alerts[claimed].ToString(), _ => until };
    }

    private async Task<string> BeginAsync(bool waits, CancellationToken cancellation)
    {
        ProbeConnection connection = await ConnectedAsync(cancellation);
        _sealedRecords = 0;
        connection.Begin(_context ?? throw new ProbeException("there is no handshake to be resumed"), _name);
        await BoundedAsync(connection.PumpAsync, cancellation);
        if (!waits) return ScriptStep.Done;
        await ObserveAsync(() => connection.Reaction.Info is not null || IsOver(connection.Reaction), null, cancellation);
        return connection.Reaction.Info is { } info ? Describe(info) : Otherwise(connection.Reaction);
    }

    private static string Describe(TlsConnectionInfo info) =>
        $"{(info.Protocol == TlsProtocol.Tls13 ? "TLS 1.3" : "TLS 1.2")}, {info.CipherSuite}{(info.Group is null ? "" : $", {info.Group}")}{(info.ApplicationProtocol is null ? "" : $", alpn {info.ApplicationProtocol}")}{(info.IsResumed ? ", resumed" : "")}";

    private int CountOf(string message) => Current.Reaction.Messages.Count(name => name == message);

    // Behind a warning the peer may go on.
    private static ReceivedAlert? FatalOf(Reaction reaction) => reaction.Alerts.Where(alert => alert.IsFatal).Select(alert => (ReceivedAlert?)alert).FirstOrDefault();

    private static bool IsOver(Reaction reaction) => FatalOf(reaction) is not null || reaction.Refusal is not null || reaction.NoRecords is not null || reaction.HasEnded;

    // What was there in place of what was waited for.
    private static string Otherwise(Reaction reaction) =>
        FatalOf(reaction) is { } fatal ? fatal.ToString() : reaction.Refusal is not null ? "refused by us" : reaction.NoRecords is not null ? "no TLS" : reaction.HasEnded ? TranscriptRecorder.Word(reaction.End) : "silence";

    /// <returns>False when the stream has ended, or the deadline has come, before.</returns>
    private async Task<bool> ObserveAsync(Func<bool> isMet, TimeSpan? patience, CancellationToken cancellation)
    {
        ProbeConnection connection = Current;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(patience ?? target.Timeout);
        while (!isMet())
        {
            if (connection.Reaction.HasEnded) return false;
            try
            {
                await connection.AdvanceAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return false;
            }
        }

        return true;
    }
}
