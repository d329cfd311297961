namespace OpenSslNb.Interop;

/// <content>Keys: openssl/evp.h, openssl/ec.h.</content>
internal static unsafe partial class LibCrypto
{
    /// <summary><c>EVP_aes_256_cbc(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint> EVP_aes_256_cbc = (delegate* unmanaged<nint>)OpenSslLibrary.Required("EVP_aes_256_cbc");

    /// <summary><c>EVP_EncryptInit_ex(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, nint, byte*, byte*, int> EVP_EncryptInit_ex = (delegate* unmanaged<nint, nint, nint, byte*, byte*, int>)OpenSslLibrary.Required("EVP_EncryptInit_ex");

    /// <summary><c>EVP_DecryptInit_ex(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint, nint, byte*, byte*, int> EVP_DecryptInit_ex = (delegate* unmanaged<nint, nint, nint, byte*, byte*, int>)OpenSslLibrary.Required("EVP_DecryptInit_ex");

    /// <summary><c>EVP_MAC_CTX_set_params(3)</c>, since 3.0.</summary>
    internal static readonly delegate* unmanaged<nint, OSSL_PARAM*, int> EVP_MAC_CTX_set_params = (delegate* unmanaged<nint, OSSL_PARAM*, int>)OpenSslLibrary.Optional("EVP_MAC_CTX_set_params");

    /// <summary><c>HMAC_Init_ex(3)</c>, which versions from 3.0 on do not need.</summary>
    internal static readonly delegate* unmanaged<nint, byte*, int, nint, nint, int> HMAC_Init_ex = (delegate* unmanaged<nint, byte*, int, nint, nint, int>)OpenSslLibrary.Optional("HMAC_Init_ex");

    /// <summary><c>EVP_PKEY_free(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> EVP_PKEY_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("EVP_PKEY_free");

    /// <summary><c>EVP_PKEY_CTX_new_id(3)</c>.</summary>
    internal static readonly delegate* unmanaged<int, nint, nint> EVP_PKEY_CTX_new_id = (delegate* unmanaged<int, nint, nint>)OpenSslLibrary.Required("EVP_PKEY_CTX_new_id");

    /// <summary><c>EVP_PKEY_CTX_free(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, void> EVP_PKEY_CTX_free = (delegate* unmanaged<nint, void>)OpenSslLibrary.Required("EVP_PKEY_CTX_free");

    /// <summary><c>EVP_PKEY_CTX_ctrl(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int, int, int, int, void*, int> EVP_PKEY_CTX_ctrl = (delegate* unmanaged<nint, int, int, int, int, void*, int>)OpenSslLibrary.Required("EVP_PKEY_CTX_ctrl");

    /// <summary><c>EVP_PKEY_keygen_init(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> EVP_PKEY_keygen_init = (delegate* unmanaged<nint, int>)OpenSslLibrary.Required("EVP_PKEY_keygen_init");

    /// <summary><c>EVP_PKEY_keygen(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, nint*, int> EVP_PKEY_keygen = (delegate* unmanaged<nint, nint*, int>)OpenSslLibrary.Required("EVP_PKEY_keygen");

    /// <summary><c>EVP_sha256(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint> EVP_sha256 = (delegate* unmanaged<nint>)OpenSslLibrary.Required("EVP_sha256");

    /// <summary><c>EVP_md5(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint> EVP_md5 = (delegate* unmanaged<nint>)OpenSslLibrary.Required("EVP_md5");

    /// <summary><c>EVP_PKEY_CTX_set_ec_paramgen_curve_nid(3)</c>: a macro before 3.0, and still what the function does.</summary>
    internal static int EVP_PKEY_CTX_set_ec_paramgen_curve_nid(nint context, int nid) =>
        EVP_PKEY_CTX_ctrl(context, CryptoConst.EVP_PKEY_EC, CryptoConst.EVP_PKEY_OP_PARAMGEN | CryptoConst.EVP_PKEY_OP_KEYGEN, CryptoConst.EVP_PKEY_CTRL_EC_PARAMGEN_CURVE_NID, nid, null);

    /// <summary><c>EVP_get_digestbyname(3)</c>.</summary>
    internal static readonly delegate* unmanaged<byte*, nint> EVP_get_digestbyname = (delegate* unmanaged<byte*, nint>)OpenSslLibrary.Required("EVP_get_digestbyname");

    /// <summary><c>OBJ_nid2sn(3)</c>.</summary>
    internal static readonly delegate* unmanaged<int, byte*> OBJ_nid2sn = (delegate* unmanaged<int, byte*>)OpenSslLibrary.Required("OBJ_nid2sn");

    /// <summary><c>EVP_Digest(3)</c>.</summary>
    internal static readonly delegate* unmanaged<void*, nuint, byte*, uint*, nint, nint, int> EVP_Digest = (delegate* unmanaged<void*, nuint, byte*, uint*, nint, nint, int>)OpenSslLibrary.Required("EVP_Digest");

    /// <summary><c>d2i_AutoPrivateKey(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint*, byte**, nint, nint> d2i_AutoPrivateKey = (delegate* unmanaged<nint*, byte**, nint, nint>)OpenSslLibrary.Required("d2i_AutoPrivateKey");

    /// <summary><c>EVP_PKEY_get_base_id(3)</c>.</summary>
    internal static readonly delegate* unmanaged<nint, int> EVP_PKEY_get_base_id = (delegate* unmanaged<nint, int>)OpenSslLibrary.RequiredAny("EVP_PKEY_get_base_id", "EVP_PKEY_base_id");
}

/// <summary><c>OSSL_PARAM(3)</c>.</summary>
internal unsafe struct OSSL_PARAM
{
    internal byte* key;
    internal uint data_type;
    internal void* data;
    internal nuint data_size;
    internal nuint return_size;
}
