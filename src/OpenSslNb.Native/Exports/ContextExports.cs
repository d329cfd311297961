using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_context_*</c>.</summary>
internal static unsafe class ContextExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_context_new")]
    public static int New(nint config, nint* context) => Call.Guarded(() =>
    {
        NativeConfig own = Handle.Get<NativeConfig>(config, "config");
        Input.Required(context, "context");
        using HostErrors errors = HostErrors.Keep();
        *context = HandleTable.Add(new Shared<TlsContext>(own.CreateContext()));
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_context_free")]
    public static int Free(nint context) => Call.Guarded(() =>
    {
        if (Handle.Take<Shared<TlsContext>>(context, "context") is { } own) own.Release();
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_context_session_count")]
    public static int SessionCount(nint context, nuint* count) => Call.Guarded(() =>
    {
        TlsContext own = Handle.Get<Shared<TlsContext>>(context, "context").Value;
        Input.Required(count, "count");
        *count = (nuint)own.SessionCount;
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_context_export_sessions")]
    public static int ExportSessions(nint context, void* buffer, nuint* length) => Call.Guarded(() =>
    {
        TlsContext own = Handle.Get<Shared<TlsContext>>(context, "context").Value;
        using HostErrors errors = HostErrors.Keep();
        return Output.Copy(own.ExportSessions(), buffer, length);
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_context_import_sessions")]
    public static int ImportSessions(nint context, void* data, nuint length, nuint* count) => Call.Guarded(() =>
    {
        TlsContext own = Handle.Get<Shared<TlsContext>>(context, "context").Value;
        using HostErrors errors = HostErrors.Keep();
        int imported = own.ImportSessions(Input.Bytes(data, length, "data"));
        if (count != null) *count = (nuint)imported;
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_context_forget_sessions")]
    public static int ForgetSessions(nint context) => Call.Guarded(() =>
        Handle.Get<Shared<TlsContext>>(context, "context").Value.ForgetSessions());
}
