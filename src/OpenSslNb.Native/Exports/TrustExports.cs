using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_trust_*</c>.</summary>
internal static unsafe class TrustExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_trust_new")]
    public static int New(nint* trust) => Call.Guarded(() =>
    {
        Input.Required(trust, "trust");
        *trust = HandleTable.Add(new NativeTrust());
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_trust_add_system")]
    public static int AddSystem(nint trust) => Call.Guarded(() =>
        Handle.Get<NativeTrust>(trust, "trust").Add(TlsTrust.System));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_trust_add_pem_file")]
    public static int AddPemFile(nint trust, byte* path) => Call.Guarded(() =>
        Handle.Get<NativeTrust>(trust, "trust").Add(TlsTrust.FromPemFile(Input.Text(path, "path"))));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_trust_add_pem")]
    public static int AddPem(nint trust, void* pem, nuint length) => Call.Guarded(() =>
        Handle.Get<NativeTrust>(trust, "trust").Add(TlsTrust.FromPem(Input.Bytes(pem, length, "pem"))));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_trust_add_directory")]
    public static int AddDirectory(nint trust, byte* path) => Call.Guarded(() =>
        Handle.Get<NativeTrust>(trust, "trust").Add(TlsTrust.FromDirectory(Input.Text(path, "path"))));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_trust_add_crl")]
    public static int AddCrl(nint trust, void* pem, nuint length, int wholeChain) => Call.Guarded(() =>
    {
        byte[] lists = Input.Bytes(pem, length, "pem").ToArray();
        Handle.Get<NativeTrust>(trust, "trust").Change(current => current.WithRevocationLists(lists, wholeChain != 0));
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_trust_add_crl_file")]
    public static int AddCrlFile(nint trust, byte* path, int wholeChain) => Call.Guarded(() =>
    {
        string file = Input.Text(path, "path");
        Handle.Get<NativeTrust>(trust, "trust").Change(current => current.WithRevocationListFile(file, wholeChain != 0));
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_trust_allow_partial_chains")]
    public static int AllowPartialChains(nint trust) => Call.Guarded(() =>
        Handle.Get<NativeTrust>(trust, "trust").Change(static current => current.WithPartialChains()));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_trust_free")]
    public static int Free(nint trust) => Call.Guarded(() =>
        _ = Handle.Take<NativeTrust>(trust, "trust"));
}
