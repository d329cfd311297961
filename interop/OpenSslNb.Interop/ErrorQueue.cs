using System.Runtime.InteropServices;

namespace OpenSslNb.Interop;

/// <summary>The calling thread's error queue (<c>ERR_get_error(3)</c>).</summary>
internal static unsafe class ErrorQueue
{
    /// <summary>Takes everything out, oldest first.</summary>
    internal static IReadOnlyList<OpenSslError> Drain()
    {
        List<OpenSslError>? errors = null;
        while (TryTake(out OpenSslError error)) (errors ??= []).Add(error);
        return errors is null ? [] : errors;
    }

    /// <summary>Library and reason of a packed code: <c>ERR_GET_LIB(3)</c>. The packing changed in 3.0, where a system error has the top bit set.</summary>
    internal static (int Library, int Reason) Unpack(ulong code, bool is3OrLater)
    {
        const ulong SystemFlag = 0x80000000UL;
        if (!is3OrLater) return ((int)(code >> 24) & 0xFF, (int)code & 0xFFF);
        return (code & SystemFlag) != 0 ? (CryptoConst.ERR_LIB_SYS, (int)(code & (SystemFlag - 1))) : ((int)(code >> 23) & 0xFF, (int)code & 0x7FFFFF);
    }

    private static bool TryTake(out OpenSslError error)
    {
        byte* file = null;
        byte* function = null;
        byte* data = null;
        int line = 0;
        int flags = 0;
        ulong code = LibCrypto.ERR_get_error_all != null
            ? LibCrypto.ERR_get_error_all(&file, &line, &function, &data, &flags)
            : LibCrypto.ERR_get_error_line_data(&file, &line, &data, &flags);
        if (code == 0)
        {
            error = default;
            return false;
        }

        const int DataIsText = 2;
        (int library, int reason) = Unpack(code, OpenSslLibrary.Version.Is3OrLater);
        error = new OpenSslError(
            code,
            library,
            reason,
            Text(LibCrypto.ERR_lib_error_string(code), $"lib({library})"),
            ReasonText(code, library, reason),
            Text(file, ""),
            line,
            (flags & DataIsText) != 0 ? Text(data, "") : "");
        return true;
    }

    private static string ReasonText(ulong code, int library, int reason) =>
        library == CryptoConst.ERR_LIB_SYS ? Marshal.GetPInvokeErrorMessage(reason) : Text(LibCrypto.ERR_reason_error_string(code), $"reason({reason})");

    private static string Text(byte* text, string otherwise) => Marshal.PtrToStringUTF8((nint)text) ?? otherwise;
}
