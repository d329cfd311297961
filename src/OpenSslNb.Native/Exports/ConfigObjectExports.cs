using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_config_*</c> that clients and servers have in common: what refers to other objects, and callbacks.</summary>
internal static unsafe class ConfigObjectExports
{
    [UnmanagedCallersOnly(EntryPoint = "onb_config_set_alpn")]
    public static int SetAlpn(nint config, byte** protocols, nuint count)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            string[] list = Input.Texts(protocols, count, "protocols");
            Handle.Get<NativeConfig>(config, "config").Set(options => options with { ApplicationProtocols = list });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_set_certificate")]
    public static int SetCertificate(nint config, nint certificate)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            TlsCertificate? own = Held(config, certificate);
            Handle.Get<NativeConfig>(config, "config").Set(options => options with { Certificate = own });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_add_certificate")]
    public static int AddCertificate(nint config, nint certificate)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            TlsCertificate own = Held(config, certificate) ?? throw Refusal.Argument("certificate must not be NULL");
            Handle.Get<NativeConfig>(config, "config").Set(options => options with { AdditionalCertificates = [.. options.AdditionalCertificates, own] });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_add_openssl_command")]
    public static int AddCommand(nint config, byte* name, byte* value)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            var command = KeyValuePair.Create(Input.Text(name, "name"), Input.Text(value, "value"));
            Handle.Get<NativeConfig>(config, "config").Set(options => options with { OpenSslCommands = [.. options.OpenSslCommands, command] });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_allow_renegotiation")]
    public static int AllowRenegotiation(nint config, int allow)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            Handle.Get<NativeConfig>(config, "config").Set(options => options with { AllowRenegotiation = allow != 0 });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_set_kernel_tls")]
    public static int SetKernelTls(nint config, int enable)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            Handle.Get<NativeConfig>(config, "config").Set(options => options with { KernelTls = enable != 0 });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_set_keylog")]
    public static int SetKeyLog(nint config, delegate* unmanaged<byte*, void*, void> callback, void* user)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            Action<string>? keyLog = callback == null ? null : ContextCallbacks.KeyLog(callback, user);
            Handle.Get<NativeConfig>(config, "config").Set(options => options with { KeyLog = keyLog });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_set_workers")]
    public static int SetWorkers(nint config, nint workers)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            TlsWorkers? own = Handle.Optional<TlsWorkers>(workers, "workers");
            Handle.Get<NativeConfig>(config, "config").Set(options => options with { HandshakeWorkers = own });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_set_trust")]
    public static int SetTrust(nint config, nint trust)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            NativeConfig target = Handle.Get<NativeConfig>(config, "config");
            TlsTrust? own = Handle.Optional<NativeTrust>(trust, "trust")?.Value;
            if (target.IsServer) target.SetServer(options => options with { ClientTrust = own });
            else target.SetClient(options => options with { Trust = own });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_set_verify")]
    public static int SetVerify(nint config, delegate* unmanaged<nint, NativePeer*, void*, void> callback, void* user)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            Func<TlsPeerVerification, ValueTask<bool>>? verify = callback == null ? null : ContextCallbacks.Verify(callback, user);
            Handle.Get<NativeConfig>(config, "config").Set(options => options with { VerifyPeer = verify });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    private static TlsCertificate? Held(nint config, nint certificate) =>
        Handle.Get<NativeConfig>(config, "config").Hold(Handle.Optional<Shared<TlsCertificate>>(certificate, "certificate"));
}
