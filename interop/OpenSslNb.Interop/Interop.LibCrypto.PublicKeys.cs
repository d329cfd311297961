namespace OpenSslNb.Interop;

/// <content>Public keys without certificates.</content>
internal static unsafe partial class LibCrypto
{
    /// <summary><c>i2d_PUBKEY(3)</c>: a SubjectPublicKeyInfo (RFC 5280 §4.1).</summary>
    internal static readonly delegate* unmanaged<nint, byte**, int> i2d_PUBKEY = (delegate* unmanaged<nint, byte**, int>)OpenSslLibrary.Required("i2d_PUBKEY");

    /// <summary><c>d2i_PUBKEY(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint*, byte**, nint, nint> d2i_PUBKEY = (delegate* unmanaged<nint*, byte**, nint, nint>)OpenSslLibrary.Required("d2i_PUBKEY");

    /// <summary><c>PEM_read_bio_PUBKEY(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, void*, void*, nint> PEM_read_bio_PUBKEY = (delegate* unmanaged<nint, nint, void*, void*, nint>)OpenSslLibrary.Required("PEM_read_bio_PUBKEY");

    /// <summary><c>X509_STORE_CTX_get0_rpk(3)</c>: borrowed; 0 when a certificate is verified. Null before 3.2.</summary>
    internal static readonly delegate* unmanaged<nint, nint> X509_STORE_CTX_get0_rpk = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Optional("X509_STORE_CTX_get0_rpk");

    /// <summary><c>EVP_PKEY_get0_EC_KEY(3)</c>: borrowed; 0 when the key is of another kind.</summary>
    internal static readonly delegate* unmanaged<nint, nint> EVP_PKEY_get0_EC_KEY = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Optional("EVP_PKEY_get0_EC_KEY");

    /// <summary><c>EC_KEY_get0_group(3)</c>: borrowed.</summary>
    internal static readonly delegate* unmanaged<nint, nint> EC_KEY_get0_group = (delegate* unmanaged<nint, nint>)OpenSslLibrary.Optional("EC_KEY_get0_group");

    /// <summary><c>EC_GROUP_get_curve_name(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> EC_GROUP_get_curve_name = (delegate* unmanaged<nint, int>)OpenSslLibrary.Optional("EC_GROUP_get_curve_name");
}
