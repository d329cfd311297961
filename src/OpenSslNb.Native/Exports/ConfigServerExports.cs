using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_config_*</c> for servers.</summary>
internal static unsafe class ConfigServerExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_client_certificate_optional")]
    public static int SetClientCertificateOptional(nint config, int optional) => Call.Guarded(() =>
        Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { ClientCertificateIsOptional = optional != 0 }));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_client_certificate_on_request")]
    public static int SetClientCertificateOnRequest(nint config, int onRequest) => Call.Guarded(() =>
        Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { ClientCertificateOnRequest = onRequest != 0 }));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_add_named_certificate")]
    public static int AddNamedCertificate(nint config, byte* name, nint certificate) => Call.Guarded(() =>
    {
        NativeConfig target = Handle.Get<NativeConfig>(config, "config");
        string host = Input.Text(name, "name");
        TlsCertificate own = target.Hold(Handle.Get<Shared<TlsCertificate>>(certificate, "certificate"))!;
        target.SetServer(options => options with { NamedCertificates = new Dictionary<string, TlsCertificate>(options.NamedCertificates) { [host] = own } });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_refuse_unknown_names")]
    public static int RefuseUnknownNames(nint config, int refuse) => Call.Guarded(() =>
        Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { UnknownServerName = refuse != 0 ? UnknownServerName.Refuse : UnknownServerName.UseDefault }));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_alpn_mismatch")]
    public static int SetAlpnMismatch(nint config, int action) => Call.Guarded(() =>
    {
        ApplicationProtocolMismatch value = Input.Defined<ApplicationProtocolMismatch>(action, "action");
        Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { ApplicationProtocolMismatch = value });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_select_context")]
    public static int SetSelectContext(nint config, delegate* unmanaged<nint, NativeClientHello*, void*, void> callback, void* user) => Call.Guarded(() =>
    {
        Func<TlsClientHello, ValueTask<TlsContext?>>? select = callback == null ? null : ContextCallbacks.SelectContext(callback, user);
        Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { SelectContext = select });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_keep_client_hello")]
    public static int KeepClientHello(nint config, int keep) => Call.Guarded(() =>
        Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { KeepClientHello = keep != 0 }));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_session_tickets")]
    public static int SetSessionTickets(nint config, int count) => Call.Guarded(() =>
    {
        if (count < 0) throw Refusal.Argument($"count is {count}: it must not be negative");
        Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { SessionTicketCount = count });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_find_psk")]
    public static int SetFindPsk(nint config, delegate* unmanaged<byte*, byte*, void*, nuint> callback, void* user) => Call.Guarded(() =>
    {
        Func<string, TlsPreSharedKey?>? find = callback == null ? null : ContextCallbacks.FindPreSharedKey(callback, user);
        Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { FindPreSharedKey = find });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_max_early_data")]
    public static int SetMaxEarlyData(nint config, int bytes) => Call.Guarded(() =>
        Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { MaximumEarlyData = bytes }));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_dangerously_allow_early_data_replay")]
    public static int AllowEarlyDataReplay(nint config, int allow) => Call.Guarded(() =>
        Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { DangerouslyAllowEarlyDataReplay = allow != 0 }));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_session_store")]
    public static int SetSessionStore(nint config, nint store) => Call.Guarded(() =>
    {
        ITlsSessionStore? own = Handle.Optional<ITlsSessionStore>(store, "store");
        Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { SessionStore = own });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_ticket_keys")]
    public static int SetTicketKeys(nint config, nint keys) => Call.Guarded(() =>
    {
        ITicketKeySource? own = Handle.Optional<ITicketKeySource>(keys, "keys");
        Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { TicketKeys = own });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_share_tickets")]
    public static int ShareTickets(nint config, nint context) => Call.Guarded(() =>
    {
        NativeConfig target = Handle.Get<NativeConfig>(config, "config");
        TlsContext? own = target.Hold(Handle.Optional<Shared<TlsContext>>(context, "context"));
        target.SetServer(options => options with { TicketKeysOf = own });
    });
}
