using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_config_*</c> that clients and servers have in common: what refers to other objects, and callbacks.</summary>
internal static unsafe class ConfigObjectExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_alpn")]
    public static int SetAlpn(nint config, byte** protocols, nuint count) => Call.Guarded(() =>
    {
        string[] list = Input.Texts(protocols, count, "protocols");
        Handle.Get<NativeConfig>(config, "config").Set(options => options with { ApplicationProtocols = list });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_certificate")]
    public static int SetCertificate(nint config, nint certificate) => Call.Guarded(() =>
    {
        TlsCertificate? own = Held(config, certificate);
        Handle.Get<NativeConfig>(config, "config").Set(options => options with { Certificate = own });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_add_certificate")]
    public static int AddCertificate(nint config, nint certificate) => Call.Guarded(() =>
    {
        TlsCertificate own = Held(config, certificate) ?? throw Refusal.Argument("certificate must not be NULL");
        Handle.Get<NativeConfig>(config, "config").Set(options => options with { AdditionalCertificates = [.. options.AdditionalCertificates, own] });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_add_openssl_command")]
    public static int AddCommand(nint config, byte* name, byte* value) => Call.Guarded(() =>
    {
        var command = KeyValuePair.Create(Input.Text(name, "name"), Input.Text(value, "value"));
        Handle.Get<NativeConfig>(config, "config").Set(options => options with { OpenSslCommands = [.. options.OpenSslCommands, command] });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_allow_renegotiation")]
    public static int AllowRenegotiation(nint config, int allow) => Call.Guarded(() =>
        Handle.Get<NativeConfig>(config, "config").Set(options => options with { AllowRenegotiation = allow != 0 }));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_kernel_tls")]
    public static int SetKernelTls(nint config, int enable) => Call.Guarded(() =>
        Handle.Get<NativeConfig>(config, "config").Set(options => options with { KernelTls = enable != 0 }));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_keylog")]
    public static int SetKeyLog(nint config, delegate* unmanaged<byte*, void*, void> callback, void* user) => Call.Guarded(() =>
    {
        Action<string>? keyLog = callback == null ? null : ContextCallbacks.KeyLog(callback, user);
        Handle.Get<NativeConfig>(config, "config").Set(options => options with { KeyLog = keyLog });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_workers")]
    public static int SetWorkers(nint config, nint workers) => Call.Guarded(() =>
    {
        TlsWorkers? own = Handle.Optional<TlsWorkers>(workers, "workers");
        Handle.Get<NativeConfig>(config, "config").Set(options => options with { HandshakeWorkers = own });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_trust")]
    public static int SetTrust(nint config, nint trust) => Call.Guarded(() =>
    {
        NativeConfig target = Handle.Get<NativeConfig>(config, "config");
        TlsTrust? own = Handle.Optional<NativeTrust>(trust, "trust")?.Value;
        if (target.IsServer) target.SetServer(options => options with { ClientTrust = own });
        else target.SetClient(options => options with { Trust = own });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_verify")]
    public static int SetVerify(nint config, delegate* unmanaged<nint, NativePeer*, void*, void> callback, void* user) => Call.Guarded(() =>
    {
        Func<TlsPeerVerification, ValueTask<bool>>? verify = callback == null ? null : ContextCallbacks.Verify(callback, user);
        Handle.Get<NativeConfig>(config, "config").Set(options => options with { VerifyPeer = verify });
    });

    private static TlsCertificate? Held(nint config, nint certificate) =>
        Handle.Get<NativeConfig>(config, "config").Hold(Handle.Optional<Shared<TlsCertificate>>(certificate, "certificate"));
}
