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
    private const string Server2Name = "server2";

    private readonly SslTestCase _test;
    private readonly CountedTicketKeys _server2Keys = new();
    private readonly List<IDisposable> _owned = [];
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
            TlsContext? server2 = first is null && (server["ServerNameCallback"] ?? "None") != "None" ? Own(CreateServer(test.Server2 ?? server, options => options with { TicketKeys = _server2Keys })) : null;
            Server = Own(CreateServer(server, options => WithTickets(options, server, first) with { SelectContext = server2 is null ? null : ChooserOf(server, server2) }));
            Client = Own(CreateClient(client));
            int fragment = test.Number("MaxFragmentSize", SmallestFragment);
            foreach (TlsContext context in _owned.OfType<TlsContext>()) NativeCalls.LimitFragments(context, fragment);
            SetRawCallbacks(server, server2);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public TlsContext Server { get; private init; }

    public TlsContext Client { get; private init; }

    /// <summary>Which server the name has led to; null when there is no choice.</summary>
    public string? ChosenServer { get; private set; }

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

    // By the client's first message, which is where this library lets a server choose, whether the case does it there or in the callback for names.
    private Func<TlsClientHello, ValueTask<TlsContext?>> ChooserOf(SideConfiguration server, TlsContext server2)
    {
        string callback = server["ServerNameCallback"]!;
        bool refuses = callback is "RejectMismatch" or "ClientHelloRejectMismatch" or "ClientHelloNoV12";
        bool needsName = callback.StartsWith("ClientHello", StringComparison.Ordinal);
        Func<bool, TlsContext?> choose = isSecond => isSecond ? server2 : null;
        if (callback == "ClientHelloNoV12")
        {
            TlsContext old = Own(CreateServer(server, options => options with { MaximumProtocol = (TlsProtocol)Tls11 }));
            TlsContext old2 = Own(CreateServer(_test.Server2 ?? server, options => options with { MaximumProtocol = (TlsProtocol)Tls11, TicketKeys = _server2Keys }));
            choose = isSecond => isSecond ? old2 : old;
        }

        return hello =>
        {
            if (hello.ServerName is null ? needsName : refuses && hello.ServerName is not ("server1" or Server2Name)) throw new TlsAlertException(SslConst.SSL_AD_UNRECOGNIZED_NAME, "the case refuses this name");
            ChosenServer = hello.ServerName == Server2Name ? Server2Name : "server1";
            return new(choose(hello.ServerName == Server2Name));
        };
    }

    private void SetRawCallbacks(SideConfiguration server, TlsContext? server2)
    {
        if (server["CertStatus"] is { } status && status != "None") CaseCallbacks.Staple(Server, Client, good: status.StartsWith("Good", StringComparison.Ordinal));
        if (server["SessionTicketAppData"] is { } text) CaseCallbacks.PutIntoTickets(Server, _ticketText = Marshal.StringToCoTaskMemUTF8(text));
        if (server2 is not null && _test.Server2?["SessionTicketAppData"] is not null) CaseCallbacks.PutIntoTickets(server2, 0);
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
