using System.Runtime.InteropServices;
using OpenSslNb.Interop;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary>Errors, versions, and what concerns the process.</summary>
internal static unsafe class LibraryExports
{
    private const uint Version = 0x000100;

    private static byte* s_openSslVersion;

    [UnmanagedCallersOnly(EntryPoint = "onb_version")]
    public static uint GetVersion() => Version;

    [UnmanagedCallersOnly(EntryPoint = "onb_version_text")]
    public static byte* GetVersionText() => Static("0.1.0\0"u8);

    [UnmanagedCallersOnly(EntryPoint = "onb_openssl_version")]
    public static byte* GetOpenSslVersion()
    {
        if (Fork.Happened) return null;
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

    [UnmanagedCallersOnly(EntryPoint = "onb_library_set_openssl_directory")]
    public static int SetOpenSslDirectory(byte* directory) => Call.Guarded(() =>
        OpenSslLibrary.LookIn(Input.Text(directory, "directory")));

    [UnmanagedCallersOnly(EntryPoint = "onb_library_set_configuration")]
    public static int SetConfiguration(byte* path) => Call.Guarded(() =>
    {
        if (Input.OptionalText(path, "path") is { } file) TlsLibrary.UseConfigurationFile(file);
        else TlsLibrary.IgnoreConfiguration();
    });

    [UnmanagedCallersOnly(EntryPoint = "onb_error_message")]
    public static byte* GetErrorMessage()
    {
        if (Fork.Happened) return Static("the library is in use by the parent of this process: not after a fork\0"u8);
        return Fault.Last is { Result: not Result.Ok } last ? last.Text : Static("\0"u8);
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_error_code")]
    public static int GetErrorCode() => Fork.Happened ? Fork.Refused : (int)(Fault.Last?.Result ?? Result.Ok);

    [UnmanagedCallersOnly(EntryPoint = "onb_error_openssl")]
    public static nuint GetErrors(NativeOpenSslError** errors)
    {
        bool isThere = !Fork.Happened && Fault.Last is { ErrorCount: > 0 };
        if (errors != null) *errors = isThere ? Fault.Last!.Errors : null;
        return isThere ? (nuint)Fault.Last!.ErrorCount : 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_error_clear")]
    public static void ClearError()
    {
        if (!Fork.Happened) Fault.Clear();
    }

    [UnmanagedCallersOnly(EntryPoint = "onb_result_name")]
    public static byte* GetResultName(int result) => Static((Result)result switch
    {
        Result.Ok => "ONB_OK\0"u8,
        Result.WantRead => "ONB_WANT_READ\0"u8,
        Result.WantWrite => "ONB_WANT_WRITE\0"u8,
        Result.WantClientHello => "ONB_WANT_CLIENT_HELLO\0"u8,
        Result.WantCertificate => "ONB_WANT_CERTIFICATE\0"u8,
        Result.WantVerify => "ONB_WANT_VERIFY\0"u8,
        Result.WantAsync => "ONB_WANT_ASYNC\0"u8,
        Result.End => "ONB_END\0"u8,
        Result.Full => "ONB_FULL\0"u8,
        Result.InvalidArgument => "ONB_E_INVALID_ARGUMENT\0"u8,
        Result.BadHandle => "ONB_E_BAD_HANDLE\0"u8,
        Result.WrongThread => "ONB_E_WRONG_THREAD\0"u8,
        Result.Reentrant => "ONB_E_REENTRANT\0"u8,
        Result.BadState => "ONB_E_BAD_STATE\0"u8,
        Result.Forked => "ONB_E_FORKED\0"u8,
        Result.NoMemory => "ONB_E_NO_MEMORY\0"u8,
        Result.OpenSsl => "ONB_E_OPENSSL\0"u8,
        Result.NoOpenSsl => "ONB_E_NO_OPENSSL\0"u8,
        Result.Io => "ONB_E_IO\0"u8,
        Result.SendClosed => "ONB_E_SEND_CLOSED\0"u8,
        Result.Lost => "ONB_E_LOST\0"u8,
        Result.BufferTooSmall => "ONB_E_BUFFER_TOO_SMALL\0"u8,
        Result.NotSupported => "ONB_E_NOT_SUPPORTED\0"u8,
        Result.Format => "ONB_E_FORMAT\0"u8,
        Result.Internal => "ONB_E_INTERNAL\0"u8,
        _ => "unknown\0"u8,
    });

    [UnmanagedCallersOnly(EntryPoint = "onb_close_reason_name")]
    public static byte* GetCloseReasonName(int reason) => Static(reason is < 0 or > byte.MaxValue ? "unknown\0"u8 : (CloseReason)reason switch
    {
        CloseReason.None => "none\0"u8,
        CloseReason.CloseNotify => "close_notify\0"u8,
        CloseReason.Truncated => "truncated\0"u8,
        CloseReason.Reset => "reset\0"u8,
        CloseReason.ProtocolError => "protocol error\0"u8,
        CloseReason.VerificationFailed => "verification failed\0"u8,
        CloseReason.HandshakeTimeout => "handshake timeout\0"u8,
        CloseReason.IdleTimeout => "idle timeout\0"u8,
        CloseReason.WriteTimeout => "write timeout\0"u8,
        CloseReason.ShutdownTimeout => "shutdown timeout\0"u8,
        CloseReason.Aborted => "aborted\0"u8,
        CloseReason.Disposed => "disposed\0"u8,
        CloseReason.CallbackFailed => "callback failed\0"u8,
        CloseReason.ConnectFailed => "connect failed\0"u8,
        CloseReason.LocalError => "local error\0"u8,
        _ => "unknown\0"u8,
    });

    // A literal lies in the library's read-only data, and never moves.
    private static byte* Static(ReadOnlySpan<byte> literal) => (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(literal));
}
