using System.Runtime.InteropServices;
using OpenSslNb.Conformance.SslTests.Cases;
using OpenSslNb.Interop;

namespace OpenSslNb.Conformance.SslTests.Replay;

/// <summary>One connection of a case between two machines, from the first hello to both close_notify.</summary>
internal sealed class CaseConnection : IDisposable
{
    // A megabyte in records of 512 bytes, and some.
    private const int MostRounds = 100_000;

    // An answer of the application, and what comes of it, move no byte.
    private const int MostIdleRounds = 3;

    private readonly SslTestCase _test;
    private readonly CaseContexts _contexts;
    private readonly int _chunk;
    private readonly Peer _server;
    private readonly Peer _client;
    private Peer? _firstToFail;

    /// <param name="test">The case.</param>
    /// <param name="contexts">Of this connection.</param>
    /// <param name="client">The client's configuration in this connection.</param>
    /// <param name="chunk">Most bytes that are carried before the other side looks at them.</param>
    public CaseConnection(SslTestCase test, CaseContexts contexts, SideConfiguration client, int chunk)
    {
        _test = test;
        _contexts = contexts;
        _chunk = chunk;
        _server = new Peer(test, contexts.Server);
        _client = new Peer(test, contexts.Client) { LateVerdict = contexts.LateVerdict };
        if (client["ServerName"] is { } name && name != "None") NativeCalls.AskForName(_client.Ssl, name);
    }

    /// <summary>The client offers this session.</summary>
    public void Offer(SafeSslSessionHandle session) => _client.Machine.Instance.OfferSession(session);

    /// <summary>The client's session as it is in the end; null when there is none.</summary>
    public SafeSslSessionHandle? ClientSession => _client.Machine.Instance.TakeSession();

    /// <summary>A copy of the server's, which belongs to no cache; null when there is none.</summary>
    public unsafe SafeSslSessionHandle? ServerSession =>
        LibSsl.SSL_get_session(_server.Ssl) is not 0 and nint session && LibSsl.SSL_SESSION_dup(session) is not 0 and nint copy ? SafeSslSessionHandle.Adopt(copy) : null;

    /// <summary>Goes through the case's phases, as far as both sides can.</summary>
    public Observed Run()
    {
        bool isStuck = false;
        foreach (Phase phase in PhasesOf(_test.HandshakeMode))
        {
            isStuck = !Run(phase);
            if (isStuck || _firstToFail is not null) break;
        }

        ReplayResult result = _firstToFail is not null ? (_firstToFail.IsServer ? ReplayResult.ServerFail : ReplayResult.ClientFail) : isStuck ? ReplayResult.InternalError : ReplayResult.Success;
        if (_contexts.LateVerdict is not null && !_client.WaitedForVerdict) result = ReplayResult.ServerFail;
        return Observe(result);
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    private static Phase[] PhasesOf(string mode) => mode switch
    {
        "Simple" or "Resume" => [Phase.Handshake, Phase.Data, Phase.Shutdown],
        "RenegotiateServer" or "RenegotiateClient" => [Phase.Handshake, Phase.Data, Phase.Renegotiation, Phase.Data, Phase.Shutdown],
        "KeyUpdateServer" or "KeyUpdateClient" => [Phase.Handshake, Phase.Data, Phase.KeyUpdate, Phase.Data, Phase.Shutdown],
        "PostHandshakeAuth" => [Phase.Handshake, Phase.Data, Phase.CertificateRequest, Phase.Data, Phase.Shutdown],
        _ => throw new FormatException($"HandshakeMode = {mode} is not known"),
    };

    // False when nothing moves any more and nobody has failed.
    private bool Run(Phase phase)
    {
        _client.Begin(phase);
        _server.Begin(phase);
        int idle = 0;
        for (int round = 0; round < MostRounds && idle < MostIdleRounds; round++)
        {
            bool moved = Turn(_client, _server) | Turn(_server, _client);
            if (!moved && _client.IsDone && _server.IsDone) return true;
            idle = moved ? 0 : idle + 1;
        }

        return _firstToFail is not null;
    }

    private bool Turn(Peer from, Peer to)
    {
        Step(from);
        bool moved = false;
        while (from.Machine.Output is { Length: > 0 } output)
        {
            byte[] bytes = output[..Math.Min(_chunk, output.Length)].ToArray();
            from.Machine.SkipOutput(bytes.Length);
            to.Machine.Feed(bytes);
            Step(to);
            moved = true;
        }

        return moved;
    }

    private void Step(Peer peer)
    {
        peer.Step();
        if (peer.Fault is not null) _firstToFail ??= peer;
    }

    private Observed Observe(ReplayResult result) => new()
    {
        Result = result,
        Fault = string.Join("; ", new[] { ("the client", _client.Fault), ("the server", _server.Fault) }.Where(side => side.Fault is not null).Select(side => $"{side.Item1}: {side.Fault}")),
        Server = Observe(_server),
        Client = Observe(_client),
        ChosenServer = _contexts.ServerChosenFor(_server.Ssl),
        UsedForbiddenTicketKeys = _contexts.UsedForbiddenTicketKeys,
        HasTicket = NativeCalls.HasTicket(_client.Ssl),
        HasSessionId = NativeCalls.HasSessionId(_client.Ssl),
        TicketData = NativeCalls.TicketData(_server.Ssl),
        TemporaryKey = NativeCalls.TemporaryKeyOf(_client.Ssl),
    };

    private static unsafe SideObserved Observe(Peer peer)
    {
        int hash;
        int type;
        byte* protocol;
        uint length;
        _ = LibSsl.SSL_get_peer_signature_nid(peer.Ssl, &hash) == 1 ? 1 : hash = 0;
        _ = LibSsl.SSL_get_peer_signature_type_nid(peer.Ssl, &type) == 1 ? 1 : type = 0;
        LibSsl.SSL_get0_alpn_selected(peer.Ssl, &protocol, &length);
        nint cipher = LibSsl.SSL_get_current_cipher(peer.Ssl);
        return new SideObserved
        {
            AlertSent = peer.Machine.Instance.AlertSent,
            LastAlertsSent = peer.LastAlertsSent,
            Protocol = LibSsl.SSL_version(peer.Ssl),
            Cipher = cipher == 0 ? "" : Marshal.PtrToStringUTF8((nint)LibSsl.SSL_CIPHER_get_name(cipher)) ?? "",
            IsResumed = LibSsl.SSL_session_reused(peer.Ssl) != 0,
            ApplicationProtocol = length == 0 ? null : Marshal.PtrToStringUTF8((nint)protocol, (int)length),
            PeerSignatureHash = hash,
            PeerSignatureType = type,
            PeerCertificateKey = NativeCalls.CertificateKeyOf(peer.Ssl),
            PeerAuthorities = NativeCalls.PeerAuthorities(peer.Ssl),
        };
    }
}
