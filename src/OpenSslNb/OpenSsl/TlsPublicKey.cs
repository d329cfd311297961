using OpenSslNb.Interop;
using OpenSslNb.OpenSsl;

namespace OpenSslNb;

/// <summary>A public key, a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), such as peers are known by that show no certificate (RFC 7250). Immutable; two are equal when their encodings are.</summary>
public sealed class TlsPublicKey : IEquatable<TlsPublicKey>
{
    private readonly byte[] _encoding;

    internal TlsPublicKey(byte[] encoding) => _encoding = encoding;

    /// <summary>The SubjectPublicKeyInfo as DER, in OpenSSL's encoding (<c>i2d_PUBKEY(3)</c>).</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => _encoding;

    /// <summary>SHA-256 of it, spelled as in <see cref="TlsClientOptions.PinnedKeys"/> (RFC 7469 §2.4).</summary>
    public string Pin => PublicKeyPin.Text(Digests.Sha256(_encoding));

    /// <summary>Reads a key from a file, PEM or DER.</summary>
    /// <param name="path">With one key, as <c>openssl pkey -pubout</c> writes it.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="OpenSslException">It holds something else.</exception>
    public static TlsPublicKey FromFile(string path)
    {
        OpenSslLibrary.EnsureLoaded();
        byte[] file = File.ReadAllBytes(path);
        return new TlsPublicKey(CertificateFile.IsDer(file) ? Der.ReadPublicKey(file, path) : Pem.ReadPublicKey(file, path));
    }

    /// <summary>Takes a key from PEM (<c>-----BEGIN PUBLIC KEY-----</c>, RFC 7468 §13; <c>PEM_read_bio_PUBKEY(3)</c>).</summary>
    /// <param name="pem">The first key in it counts.</param>
    /// <exception cref="OpenSslException">It holds something else.</exception>
    public static TlsPublicKey FromPem(ReadOnlySpan<byte> pem)
    {
        OpenSslLibrary.EnsureLoaded();
        return new TlsPublicKey(Pem.ReadPublicKey(pem, "the text"));
    }

    /// <summary>Takes a key from DER (<c>d2i_PUBKEY(3)</c>).</summary>
    /// <param name="subjectPublicKeyInfo">And nothing behind it.</param>
    /// <exception cref="OpenSslException">It is something else.</exception>
    public static TlsPublicKey FromDer(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        OpenSslLibrary.EnsureLoaded();
        return new TlsPublicKey(Der.ReadPublicKey(subjectPublicKeyInfo, "the data"));
    }

    /// <inheritdoc/>
    public bool Equals(TlsPublicKey? other) => other is not null && _encoding.AsSpan().SequenceEqual(other._encoding);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TlsPublicKey);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_encoding);
        return hash.ToHashCode();
    }

    /// <summary>Its <see cref="Pin"/>.</summary>
    public override string ToString() => Pin;
}
