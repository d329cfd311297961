using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.Conformance.SslTests.Replay;

/// <summary>What the cases set and look at, and the library has no use for. Never SSL I/O: that goes through the machine.</summary>
internal static unsafe class NativeCalls
{
    /// <summary><c>SSL_OP_NO_EXTENDED_MASTER_SECRET</c>.</summary>
    public const ulong NoExtendedMasterSecret = 1;

    private const int SetDhAuto = 118;
    private const int PeerTemporaryKey = 109;
    private const int EcCurves = 408;
    private const int NameSize = 256;

    private static readonly delegate* unmanaged<nint, nint, int> s_addSession = (delegate* unmanaged<nint, nint, int>)OpenSslLibrary.Required("SSL_CTX_add_session");
    private static readonly delegate* unmanaged<nint, byte*, int> s_setCipherList = (delegate* unmanaged<nint, byte*, int>)OpenSslLibrary.Required("SSL_set_cipher_list");
    private static readonly delegate* unmanaged<nint, byte**, nuint*, void> s_ticket = (delegate* unmanaged<nint, byte**, nuint*, void>)OpenSslLibrary.Required("SSL_SESSION_get0_ticket");
    private static readonly delegate* unmanaged<nint, byte**, nuint*, int> s_ticketData = (delegate* unmanaged<nint, byte**, nuint*, int>)OpenSslLibrary.Required("SSL_SESSION_get0_ticket_appdata");
    private static readonly delegate* unmanaged<byte*, nint> s_loadNames = (delegate* unmanaged<byte*, nint>)OpenSslLibrary.Required("SSL_load_client_CA_file");
    private static readonly delegate* unmanaged<nint, nint> s_publicKey = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Required("X509_get0_pubkey");
    private static readonly delegate* unmanaged<nint, int> s_keyId = (delegate* unmanaged<nint, int>)OpenSslLibrary.RequiredAny("EVP_PKEY_get_id", "EVP_PKEY_id");
    private static readonly delegate* unmanaged<nint, byte*, int> s_isKeyA = (delegate* unmanaged<nint, byte*, int>)OpenSslLibrary.Optional("EVP_PKEY_is_a");
    private static readonly delegate* unmanaged<nint, byte*, nuint, nuint*, int> s_groupName = (delegate* unmanaged<nint, byte*, nuint, nuint*, int>)OpenSslLibrary.Optional("EVP_PKEY_get_group_name");
    private static readonly delegate* unmanaged<nint, nint> s_ecKey = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Optional("EVP_PKEY_get0_EC_KEY");
    private static readonly delegate* unmanaged<nint, nint> s_ecGroup = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Optional("EC_KEY_get0_group");
    private static readonly delegate* unmanaged<nint, int> s_curveName = (delegate* unmanaged<nint, int>)OpenSslLibrary.Optional("EC_GROUP_get_curve_name");
    private static readonly delegate* unmanaged<nint, void> s_freeKey = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("EVP_PKEY_free");
    private static readonly delegate* unmanaged<byte*, int> s_fromLongName = (delegate* unmanaged<byte*, int>)OpenSslLibrary.Required("OBJ_ln2nid");
    private static readonly delegate* unmanaged<byte*, int> s_fromShortName = (delegate* unmanaged<byte*, int>)OpenSslLibrary.Required("OBJ_sn2nid");
    private static readonly delegate* unmanaged<byte*, int> s_fromText = (delegate* unmanaged<byte*, int>)OpenSslLibrary.Required("OBJ_txt2nid");
    private static readonly delegate* unmanaged<byte*, int> s_fromNistName = (delegate* unmanaged<byte*, int>)OpenSslLibrary.Required("EC_curve_nist2nid");

    /// <summary>Puts a copy of a session into a server's cache (<c>SSL_CTX_add_session(3)</c>).</summary>
    public static void AddSession(TlsContext server, SafeSslSessionHandle session) => _ = s_addSession(server.Handle.Pointer, session.Pointer);

    /// <summary>Finite-field groups as large as the certificate's key (<c>SSL_CTX_set_dh_auto(3)</c>).</summary>
    public static void ChooseDhByItself(TlsContext server) => _ = LibSsl.SSL_CTX_ctrl(server.Handle.Pointer, SetDhAuto, 1, null);

    /// <summary>Most plaintext bytes of a record that is sent (<c>SSL_CTX_set_max_send_fragment(3)</c>).</summary>
    public static void LimitFragments(TlsContext context, int length)
    {
        if (LibSsl.SSL_CTX_ctrl(context.Handle.Pointer, SslConst.SSL_CTRL_SET_MAX_SEND_FRAGMENT, length, null) != 1) throw new FormatException($"OpenSSL does not take {length} for MaxFragmentSize");
    }

    /// <summary>The name that a client asks for, and nothing that its certificate would be compared with.</summary>
    public static void AskForName(nint ssl, string name) => WithText(name, text => (int)LibSsl.SSL_set_tlsext_host_name(ssl, (byte*)text));

    public static bool SetCipherList(nint ssl, string list) => WithText(list, text => s_setCipherList(ssl, (byte*)text)) == 1;

