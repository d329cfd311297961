using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_conn_*</c>: keys and certificates of a connection that is established.</summary>
internal static unsafe class ConnKeyExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_update_keys")]
    public static int UpdateKeys(nint conn, int requestPeer) => Call.Guarded(() =>
        Handle.Get<NativeConn>(conn, "conn").Required.UpdateKeys(requestPeer != 0));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_renegotiate")]
    public static int Renegotiate(nint conn) => Call.Guarded(() =>
        Handle.Get<NativeConn>(conn, "conn").Required.Renegotiate());

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_export_keying_material")]
    public static int ExportKeyingMaterial(nint conn, byte* label, void* context, nuint contextLength, void* output, nuint length) => Call.Guarded(() =>
    {
        NativeConn own = Handle.Get<NativeConn>(conn, "conn");
        own.Owner.RequireCurrent();
        Input.Required(output, "output");
        using HostErrors errors = own.Owner.NeedsGuard ? HostErrors.Keep() : HostErrors.None;
        Task<byte[]> made = own.Required.ExportKeyingMaterialAsync(Input.Text(label, "label"), KeyingMaterialInput.Length(length), KeyingMaterialInput.Context(context, contextLength));
        made.GetAwaiter().GetResult().CopyTo(new Span<byte>(output, (int)length));
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_channel_binding")]
    public static int ChannelBinding(nint conn, int kind, void* output, nuint* length) => Call.Guarded(() =>
    {
        NativeConn own = Handle.Get<NativeConn>(conn, "conn");
        own.Owner.RequireCurrent();
        using HostErrors errors = own.Owner.NeedsGuard ? HostErrors.Keep() : HostErrors.None;
        Task<byte[]> made = own.Required.GetChannelBindingAsync(Input.Defined<TlsChannelBinding>(kind, "kind"));
        return Output.Copy(made.GetAwaiter().GetResult(), output, length);
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_conn_request_certificate")]
    public static int RequestCertificate(nint conn, delegate* unmanaged<nint, int, NativeBytesView*, nuint, void*, void> callback, void* user) => Call.Guarded(() =>
    {
        NativeConn own = Handle.Get<NativeConn>(conn, "conn");
        own.Owner.RequireCurrent();
        Input.Required(callback, "callback");
        return own.RequestCertificate(callback, user);
    });
}
