using System.Runtime.InteropServices;
using System.Text;
using OpenSslNb.Interop;
using OpenSslNb.Transport;

namespace OpenSslNb.OpenSsl;

/// <content>Early data (RFC 8446 §2.3): what a client sends with its first flight, and what a server has got of it.</content>
internal sealed unsafe partial class SslInstance
{
    private ByteFifo _earlyInput;

    /// <summary>What a client sends early, the same bytes at each attempt; null for nothing.</summary>
    public byte[]? EarlyOutput { get; private set; }

    /// <summary>True until OpenSSL has taken all of <see cref="EarlyOutput"/>.</summary>
    public bool IsSendingEarlyData { get; set; }

    /// <summary>True until a server's OpenSSL has said that there is no early data, or no more.</summary>
    public bool IsTakingEarlyData { get; set; }

    /// <summary>Early data that came in and was not taken yet.</summary>
    public int EarlyInputLength => _earlyInput.Length;

    /// <summary>Sends data early if the session that is offered allows so much. Before the first step of the handshake.</summary>
    /// <returns>False when it will not be sent early.</returns>
    public bool TrySendEarly(ReadOnlySpan<byte> data)
    {
        nint session = LibSsl.SSL_get_session(Ssl);
        if (data.IsEmpty || session == 0 || OffLoop is not null || LibSsl.SSL_SESSION_get_max_early_data(session) < (uint)data.Length || !SuitsEarlyData(session)) return false;

        // Pinned: a retry must have the same address (SSL_write(3)).
        EarlyOutput = GC.AllocateUninitializedArray<byte>(data.Length, pinned: true);
        data.CopyTo(EarlyOutput);
        IsSendingEarlyData = true;
        return true;
    }

    // What OpenSSL would end the handshake for (RFC 8446 §4.2.10): early data belongs to the protocol and the name that its session was made with.
    private bool SuitsEarlyData(nint session)
    {
        if (Context.Options.MaximumProtocol is not (TlsProtocol.Default or TlsProtocol.Tls13)) return false;
        byte* protocol;
        nuint length;
        LibSsl.SSL_SESSION_get0_alpn_selected(session, &protocol, &length);
        if (length > 0 && !Context.Options.ApplicationProtocols.Contains(Encoding.ASCII.GetString(protocol, (int)length))) return false;
        byte* name = LibSsl.SSL_SESSION_get0_hostname(session);
        byte* own = LibSsl.SSL_get_servername(Ssl, SslConst.TLSEXT_NAMETYPE_host_name);
        return name == null || (own != null && MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name).SequenceEqual(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(own)));
    }

    /// <summary>Early data came in.</summary>
    public void KeepEarlyData(ReadOnlySpan<byte> data) => _earlyInput.Append(data);

    /// <summary>Moves early data out, as much as fits.</summary>
    public int TakeEarlyInput(Span<byte> destination) => _earlyInput.Take(destination);

    /// <summary>What became of early data; once the handshake has ended.</summary>
    public TlsEarlyData EarlyDataOutcome => LibSsl.SSL_get_early_data_status(Ssl) switch
    {
        SslConst.SSL_EARLY_DATA_ACCEPTED => TlsEarlyData.Accepted,
        SslConst.SSL_EARLY_DATA_REJECTED => TlsEarlyData.Rejected,
        _ => TlsEarlyData.None,
    };
}
