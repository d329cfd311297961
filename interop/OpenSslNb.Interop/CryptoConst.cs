namespace OpenSslNb.Interop;

/// <summary>Constants of libcrypto, named as there. A test compares each with the real headers.</summary>
internal static class CryptoConst
{
    internal const int BIO_CB_FREE = 1;
    internal const int BIO_CB_READ = 2;
    internal const int BIO_CB_CTRL = 6;
    internal const int BIO_CB_RETURN = 128;
    internal const int BIO_CB_WRITE = 3;
    internal const int BIO_CTRL_EOF = 2;
    internal const int BIO_CTRL_GET_KTLS_SEND = 73;
    internal const int BIO_CTRL_GET_KTLS_RECV = 76;
    internal const int BIO_CTRL_FLUSH = 11;
    internal const int BIO_CTRL_PENDING = 10;
    internal const int BIO_FLAGS_READ = 1;
    internal const int BIO_FLAGS_WRITE = 2;
    internal const int BIO_FLAGS_RWS = 7;
    internal const int BIO_FLAGS_SHOULD_RETRY = 8;
    internal const int BIO_TYPE_SOURCE_SINK = 0x400;
    internal const int CRYPTO_EX_INDEX_SSL = 0;
    internal const int ERR_LIB_SSL = 20;
    internal const int ERR_LIB_PEM = 9;
    internal const int ERR_LIB_SYS = 2;
    internal const int ERR_R_MALLOC_FAILURE = 0xC0100;
    internal const int OSSL_PARAM_UTF8_STRING = 4;
    internal const int OSSL_PARAM_OCTET_STRING = 5;
    internal const int EVP_PKEY_RSA = 6;
    internal const int EVP_PKEY_RSA_PSS = 912;
    internal const int EVP_PKEY_EC = 408;
    internal const int EVP_PKEY_OP_PARAMGEN = 2;
    internal const int EVP_PKEY_OP_KEYGEN = 4;
    internal const int EVP_PKEY_CTRL_EC_PARAMGEN_CURVE_NID = 4097;
    internal const int MBSTRING_UTF8 = 0x1000;
    internal const int NID_X9_62_prime256v1 = 415;
    internal const int NID_basic_constraints = 87;
    internal const int NID_subject_alt_name = 85;
    internal const int NID_md5 = 4;
    internal const int NID_sha1 = 64;
    internal const int EVP_MAX_MD_SIZE = 64;
    internal const int PEM_R_NO_START_LINE = 108;
    internal const int X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS = 4;
    internal const int X509_V_OK = 0;
    internal const int X509_V_ERR_APPLICATION_VERIFICATION = 50;
    internal const int X509_V_FLAG_CRL_CHECK = 0x4;
    internal const int X509_V_FLAG_CRL_CHECK_ALL = 0x8;
    internal const int X509_V_FLAG_PARTIAL_CHAIN = 0x80000;
    internal const ulong OPENSSL_INIT_LOAD_CONFIG = 0x40;
    internal const ulong OPENSSL_INIT_NO_LOAD_CONFIG = 0x80;
    internal const ulong OPENSSL_INIT_NO_ATEXIT = 0x80000;
    internal const ulong OPENSSL_INIT_LOAD_SSL_STRINGS = 0x200000;
    internal const ulong OPENSSL_INIT_LOAD_CRYPTO_STRINGS = 2;
}
