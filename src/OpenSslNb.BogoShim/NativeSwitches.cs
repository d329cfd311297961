using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;
using OpenSslNb.OpenSsl;

namespace OpenSslNb.BogoShim;

/// <summary>What a tester sets that the library leaves to itself: straight on the <c>SSL_CTX</c> and the <c>SSL</c>, never in the way of its calls.</summary>
internal static unsafe class NativeSwitches
{
    // SSL_CTX_set_options(3), and openssl/ssl.h for the numbers of what are macros.
    public const ulong NoTls10 = 0x04000000;
    public const ulong NoTls11 = 0x10000000;
    public const ulong NoTls12 = 0x08000000;
    public const ulong NoTls13 = 0x20000000;
    private const ulong ServerPreference = 0x00400000;
    private const int SendFallbackScsv = 0x80;
    private const int SetMaxCertList = 51;
    private const int GetSecureRenegotiation = 76;
    private const int GetSessionNumber = 20;
    private const ulong LegacyServerConnect = 4;
    private const int StatusTypeOcsp = 1;
    private const int NotAcceptable = 0;
    private const int FatalAlert = 2;

    public static void Set(TlsContext context, ShimOptions options)
    {
        nint native = context.Handle.Pointer;
        ulong switches = options.DisabledVersions | (options.ServerPreference ? ServerPreference : 0) | (options.NoTicket ? SslConst.SSL_OP_NO_TICKET : 0);

        // BoringSSL takes servers without secure renegotiation, and its tests look at that.
        _ = LibSsl.SSL_CTX_set_options(native, switches | LegacyServerConnect);
        if (options.NoLegacyServerConnect) _ = LibSsl.SSL_CTX_clear_options(native, LegacyServerConnect);
        if (options.MaxCertList > 0) _ = LibSsl.SSL_CTX_ctrl(native, SetMaxCertList, options.MaxCertList, null);
        if (options.FallbackScsv) _ = LibSsl.SSL_CTX_set_mode(native, SendFallbackScsv);

        // Without the library's check of what comes: the runner's responses are no OCSP at all.
        if (options.EnableOcspStapling) _ = LibSsl.SSL_CTX_set_tlsext_status_type(native, StatusTypeOcsp);
        if (options.FailOcsp) _ = LibSsl.SSL_CTX_set_tlsext_status_cb(native, options.Server ? &FailServer : &FailClient);
        if (options is { Server: true, Psk: not null, PskIdentity.Length: > 0 })
        {
            using var hint = new NativeText(options.PskIdentity);
            _ = LibSsl.SSL_CTX_use_psk_identity_hint(native, hint.Pointer);
        }
    }

    public static void Set(SslMachine machine, ShimOptions options)
    {
        if (options.HostName is { } name)
        {
            // As it is: the tests have names that are none.
            using var text = new NativeText(name);
            _ = LibSsl.SSL_ctrl(machine.Instance.Ssl, SslConst.SSL_CTRL_SET_TLSEXT_HOSTNAME, 0, text.Pointer);
        }

        if (options.MaxSendFragment > 0) _ = LibSsl.SSL_set_max_send_fragment(machine.Instance.Ssl, options.MaxSendFragment);
    }

    /// <summary>OpenSSL's name for a cipher that the runner calls as RFCs do (<c>OPENSSL_cipher_name(3)</c>); anything else as it is.</summary>
    public static string CipherName(string name)
    {
        if (!name.StartsWith("TLS_", StringComparison.Ordinal)) return name;
        using var text = new NativeText(name);
        string? found = Marshal.PtrToStringUTF8((nint)LibSsl.OPENSSL_cipher_name(text.Pointer));
        return found is null or "(NONE)" ? throw new NotImplementedFlagException($"OpenSSL has no cipher {name}") : found;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FailClient(nint ssl, nint argument) => NotAcceptable;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FailServer(nint ssl, nint argument) => FatalAlert;

    // TLS 1.3 has always both.
    public static bool HasExtendedMasterSecret(SslMachine machine) => IsTls13(machine) || LibSsl.SSL_get_extms_support(machine.Instance.Ssl) == 1;

    public static bool HasSecureRenegotiation(SslMachine machine) => IsTls13(machine) || LibSsl.SSL_ctrl(machine.Instance.Ssl, GetSecureRenegotiation, 0, null) == 1;

    /// <summary>True when the server keeps a session itself, since no ticket holds it.</summary>
    public static bool KeepsSessions(SslMachine machine) => machine.Instance.TicketContext.Options is TlsServerOptions { SessionStore: LaterSessions store }
        ? store.Count > 0
        : LibSsl.SSL_CTX_ctrl(machine.Instance.TicketContext.Handle.Pointer, GetSessionNumber, 0, null) > 0;

    private static bool IsTls13(SslMachine machine) => machine.Info?.Protocol == TlsProtocol.Tls13;

    public static ReadOnlySpan<byte> OcspResponseOf(SslMachine machine)
    {
        byte* response;
        nint length = LibSsl.SSL_get_tlsext_status_ocsp_resp(machine.Instance.Ssl, &response);
        return length <= 0 ? default : new ReadOnlySpan<byte>(response, (int)length);
    }
}
