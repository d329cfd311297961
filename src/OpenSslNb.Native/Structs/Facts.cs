using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;

namespace OpenSslNb.Native.Structs;

/// <summary><c>onb_outcome</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeOutcome : IVersioned
{
    public static int FirstSize => 48;

    public nuint Size;
    public int Reason;
    public int AlertSent;
    public int AlertReceived;
    public byte* Message;
    public NativeOpenSslError* OpenSslErrors;
    public nuint OpenSslErrorCount;

    public static NativeOutcome Of(CloseOutcome? outcome, Arena arena)
    {
        IReadOnlyList<OpenSslError> errors = ErrorsOf(outcome?.Exception);
        return new NativeOutcome
        {
            Size = (nuint)sizeof(NativeOutcome),
            Reason = (int)(outcome?.Reason ?? CloseReason.None),
            AlertSent = outcome?.AlertSent ?? -1,
            AlertReceived = outcome?.AlertReceived ?? -1,
            Message = arena.Text(outcome is null ? "" : MessageOf(outcome)),
            OpenSslErrors = NativeOpenSslError.Write(arena, errors),
            OpenSslErrorCount = (nuint)errors.Count,
        };
    }

    /// <summary>Why, in words; the reason itself is a number beside it.</summary>
    public static string MessageOf(CloseOutcome outcome) => outcome.Exception is { } cause ? Fault.MessageOf(cause) : WordsOf(outcome.Reason);

    // IdleTimeout: idle timeout.
    private static string WordsOf(CloseReason reason) => string.Concat(reason.ToString().Select((letter, i) => i > 0 && char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));

    private static IReadOnlyList<OpenSslError> ErrorsOf(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is OpenSslException { Errors: var errors }) return errors;
        }

        return [];
    }
}

/// <summary><c>onb_info</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeInfo : IVersioned
{
    public static int FirstSize => 112;

    public nuint Size;
    public int Protocol;
    public byte* CipherSuite;
    public byte* Group;
    public byte* PeerSignatureAlgorithm;
    public byte* Alpn;
    public byte* ServerName;
    public byte* PskIdentity;
    public byte* PeerSubject;
    public byte* VerificationError;
    public NativeBytesView* PeerCertificates;
    public nuint PeerCertificateCount;
    public int Resumed;
    public int EarlyData;
    public int MaxFragmentLength;
    public int KernelTls;

    public static NativeInfo Of(TlsConnectionInfo info, Arena arena) => new()
    {
        Size = (nuint)sizeof(NativeInfo),
        Protocol = (int)info.Protocol,
        CipherSuite = arena.Text(info.CipherSuite),
        Group = arena.Text(info.Group),
        PeerSignatureAlgorithm = arena.Text(info.PeerSignatureAlgorithm),
        Alpn = arena.Text(info.ApplicationProtocol),
        ServerName = arena.Text(info.ServerName),
        PskIdentity = arena.Text(info.PreSharedKeyIdentity),
        PeerSubject = arena.Text(info.PeerSubject),
        VerificationError = arena.Text(info.VerificationError),
        PeerCertificates = arena.BytesList(info.PeerCertificates),
        PeerCertificateCount = (nuint)info.PeerCertificates.Count,
        Resumed = info.IsResumed ? 1 : 0,
        EarlyData = (int)info.EarlyData,
        MaxFragmentLength = info.MaximumFragmentLength ?? 0,
        KernelTls = (int)info.KernelTls,
    };
}

/// <summary><c>onb_statistics</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeStatistics : IVersioned
{
    public static int FirstSize => 88;

    public nuint Size;
    public ulong BytesReceived;
    public ulong BytesSent;
    public ulong RecordsReceived;
    public ulong RecordsSent;
    public ulong CiphertextReceived;
    public ulong CiphertextSent;
    public ulong ReadWants;
    public ulong WriteWants;
    public ulong OtherWants;
    public ulong CrossedWants;

    public static NativeStatistics Of(TlsConnectionStatistics statistics) => new()
    {
        Size = (nuint)sizeof(NativeStatistics),
        BytesReceived = (ulong)statistics.BytesReceived,
        BytesSent = (ulong)statistics.BytesSent,
        RecordsReceived = (ulong)statistics.RecordsReceived,
        RecordsSent = (ulong)statistics.RecordsSent,
        CiphertextReceived = (ulong)statistics.CiphertextReceived,
        CiphertextSent = (ulong)statistics.CiphertextSent,
        ReadWants = (ulong)statistics.ReadWants,
        WriteWants = (ulong)statistics.WriteWants,
        OtherWants = (ulong)statistics.OtherWants,
        CrossedWants = (ulong)statistics.CrossedWants,
    };
}

/// <summary><c>onb_listen_statistics</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeListenStatistics : IVersioned
{
    public static int FirstSize => 40;

    public nuint Size;
    public ulong Accepted;
    public ulong Refused;
    public ulong Shortages;
    public ulong Connections;
}