    /// <summary>True when the client's session has a ticket.</summary>
    public static bool HasTicket(nint ssl)
    {
        nint session = LibSsl.SSL_get_session(ssl);
        byte* ticket = null;
        nuint length = 0;
        if (session != 0) s_ticket(session, &ticket, &length);
        return ticket != null && length > 0;
    }

    /// <summary>True when the client's session has an id.</summary>
    public static bool HasSessionId(nint ssl)
    {
        nint session = LibSsl.SSL_get_session(ssl);
        uint length = 0;
        return session != 0 && LibSsl.SSL_SESSION_get_id(session, &length) != null && length > 0;
    }

    /// <summary>What the application had put into the ticket of the server's session.</summary>
    public static string TicketData(nint ssl)
    {
        nint session = LibSsl.SSL_get_session(ssl);
        byte* data = null;
        nuint length = 0;
        if (session != 0) _ = s_ticketData(session, &data, &length);
        return data == null ? "" : Marshal.PtrToStringUTF8((nint)data, (int)length);
    }

    /// <summary>The names of the authorities that the peer has sent, in order.</summary>
    public static IReadOnlyList<string> PeerAuthorities(nint ssl) => Names(LibSsl.SSL_get0_peer_CA_list(ssl));

    /// <summary>The subjects in a file of certificates, in order.</summary>
    public static IReadOnlyList<string> NamesIn(string file)
    {
        var names = new List<string>();
        int count = WithText(file, text =>
        {
            nint stack = s_loadNames((byte*)text);
            names.AddRange(Names(stack));
            return stack == 0 ? 0 : 1;
        });
        return count == 1 ? names : throw new FormatException($"no names of authorities could be read from {file}");
    }

    /// <summary>The sort of the key that the server made for this handshake alone; 0 when there was none.</summary>
    public static int TemporaryKeyOf(nint ssl)
    {
        // Without a session, 3.0 looks for its group all the same, at address 0.
        if (LibSsl.SSL_get_session(ssl) == 0) return 0;
        nint key = 0;
        if (LibSsl.SSL_ctrl(ssl, PeerTemporaryKey, 0, &key) != 1 || key == 0) return (int)LibSsl.SSL_get_negotiated_group(ssl);
        int type = TypeOf(key);
        s_freeKey(key);

        // Of a provider's own sort: the group says more.
        return type < 0 ? (int)LibSsl.SSL_get_negotiated_group(ssl) : type;
    }

    /// <summary>The sort of the key in the peer's certificate; 0 when it sent none.</summary>
    public static int CertificateKeyOf(nint ssl)
    {
        nint pointer = LibSsl.SSL_get1_peer_certificate(ssl);
        if (pointer == 0) return 0;
        using SafeX509Handle certificate = SafeX509Handle.Adopt(pointer);
        return TypeOf(s_publicKey(pointer));
    }

    public static int FromLongName(string name) => WithText(name, text => s_fromLongName((byte*)text));

    public static int FromShortName(string name) => WithText(name, text => s_fromShortName((byte*)text));

    public static int FromNistName(string name) => WithText(name, text => s_fromNistName((byte*)text));

    /// <summary>True when this OpenSSL takes a group of this name for TLS.</summary>
    public static bool HasGroup(string name)
    {
        using SafeSslCtxHandle context = SafeSslCtxHandle.Create();
        bool has = WithText(name, text => (int)LibSsl.SSL_CTX_set1_groups_list(context.Pointer, (byte*)text)) == 1;
        LibCrypto.ERR_clear_error();
        return has;
    }

    public static string NameOf(int nid) => nid == 0 ? "none" : Marshal.PtrToStringUTF8((nint)LibCrypto.OBJ_nid2sn(nid)) ?? $"number 0x{nid:x}";

    // A curve's number, of keys on curves.
    private static int TypeOf(nint key)
    {
        if (s_isKeyA == null || s_groupName == null) return s_keyId(key) == EcCurves ? s_curveName(s_ecGroup(s_ecKey(key))) : s_keyId(key);
        fixed (byte* ec = "EC"u8)
        {
            if (s_isKeyA(key, ec) != 1) return s_keyId(key);
        }

        byte* name = stackalloc byte[NameSize];
        nuint length;
        return s_groupName(key, name, NameSize, &length) == 1 ? s_fromText(name) : 0;
    }

    private static List<string> Names(nint stack)
    {
        var names = new List<string>();
        int count = stack == 0 ? 0 : LibCrypto.OPENSSL_sk_num(stack);
        byte* buffer = stackalloc byte[NameSize];
        for (int i = 0; i < count; i++) names.Add(Marshal.PtrToStringUTF8((nint)LibCrypto.X509_NAME_oneline(LibCrypto.OPENSSL_sk_value(stack, i), buffer, NameSize)) ?? "");
        return names;
    }

    private static int WithText(string text, Func<nint, int> use)
    {
        nint native = Marshal.StringToCoTaskMemUTF8(text);
        try
        {
            return use(native);
        }
        finally
        {
            Marshal.FreeCoTaskMem(native);
        }
    }
}
