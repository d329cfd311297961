using System.Runtime.InteropServices;
using OpenSslNb.Conformance.SslTests.Cases;
using OpenSslNb.Interop;

namespace OpenSslNb.Conformance.SslTests.Replay;

/// <summary>The contexts of one connection of a case, and what their callbacks have seen.</summary>
internal sealed class CaseContexts : IDisposable
{
    private const int SmallestFragment = 512;
    private const int KeptSessions = 20_480;
    private const int OpenSslTicketCount = 2;
    private const int Tls11 = 0x0302;
    private const string Server1Name = "server1";
    private const string Server2Name = "server2";

    private readonly SslTestCase _test;
    private readonly CountedTicketKeys _server2Keys = new();
    private readonly List<IDisposable> _owned = [];
    private readonly bool _hasChoice;
    private TlsContext? _server2;
    private string? _chosenByHello;
    private nint _ticketText;

    /// <param name="test">The case.</param>
    /// <param name="server">The server's configuration in this connection.</param>
    /// <param name="client">The client's.</param>
    /// <param name="first">The connection whose session is to be resumed; null when this is the first.</param>
    public CaseContexts(SslTestCase test, SideConfiguration server, SideConfiguration client, CaseContexts? first)
    {
        _test = test;
        try
        {
            // As in OpenSSL's own program, only the first connection knows of other names.
            string names = first is null ? server["ServerNameCallback"] ?? "None" : "None";
            _hasChoice = names != "None";
            Server = Own(CreateServer(server, options => ByName(WithTickets(options, server, first), names)));
            Client = Own(CreateClient(client));
            int fragment = test.Number("MaxFragmentSize", SmallestFragment);
            foreach (TlsContext context in _owned.OfType<TlsContext>()) NativeCalls.LimitFragments(context, fragment);
            SetRawCallbacks(server, names);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public TlsContext Server { get; private init; }

    public TlsContext Client { get; private init; }

    /// <summary>Which server the name has led a connection to; null when there is no choice.</summary>
    /// <param name="ssl">The connection at the server.</param>
    public unsafe string? ServerChosenFor(nint ssl)
    {
        if (!_hasChoice) return null;
        SafeSslCtxHandle? second = _server2?.Handle ?? Server.Names?.Find("server2"u8);
        return _chosenByHello ?? (LibSsl.SSL_get_SSL_CTX(ssl) == second?.Pointer ? Server2Name : Server1Name);
    }

    /// <summary>True when the second server's ticket keys were used: tickets are the first one's affair.</summary>
    public bool UsedForbiddenTicketKeys => _server2Keys.WasAsked;

    /// <summary>The client's verdict that is to come later; null when none is.</summary>
    public TaskCompletionSource<bool>? LateVerdict { get; private set; }

    public void Dispose()
    {
        _owned.ForEach(owned => owned.Dispose());
        Marshal.FreeCoTaskMem(_ticketText);
    }

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    // OpenSSL's own defaults, where this library has others: any version, the level of security that its sources name, its number of tickets, and a cache. Renegotiation is allowed where the case is about it.
    private T WithDefaults<T>(T options, SideConfiguration side)
        where T : TlsOptions => options with
        {
            LeavesAllToCommands = true,
            MinimumProtocol = TlsProtocol.Default,
            SecurityLevel = OpenSslLibrary.Version.Number >= 0x30200000UL ? 2 : 1,
            AllowRenegotiation = _test.HandshakeMode.StartsWith("Renegotiate", StringComparison.Ordinal),
            OpenSslCommands = side.Commands,
            ApplicationProtocols = side["ALPNProtocols"] is { } protocols ? [.. protocols.Split(',', StringSplitOptions.RemoveEmptyEntries)] : [],
        };

    private TlsContext CreateServer(SideConfiguration side, Func<TlsServerOptions, TlsServerOptions> more)
    {
        TlsServerOptions options = WithDefaults(new TlsServerOptions { SessionTicketCount = OpenSslTicketCount, SessionCacheSize = KeptSessions }, side);

        // A list of nothing, with which every client is refused that offers something: the library has no such thing, but one that nobody offers.
        if (side["ALPNProtocols"] is { Length: 0 }) options = options with { ApplicationProtocols = ["nothing"] };
        TlsContext server = TlsContext.CreateServer(more(options));
        NativeCalls.ChooseDhByItself(server);
        return server;
    }

    private TlsContext CreateClient(SideConfiguration side) => TlsContext.CreateClient(WithDefaults(new TlsClientOptions(), side) with
    {
        VerifyPeer = VerdictOf(side["VerifyCallback"]),
        MaximumFragmentLength = side["MaxFragmentLenExt"] is { } length && int.TryParse(length, out int bytes) ? bytes : null,
        AllowPostHandshakeAuthentication = side.Is("EnablePHA", "Yes"),
    });

    private static TlsServerOptions WithTickets(TlsServerOptions options, SideConfiguration server, CaseContexts? first)
    {
        if (server.Is("BrokenSessionTicket", "Yes")) return options with { TicketKeys = new NoTicketKeys() };
        return options with { TicketKeysOf = first?.Server };
    }

    private Func<TlsPeerVerification, ValueTask<bool>>? VerdictOf(string? callback)
    {
        switch (callback)
        {
            case null or "None":
                return null;
            case "AcceptAll":
                return static _ => new(true);
            case "RejectAll":
                return static _ => new(false);
            case "RetryOnce":
                LateVerdict = new TaskCompletionSource<bool>();
                return _ => new(LateVerdict.Task);
            default:
                throw new FormatException($"{_test}: VerifyCallback = {callback} is not known");
        }
    }

    // The library has three ways to serve names: certificates of the same configuration, contexts by the client's first message, and, here, OpenSSL's callback for contexts that differ in more.
    private TlsServerOptions ByName(TlsServerOptions options, string names)
    {
        if (names == "None") return options;
        SideConfiguration server2 = _test.Server2 ?? _test.Server;
        if (names.StartsWith("ClientHello", StringComparison.Ordinal)) return options with { SelectContext = ChooserOf(names, server2) };
        bool isAlike = server2.Commands.SequenceEqual(_test.Server.Commands) && server2["ALPNProtocols"] is null && _test.Server["ALPNProtocols"] is null && server2["SessionTicketAppData"] is null;
        if (!isAlike)
        {
            _server2 = Own(CreateServer(server2, other => other with { TicketKeys = _server2Keys }));
            return options;
        }

        string File(string command) => server2.Commands.Single(line => line.Key == command).Value;
        TlsCertificate Load() => Own(TlsCertificate.FromPemFiles(File("Certificate"), File("PrivateKey")));
        return options with
        {
            NamedCertificates = new Dictionary<string, TlsCertificate> { [Server1Name] = Load(), [Server2Name] = Load() },
            UnknownServerName = names == "RejectMismatch" ? UnknownServerName.Refuse : UnknownServerName.UseDefault,
        };
    }

    private Func<TlsClientHello, ValueTask<TlsContext?>> ChooserOf(string names, SideConfiguration server2)
    {
        TlsContext? first = names == "ClientHelloNoV12" ? Own(CreateServer(_test.Server, options => options with { MaximumProtocol = (TlsProtocol)Tls11 })) : null;
        TlsContext second = Own(CreateServer(server2, options => options with { MaximumProtocol = first is null ? options.MaximumProtocol : (TlsProtocol)Tls11, TicketKeys = _server2Keys }));
        return hello =>
        {
            if (hello.ServerName is not ("server1" or Server2Name) && (hello.ServerName is null || names != "ClientHelloIgnoreMismatch")) throw new TlsAlertException(SslConst.SSL_AD_UNRECOGNIZED_NAME, "the case refuses this name");
            _chosenByHello = hello.ServerName == Server2Name ? Server2Name : Server1Name;
            return new(hello.ServerName == Server2Name ? second : first);
        };
    }

    private void SetRawCallbacks(SideConfiguration server, string names)
    {
        if (server["CertStatus"] is { } status && status != "None") CaseCallbacks.Staple(Server, Client, good: status.StartsWith("Good", StringComparison.Ordinal));
        if (server["SessionTicketAppData"] is { } text) CaseCallbacks.PutIntoTickets(Server, _ticketText = Marshal.StringToCoTaskMemUTF8(text));
        if (_server2 is null) return;
        CaseCallbacks.SwitchByName(Server, _server2, refuses: names == "RejectMismatch");
        if (_test.Server2?["SessionTicketAppData"] is not null) CaseCallbacks.PutIntoTickets(_server2, 0);
    }

    private sealed class NoTicketKeys : ITicketKeySource
    {
        public IReadOnlyList<TicketKey> Keys => [];
    }

    private sealed class CountedTicketKeys : ITicketKeySource
    {
        public bool WasAsked { get; private set; }

        public IReadOnlyList<TicketKey> Keys
        {
            get
            {
                WasAsked = true;
                return [];
            }
        }
    }
}
