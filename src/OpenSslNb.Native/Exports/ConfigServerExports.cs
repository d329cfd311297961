using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_config_*</c> for servers.</summary>
internal static unsafe class ConfigServerExports
{
    [UnmanagedCallersOnly(EntryPoint = "onb_config_set_client_certificate_optional")]
    public static int SetClientCertificateOptional(nint config, int optional)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { ClientCertificateIsOptional = optional != 0 });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_set_client_certificate_on_request")]
    public static int SetClientCertificateOnRequest(nint config, int onRequest)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { ClientCertificateOnRequest = onRequest != 0 });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_add_named_certificate")]
    public static int AddNamedCertificate(nint config, byte* name, nint certificate)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            NativeConfig target = Handle.Get<NativeConfig>(config, "config");
            string host = Input.Text(name, "name");
            TlsCertificate own = target.Hold(Handle.Get<Shared<TlsCertificate>>(certificate, "certificate"))!;
            target.SetServer(options => options with { NamedCertificates = new Dictionary<string, TlsCertificate>(options.NamedCertificates) { [host] = own } });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_refuse_unknown_names")]
    public static int RefuseUnknownNames(nint config, int refuse)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { UnknownServerName = refuse != 0 ? UnknownServerName.Refuse : UnknownServerName.UseDefault });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_set_alpn_mismatch")]
    public static int SetAlpnMismatch(nint config, int action)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            ApplicationProtocolMismatch value = Input.Defined<ApplicationProtocolMismatch>(action, "action");
            Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { ApplicationProtocolMismatch = value });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_set_select_context")]
    public static int SetSelectContext(nint config, delegate* unmanaged<nint, NativeClientHello*, void*, void> callback, void* user)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            Func<TlsClientHello, ValueTask<TlsContext?>>? select = callback == null ? null : ContextCallbacks.SelectContext(callback, user);
            Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { SelectContext = select });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_keep_client_hello")]
    public static int KeepClientHello(nint config, int keep)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { KeepClientHello = keep != 0 });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_set_session_tickets")]
    public static int SetSessionTickets(nint config, int count)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            if (count < 0) throw Refusal.Argument($"count is {count}: it must not be negative");
            Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { SessionTicketCount = count });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_set_find_psk")]
    public static int SetFindPsk(nint config, delegate* unmanaged<byte*, byte*, void*, nuint> callback, void* user)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            Func<string, TlsPreSharedKey?>? find = callback == null ? null : ContextCallbacks.FindPreSharedKey(callback, user);
            Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { FindPreSharedKey = find });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_set_max_early_data")]
    public static int SetMaxEarlyData(nint config, int bytes)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { MaximumEarlyData = bytes });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_dangerously_allow_early_data_replay")]
    public static int AllowEarlyDataReplay(nint config, int allow)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { DangerouslyAllowEarlyDataReplay = allow != 0 });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_set_session_store")]
    public static int SetSessionStore(nint config, nint store)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            ITlsSessionStore? own = Handle.Optional<ITlsSessionStore>(store, "store");
            Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { SessionStore = own });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_set_ticket_keys")]
    public static int SetTicketKeys(nint config, nint keys)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            ITicketKeySource? own = Handle.Optional<ITicketKeySource>(keys, "keys");
            Handle.Get<NativeConfig>(config, "config").SetServer(options => options with { TicketKeys = own });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_config_share_tickets")]
    public static int ShareTickets(nint config, nint context)
    {
        if (Fork.Happened) return Fork.Refused;
        try
        {
            NativeConfig target = Handle.Get<NativeConfig>(config, "config");
            TlsContext? own = target.Hold(Handle.Optional<Shared<TlsContext>>(context, "context"));
            target.SetServer(options => options with { TicketKeysOf = own });
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }
}
