using OpenSslNb.Interop;

namespace OpenSslNb;

/// <summary>One entry of OpenSSL's error queue (<c>ERR_get_error_all(3)</c>).</summary>
/// <param name="PackedCode">The code as OpenSSL packs it; differs between generations.</param>
/// <param name="LibraryCode">Number of the part of OpenSSL that failed (<c>ERR_LIB_*</c>).</param>
/// <param name="ReasonCode">Number of the reason within that part.</param>
/// <param name="Library">The part in words.</param>
/// <param name="Reason">The reason in words.</param>
/// <param name="File">Source file of OpenSSL.</param>
/// <param name="Line">Line in that file.</param>
/// <param name="Data">What OpenSSL adds, such as a file's name; empty if nothing.</param>
public readonly record struct OpenSslError(ulong PackedCode, int LibraryCode, int ReasonCode, string Library, string Reason, string File, int Line, string Data)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => $"{Library}: {Reason}{(string.IsNullOrEmpty(Data) ? "" : $" ({Data})")} [{PackedCode:X8} {File}:{Line}]";
}

/// <summary>A call of OpenSSL failed. Carries the whole error queue of that moment, oldest entry first.</summary>
public sealed class OpenSslException : Exception
{
    internal OpenSslException(string message, IReadOnlyList<OpenSslError> errors)
        : base(errors.Count == 0 ? message : $"{message}: {string.Join("; ", errors)}") => Errors = errors;

    /// <summary>The drained error queue, oldest first: the first is usually the cause.</summary>
    public IReadOnlyList<OpenSslError> Errors { get; }

    /// <summary>AlertDescription of the alert that the peer sent (RFC 8446 §6), if that was the failure: OpenSSL reports it as reason 1000 + alert.</summary>
    public int? Alert
    {
        get
        {
            foreach (OpenSslError error in Errors)
            {
                if (error.LibraryCode == CryptoConst.ERR_LIB_SSL && error.ReasonCode is > SslConst.SSL_AD_REASON_OFFSET and <= SslConst.SSL_AD_REASON_OFFSET + 255) return error.ReasonCode - SslConst.SSL_AD_REASON_OFFSET;
            }

            return null;
        }
    }

    /// <summary>Drains the calling thread's queue into an exception.</summary>
    internal static OpenSslException FromQueue(string message) => new(message, ErrorQueue.Drain());
}
