using OpenSslNb.Interop;
using OpenSslNb.OpenSsl;

namespace OpenSslNb;

/// <content>The status that a server sends with the certificate (OCSP stapling, RFC 6066 §8).</content>
public sealed unsafe partial class TlsCertificate
{
    private volatile StapledResponse? _staple;

    /// <summary>The OCSP response that servers send to clients who ask for one; null for none. From any thread; connections that begin later send it. <see cref="OcspStapler"/> keeps it fresh.</summary>
    public ReadOnlyMemory<byte>? OcspResponse => _staple is { } staple ? staple.Der : default(ReadOnlyMemory<byte>?);

    /// <summary>True when <paramref name="pointer"/> is this certificate's <c>X509</c>.</summary>
    internal bool Is(nint pointer) => HasCertificate && _chain[0].Pointer == pointer;

    /// <summary>What may be sent now: none that has grown too old.</summary>
    internal byte[]? CurrentStaple => _staple is { } staple && staple.End > DateTimeOffset.UtcNow ? staple.Der : null;

    /// <summary>
    /// Sends this OCSP response from now on, until it says that it is too old. From any thread.
    /// </summary>
    /// <param name="response">DER, as a responder gives it (RFC 6960 §4.2).</param>
    /// <param name="issuer">The certificate of whoever has issued this one, PEM; null when it is in the chain.</param>
    /// <exception cref="ObjectDisposedException">The certificate was disposed.</exception>
    /// <exception cref="ArgumentException">It is of another certificate or time, or not signed by the issuer or who was named by it, or says that the certificate is not good, or there is no issuer; what was sent before stays.</exception>
    public void SetOcspResponse(ReadOnlySpan<byte> response, byte[]? issuer = null)
    {
        using Hold hold = new(this);
        using SafeX509Handle? given = issuer is null ? null : Pem.ReadCertificates(issuer, "the issuer")[0];
        nint issuerPointer = given?.Pointer ?? IssuerInChain();
        if (issuerPointer == 0) throw new ArgumentException("the certificate's issuer is not in its chain: put it there, or give it", nameof(issuer));
        byte[] copy = response.ToArray();
        string? fault = Check(copy, issuerPointer, out TimeSpan goodFor);
        if (fault is not null) throw new ArgumentException($"the OCSP response is not good: {fault}", nameof(response));
        _staple = new StapledResponse(copy, DateTimeOffset.UtcNow + goodFor);
    }

    /// <summary>Sends these bytes as the status, whatever they are, for those who test what clients make of them.</summary>
    internal void SetOcspResponseUnchecked(byte[] response) => _staple = new StapledResponse(response, DateTimeOffset.MaxValue);

    /// <summary>How long <see cref="OcspResponse"/> may still be sent; zero when there is none.</summary>
    internal TimeSpan StapleGoodFor => _staple is { } staple && staple.End > DateTimeOffset.UtcNow ? staple.End - DateTimeOffset.UtcNow : TimeSpan.Zero;

    /// <summary>An OCSP request about this certificate (RFC 6960 §4.1), DER.</summary>
    internal byte[] CreateOcspRequest(byte[]? issuer)
    {
        using Hold hold = new(this);
        using SafeX509Handle? given = issuer is null ? null : Pem.ReadCertificates(issuer, "the issuer")[0];
        nint issuerPointer = given?.Pointer ?? IssuerInChain();
        if (issuerPointer == 0) throw new ArgumentException("the certificate's issuer is not in its chain: put it there, or give it", nameof(issuer));
        return OcspRequest.Create(Own, issuerPointer);
    }

    /// <summary>Where the certificate says that its status can be asked for (RFC 5280 §4.2.2.1); null when it does not say.</summary>
    internal Uri? OcspResponder
    {
        get
        {
            using Hold hold = new(this);
            return OcspRequest.ResponderOf(Own);
        }
    }

    private nint IssuerInChain()
    {
        nint own = Own;
        foreach (SafeX509Handle link in _chain)
        {
            if (LibCrypto.X509_check_issued(link.Pointer, own) == CryptoConst.X509_V_OK) return link.Pointer;
        }

        return 0;
    }

    // Trusts the issuer alone, whoever that is: clients judge for themselves.
    private string? Check(byte[] response, nint issuer, out TimeSpan goodFor)
    {
        nint store = LibCrypto.X509_STORE_new();
        nint chain = LibCrypto.OPENSSL_sk_new_null();
        try
        {
            if (store == 0 || chain == 0 || LibCrypto.X509_STORE_add_cert(store, issuer) != 1 || LibCrypto.X509_STORE_set_flags(store, CryptoConst.X509_V_FLAG_PARTIAL_CHAIN) != 1 || LibCrypto.OPENSSL_sk_push(chain, issuer) <= 0)
            {
                throw OpenSslException.FromQueue("the OCSP response could not be checked");
            }

            return OpenSsl.OcspResponse.Fault(response, Own, issuer, chain, store, out goodFor);
        }
        finally
        {
            LibCrypto.OPENSSL_sk_free(chain);
            LibCrypto.X509_STORE_free(store);
        }
    }

    private sealed record StapledResponse(byte[] Der, DateTimeOffset End);
}
