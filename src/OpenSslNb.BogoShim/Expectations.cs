using System.Security.Cryptography;
using OpenSslNb.Interop;
using OpenSslNb.OpenSsl;

namespace OpenSslNb.BogoShim;

/// <summary>What the test says must have come of a connection.</summary>
internal static unsafe class Expectations
{
    public static void CheckHandshake(SslMachine machine, ShimOptions options, MessageLog log, bool isResumption)
    {
        TlsConnectionInfo info = machine.Info!;
        if (options.ExpectVersion != 0) Same((int)info.Protocol, options.ExpectVersion, "version");
        bool expectsResumption = isResumption && !options.ExpectSessionMiss;
        if (info.IsResumed != expectsResumption) throw new TestFailure($"session unexpectedly was{(info.IsResumed ? "" : " not")} reused");
        if (options.ExpectServerName is { } name) Same(info.ServerName ?? info.ClientHello?.ServerName, name, "server name");
        string? protocol = options.Server ? options.DeclineAlpn ? null : options.SelectAlpn : options.ExpectAlpn;
        Same(info.ApplicationProtocol ?? "", protocol ?? "", "application protocol");
        if (options.ExpectCurve != 0 && info is { Group: null, IsResumed: true } && !OpenSslLibrary.Version.Is3OrLater) throw new NotImplementedFlagException("OpenSSL 1.1.1 has forgotten the group of a session");
        if (options.ExpectCurve != 0) Same(info.Group, Names.Group(options.ExpectCurve), "group");

        // Nobody signs where a session is resumed, and OpenSSL's sessions do not hold who did.
        if (options.ExpectPeerSignature != 0 && !info.IsResumed) Same(info.PeerSignatureAlgorithm, Names.Signature(options.ExpectPeerSignature), "the peer's signature algorithm");
        if (!isResumption && (options.ExpectSessionId || options.ExpectNoSessionId) && NativeSwitches.KeepsSessions(machine) != options.ExpectSessionId) throw new TestFailure($"the session was {(options.ExpectSessionId ? "not " : "")}cached on the server, but we expected the opposite");
        if (options.ExpectExtendedMasterSecret && !NativeSwitches.HasExtendedMasterSecret(machine)) throw new TestFailure("No EMS for connection when expected");
        if (options.ExpectSecureRenegotiation && !NativeSwitches.HasSecureRenegotiation(machine)) throw new TestFailure("No secure renegotiation for connection when expected");
        if (options.ExpectNoSecureRenegotiation && NativeSwitches.HasSecureRenegotiation(machine)) throw new TestFailure("Secure renegotiation unexpectedly negotiated for connection");
        if (options.ExpectHelloRetryRequest is { } retried && log.ClientHellos > 1 != retried) throw new TestFailure($"Got {(retried ? "no " : "")}HRR, but wanted opposite.");
        CheckEarlyData(info, options);
        CheckPeer(machine, info, options);
        if (options.ExpectSelectedCredential is { } index && options.CredentialAt(index) is { } own) CheckOwn(machine, own);
    }

    /// <summary>After the connection's end.</summary>
    public static void CheckEnd(SslMachine machine, ShimOptions options, MessageLog log)
    {
        // One that was refused counts, too, for the library, which limits them.
        Same(options.Renegotiate ? machine.Instance.RenegotiationsOfPeer : 0, options.ExpectTotalRenegotiations, "number of renegotiations");
        if (options.ExpectMessages is { } messages) Same(log.Text, messages, "messages");
    }

    private static void CheckEarlyData(TlsConnectionInfo info, ShimOptions options)
    {
        bool isAccepted = info.EarlyData == TlsEarlyData.Accepted;
        if ((options.ExpectAcceptEarlyData && !isAccepted) || (options.ExpectRejectEarlyData && isAccepted)) throw new TestFailure($"Early data was{(isAccepted ? "" : " not")} accepted, but we expected the opposite");
        if (options.ExpectEarlyDataReason is { } reason && isAccepted != (reason is "accept" or "accepted")) throw new TestFailure($"Early data was{(isAccepted ? "" : " not")} accepted, but expected \"{reason}\"");
        if (options.ExpectNoOfferEarlyData && info.EarlyData != TlsEarlyData.None) throw new TestFailure("Client unexpectedly offered early data.");
    }

    private static void CheckOwn(SslMachine machine, ShimCredential expected)
    {
        nint ssl = machine.Instance.Ssl;
        bool isSelected = expected.IsRawKey
            ? Der.WritePublicKey(LibSsl.SSL_get_privatekey(ssl)).AsSpan().SequenceEqual(expected.Read(staples: false).PublicKey.SubjectPublicKeyInfo.Span)
            : LibSsl.SSL_get_certificate(ssl) is var own and not 0 && Der.Write(own).AsSpan().SequenceEqual(Der.Write(Pem.ReadCertificates(File.ReadAllBytes(expected.CertificateFile!), expected.CertificateFile!)[0].Pointer));
        if (!isSelected) throw new TestFailure("another credential was selected than was expected");
    }

    private static void CheckPeer(SslMachine machine, TlsConnectionInfo info, ShimOptions options)
    {
        // No status comes where a session is resumed, and OpenSSL's sessions do not hold it.
        if (options.ExpectOcspResponse is { } response && !info.IsResumed && !NativeSwitches.OcspResponseOf(machine).SequenceEqual(response)) throw new TestFailure("OCSP response mismatch");
        if (options.ExpectPeerCertFile is { } file)
        {
            IEnumerable<string> expected = Pem.ReadCertificates(File.ReadAllBytes(file), file).Select(certificate => Convert.ToHexString(Der.Write(certificate.Pointer)));
            Same(string.Join(' ', info.PeerCertificates.Select(certificate => Convert.ToHexString(certificate.Span))), string.Join(' ', expected), "the peer's certificates");
        }

        if (options.ExpectPeerCertificateType is { } type) Same((int?)info.PeerCertificateType, type, "the peer's certificate type");
        if (options.ExpectPeerRawKeyHash is { } hash && (info.PeerRawPublicKey is not { } key || !SHA256.HashData(key.Span).AsSpan().SequenceEqual(hash))) throw new TestFailure("another raw public key came than was expected");
        bool hasCertificate = info.PeerCertificates.Count > 0 || info.PeerRawPublicKey is not null;
        if (options.Psk is not null && hasCertificate) throw new TestFailure("Received peer certificate on a PSK cipher.");
        if (options.Psk is null && (!options.Server || options.RequireAnyClientCertificate) && !hasCertificate) throw new TestFailure("Received no peer certificate but expected one.");
    }

    private static void Same<T>(T actual, T expected, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(actual, expected)) throw new TestFailure($"{what}: got {actual}, wanted {expected}");
    }
}
