namespace OpenSslNb.Simulation;

/// <summary>The session that is taken apart byte by byte: handshake, three writes each way, new keys, close. With a calm network it is the same in every run.</summary>
/// <param name="Name">For people.</param>
/// <param name="Protocol">The version.</param>
/// <param name="Renegotiates">The client renegotiates in the middle (TLS 1.2).</param>
/// <param name="Resumes">The handshake resumes a session.</param>
internal sealed record ScriptedSession(string Name, TlsProtocol Protocol, bool Renegotiates, bool Resumes)
{
    /// <summary>TLS 1.2 with and without renegotiation, and 1.3; full and resumed.</summary>
    public static IReadOnlyList<ScriptedSession> All { get; } =
    [
        new("TLS 1.2", TlsProtocol.Tls12, false, false),
        new("TLS 1.2, resumed", TlsProtocol.Tls12, false, true),
        new("TLS 1.2, renegotiated", TlsProtocol.Tls12, true, false),
        new("TLS 1.2, resumed, renegotiated", TlsProtocol.Tls12, true, true),
        new("TLS 1.3", TlsProtocol.Tls13, false, false),
        new("TLS 1.3, resumed", TlsProtocol.Tls13, false, true),
    ];

    private const int HandshakeTime = 100;

    /// <summary>The plan of this session.</summary>
    public WorldPlan Plan(TransportKind transport = TransportKind.Buffered, PollerKind poller = PollerKind.Epoll)
    {
        ActionKind rekey = Protocol == TlsProtocol.Tls13 ? ActionKind.KeyUpdate : ActionKind.Renegotiate;
        var actions = new List<WorldAction> { new(0, 0, Side.Client, ActionKind.Connect) };
        foreach (Side side in (Side[])[Side.Client, Side.Server])
        {
            int start = HandshakeTime + (side == Side.Client ? 0 : 1);
            actions.Add(new WorldAction(start, 0, side, ActionKind.Send, 100));
            actions.Add(new WorldAction(start + 40, 0, side, ActionKind.Send, 1));
            actions.Add(new WorldAction(start + 60, 0, side, ActionKind.Send, 300));
            actions.Add(new WorldAction(start + 80, 0, side, ActionKind.CloseWrite));
        }

        if (Protocol == TlsProtocol.Tls13 || Renegotiates) actions.Add(new WorldAction(HandshakeTime + 20, 0, Side.Client, rekey));
        return new WorldPlan
        {
            Seed = 42,
            Protocol = Protocol,
            AllowRenegotiation = Renegotiates,
            ClientTransport = transport,
            ServerTransport = transport,
            Poller = poller,
            OffersSession = Resumes,
            Actions = actions,
        };
    }

    public override string ToString() => Name;
}
