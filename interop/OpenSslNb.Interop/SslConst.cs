namespace OpenSslNb.Interop;

/// <summary>Constants of openssl/ssl.h and openssl/tls1.h, named as there. A test compares each with the real headers.</summary>
internal static class SslConst
{
    internal const int SSL_ERROR_NONE = 0;
    internal const int SSL_ERROR_SSL = 1;
    internal const int SSL_ERROR_WANT_READ = 2;
    internal const int SSL_ERROR_WANT_WRITE = 3;
    internal const int SSL_ERROR_WANT_X509_LOOKUP = 4;
    internal const int SSL_ERROR_SYSCALL = 5;
    internal const int SSL_ERROR_ZERO_RETURN = 6;
    internal const int SSL_ERROR_WANT_ASYNC = 9;
    internal const int SSL_ERROR_WANT_ASYNC_JOB = 10;
    internal const int SSL_ERROR_WANT_CLIENT_HELLO_CB = 11;
    internal const int SSL_ERROR_WANT_RETRY_VERIFY = 12;
    internal const int SSL_WRITING = 2;
    internal const int SSL_READING = 3;
    internal const int SSL_CB_ALERT = 0x4000;
    internal const int SSL_CB_WRITE = 8;
    internal const int SSL_CB_READ = 4;
    internal const int SSL_MODE_AUTO_RETRY = 4;
    internal const int SSL_MODE_ENABLE_PARTIAL_WRITE = 1;
    internal const int SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER = 2;
    internal const int SSL_MODE_RELEASE_BUFFERS = 16;
    internal const ulong SSL_OP_NO_COMPRESSION = 0x20000;
    internal const ulong SSL_OP_NO_RENEGOTIATION = 0x40000000;
    internal const ulong SSL_OP_ALLOW_CLIENT_RENEGOTIATION = 0x100;
    internal const int SSL_VERIFY_NONE = 0;
    internal const int SSL_VERIFY_PEER = 1;
    internal const int SSL_VERIFY_FAIL_IF_NO_PEER_CERT = 2;
    internal const int SSL_CTRL_MODE = 33;
    internal const int SSL_CTRL_CLEAR_MODE = 78;
    internal const int SSL_CTRL_SET_MIN_PROTO_VERSION = 123;
    internal const int SSL_CTRL_SET_MAX_PROTO_VERSION = 124;
    internal const int SSL_CTRL_SET_SESS_CACHE_MODE = 44;
    internal const int SSL_CTRL_SET_GROUPS_LIST = 92;
    internal const int SSL_CTRL_CHAIN_CERT = 89;
    internal const int SSL_CTRL_SET_TLSEXT_HOSTNAME = 55;
    internal const int SSL_SESS_CACHE_OFF = 0;
    internal const int TLSEXT_NAMETYPE_host_name = 0;
    internal const int TLS1_2_VERSION = 0x303;
    internal const int TLS1_3_VERSION = 0x304;
    internal const int SSL_KEY_UPDATE_NOT_REQUESTED = 0;
    internal const int SSL_KEY_UPDATE_REQUESTED = 1;
    internal const int SSL_TLSEXT_ERR_OK = 0;
    internal const int SSL_TLSEXT_ERR_ALERT_FATAL = 2;
    internal const int OPENSSL_NPN_NEGOTIATED = 1;
    internal const int SSL_R_UNEXPECTED_EOF_WHILE_READING = 294;
    internal const int SSL_R_CERTIFICATE_VERIFY_FAILED = 134;
    internal const int SSL_R_BAD_WRITE_RETRY = 127;
    internal const int SSL_R_BAD_LENGTH = 271;
    internal const int SSL_AD_REASON_OFFSET = 1000;
}
