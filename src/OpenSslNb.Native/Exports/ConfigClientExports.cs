using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_config_*</c> for clients.</summary>
internal static unsafe class ConfigClientExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_dangerously_accept_any_certificate")]
    public static int AcceptAny(nint config, int accept) => Call.Guarded(() =>
        Handle.Get<NativeConfig>(config, "config").SetClient(options => options with { DangerouslyAcceptAnyPeerCertificate = accept != 0 }));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_add_pin")]
    public static int AddPin(nint config, byte* pin) => Call.Guarded(() =>
    {
        string value = Input.Text(pin, "pin");
        Handle.Get<NativeConfig>(config, "config").SetClient(options => options with { PinnedKeys = [.. options.PinnedKeys, value] });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_session_cache_size")]
    public static int SetSessionCacheSize(nint config, int sessions) => Call.Guarded(() =>
    {
        NativeConfig target = Handle.Get<NativeConfig>(config, "config");
        if (sessions < 0) throw Refusal.Argument($"sessions is {sessions}: it must not be negative");
        if (target.IsServer) target.SetServer(options => options with { SessionCacheSize = sessions });
        else target.SetClient(options => options with { SessionCacheSize = sessions });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_stapling")]
    public static int SetStapling(nint config, int policy) => Call.Guarded(() =>
    {
        StaplePolicy value = Input.Defined<StaplePolicy>(policy, "policy");
        Handle.Get<NativeConfig>(config, "config").SetClient(options => options with { Stapling = value });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_max_fragment_length")]
    public static int SetMaxFragmentLength(nint config, int length) => Call.Guarded(() =>
        Handle.Get<NativeConfig>(config, "config").SetClient(options => options with { MaximumFragmentLength = length == 0 ? null : length }));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_psk")]
    public static int SetPsk(nint config, byte* identity, void* key, nuint keyLength) => Call.Guarded(() =>
    {
        TlsPreSharedKey? own = identity == null ? null : new TlsPreSharedKey(Input.Text(identity, "identity"), Input.Bytes(key, keyLength, "key"));
        Handle.Get<NativeConfig>(config, "config").SetClient(options => options with { PreSharedKey = own });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_allow_post_handshake_authentication")]
    public static int AllowPostHandshakeAuthentication(nint config, int allow) => Call.Guarded(() =>
        Handle.Get<NativeConfig>(config, "config").SetClient(options => options with { AllowPostHandshakeAuthentication = allow != 0 }));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_select_certificate")]
    public static int SetSelectCertificate(nint config, delegate* unmanaged<nint, NativeCertificateRequest*, void*, void> callback, void* user) => Call.Guarded(() =>
    {
        Func<TlsCertificateRequest, ValueTask<TlsCertificate?>>? select = callback == null ? null : ContextCallbacks.SelectCertificate(callback, user);
        Handle.Get<NativeConfig>(config, "config").SetClient(options => options with { SelectCertificate = select });
    });
}
