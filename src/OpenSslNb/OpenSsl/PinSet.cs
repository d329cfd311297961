using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Public keys of which a verified chain must have one.</summary>
internal sealed unsafe class PinSet
{
    private readonly byte[][] _pins;

    private PinSet(byte[][] pins) => _pins = pins;

    /// <summary>Null when there are none.</summary>
    /// <exception cref="ArgumentException">One is not spelled as a pin.</exception>
    public static PinSet? Of(IReadOnlyList<string> texts) => texts.Count == 0 ? null : new PinSet([.. texts.Select(PublicKeyPin.Parse)]);

    /// <summary>Whether a certificate of the chain has one of the keys.</summary>
    /// <param name="chain">A stack of certificates, from <c>X509_STORE_CTX_get0_chain(3)</c>.</param>
    public bool Matches(nint chain)
    {
        Span<byte> pin = stackalloc byte[PublicKeyPin.Length];
        for (int i = 0; i < LibCrypto.OPENSSL_sk_num(chain); i++)
        {
            PublicKeyPin.Of(LibCrypto.OPENSSL_sk_value(chain, i), pin);
            if (Has(pin)) return true;
        }

        return false;
    }

    /// <summary>Whether this is one of them.</summary>
    public bool Has(ReadOnlySpan<byte> pin)
    {
        foreach (byte[] known in _pins)
        {
            if (pin.SequenceEqual(known)) return true;
        }

        return false;
    }
}
