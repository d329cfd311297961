using System.Runtime.InteropServices;
using OpenSslNb.Interop;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary>Errors, versions, and what concerns the process.</summary>
internal static unsafe class LibraryExports
{
    private static byte* s_openSslVersion;

    /// <summary>The runtime is there. Called once, before anything else.</summary>
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_start")]
    public static void Start() => OpenSslLibrary.PrefersLoaded = true;

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_openssl_version")]
    public static byte* GetOpenSslVersion()
    {
        try
        {
            using HostErrors errors = HostErrors.Keep();
            if (s_openSslVersion == null) s_openSslVersion = new Arena().KeepForEver().Text(OpenSslLibrary.Version.Text);
            return s_openSslVersion;
        }
        catch (Exception e)
        {
            _ = Fault.Of(e);
            return null;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_library_set_openssl_directory")]
    public static int SetOpenSslDirectory(byte* directory) => Call.Guarded(() =>
        OpenSslLibrary.LookIn(Input.Text(directory, "directory")));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_library_set_configuration")]
    public static int SetConfiguration(byte* path) => Call.Guarded(() =>
    {
        if (Input.OptionalText(path, "path") is { } file) TlsLibrary.UseConfigurationFile(file);
        else TlsLibrary.IgnoreConfiguration();
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_error_message")]
    public static byte* GetErrorMessage() => Fault.Last is { Result: not Result.Ok } last ? last.Text : Nothing;

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_error_code")]
    public static int GetErrorCode() => (int)(Fault.Last?.Result ?? Result.Ok);

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_error_openssl")]
    public static nuint GetErrors(NativeOpenSslError** errors)
    {
        bool isThere = Fault.Last is { ErrorCount: > 0 };
        if (errors != null) *errors = isThere ? Fault.Last!.Errors : null;
        return isThere ? (nuint)Fault.Last!.ErrorCount : 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_error_clear")]
    public static void ClearError() => Fault.Clear();

    // A literal lies in the library's read-only data, and never moves.
    private static byte* Nothing => (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference("\0"u8));
}
