namespace OpenSslNb.Simulation.Probing;

/// <summary>Clients that take their time. A server may give them up, but must not let others wait for them.</summary>
internal static class PatienceProbes
{
    private const string Reference = "RFC 5246 §F.5";

    public static IEnumerable<Probe> All => new[]
    {
        Probe.Named("slow-hello", Reference, "while a client is in the middle of its ClientHello others are served; then it is served too, or was given up")
            .Deliver(Delivery.UpTo(60)).BeginHandshake(ClientProfile.Any).ExpectOthersServed().Deliver(Delivery.Whole).Expect(Outcome.Handshake, Outcome.Ended).ExpectServiceUnlessGivenUp(),
        Probe.Named("slow-handshake", Reference, "while a client is in the middle of its handshake others are served; then it is served too, or was given up")
            .BeginHandshake(ClientProfile.Any).Deliver(Delivery.UpTo(0)).Expect(Outcome.Message("ServerHello") | Outcome.Message("HelloRetryRequest")).ExpectOthersServed().Deliver(Delivery.Whole).Expect(Outcome.Handshake, Outcome.Ended).ExpectServiceUnlessGivenUp(),
        Probe.Named("slow-client", Reference, "while a client has connected and says nothing others are served; then it is served too, or was given up")
            .Connect().ExpectOthersServed().BeginHandshake(ClientProfile.Any).Expect(Outcome.Handshake, Outcome.Ended).ExpectServiceUnlessGivenUp(),
        Probe.Named("slow-bytes", Reference, "a ClientHello that comes in pieces, with pauses, is waited for")
            .Deliver(Delivery.Slowly(100, TimeSpan.FromMilliseconds(20))).BeginHandshake(ClientProfile.Any).Expect(Outcome.Handshake, Outcome.Ended),
        Probe.Named("slow-reader", Reference, "while a client does not read others are served")
            .Handshake(ClientProfile.Any).SendRequest().ExpectOthersServed(),
    }.Select(probe => probe.In("patience"));
}
