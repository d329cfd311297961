/* Prints what the C side really says: one NAME VALUE a line. The tests compare each with the constants of the bindings. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stddef.h>
#include <errno.h>
#include <signal.h>
#include <poll.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#define SHOW(name) printf("%s %lld\n", #name, (long long)(name))

int main(void)
{
    SHOW(OPENSSL_VERSION_NUMBER);
    SHOW(SSL_ERROR_NONE);
    SHOW(SSL_ERROR_SSL);
    SHOW(SSL_ERROR_WANT_READ);
    SHOW(SSL_ERROR_WANT_WRITE);
    SHOW(SSL_ERROR_WANT_X509_LOOKUP);
    SHOW(SSL_ERROR_SYSCALL);
    SHOW(SSL_ERROR_ZERO_RETURN);
    SHOW(SSL_ERROR_WANT_ASYNC);
    SHOW(SSL_ERROR_WANT_ASYNC_JOB);
    SHOW(SSL_ERROR_WANT_CLIENT_HELLO_CB);
#ifdef SSL_ERROR_WANT_RETRY_VERIFY
    SHOW(SSL_ERROR_WANT_RETRY_VERIFY);
#endif
    SHOW(SSL_WRITING);
    SHOW(SSL_READING);
    SHOW(SSL_CB_ALERT);
    SHOW(SSL_CB_WRITE);
    SHOW(SSL_CB_READ);
    SHOW(SSL_MODE_AUTO_RETRY);
    SHOW(SSL_MODE_ENABLE_PARTIAL_WRITE);
    SHOW(SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SHOW(SSL_MODE_RELEASE_BUFFERS);
    SHOW(SSL_OP_NO_COMPRESSION);
    SHOW(SSL_OP_NO_RENEGOTIATION);
#ifdef SSL_OP_ENABLE_KTLS
    SHOW(SSL_OP_ENABLE_KTLS);
#endif
#ifdef SSL_OP_ALLOW_CLIENT_RENEGOTIATION
    SHOW(SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
#endif
    SHOW(SSL_VERIFY_NONE);
    SHOW(SSL_VERIFY_PEER);
    SHOW(SSL_VERIFY_FAIL_IF_NO_PEER_CERT);
    SHOW(SSL_CTRL_MODE);
    SHOW(SSL_CTRL_CLEAR_MODE);
    SHOW(SSL_CTRL_SET_MIN_PROTO_VERSION);
    SHOW(SSL_CTRL_SET_MAX_PROTO_VERSION);
    SHOW(SSL_CTRL_SET_SESS_CACHE_MODE);
    SHOW(SSL_CTRL_SET_GROUPS_LIST);
    SHOW(SSL_CTRL_CHAIN_CERT);
    SHOW(SSL_CTRL_SET_TLSEXT_HOSTNAME);
    SHOW(SSL_CTRL_GET_TLSEXT_TICKET_KEYS);
    SHOW(SSL_CTRL_SET_TLSEXT_TICKET_KEYS);
    SHOW(SSL_SESS_CACHE_OFF);
    SHOW(TLSEXT_NAMETYPE_host_name);
    SHOW(TLS1_2_VERSION);
    SHOW(TLS1_3_VERSION);
    SHOW(SSL3_RT_CHANGE_CIPHER_SPEC);
    SHOW(SSL3_RT_ALERT);
    SHOW(SSL3_RT_HANDSHAKE);
    SHOW(SSL3_RT_APPLICATION_DATA);
    SHOW(SSL3_RT_HEADER);
    SHOW(SSL3_RT_INNER_CONTENT_TYPE);
    SHOW(SSL_KEY_UPDATE_NOT_REQUESTED);
    SHOW(SSL_KEY_UPDATE_REQUESTED);
    SHOW(SSL_TLSEXT_ERR_OK);
    SHOW(SSL_TLSEXT_ERR_ALERT_FATAL);
    SHOW(OPENSSL_NPN_NEGOTIATED);
#ifdef SSL_R_UNEXPECTED_EOF_WHILE_READING
    SHOW(SSL_R_UNEXPECTED_EOF_WHILE_READING);
#endif
    SHOW(SSL_R_CERTIFICATE_VERIFY_FAILED);
    SHOW(SSL_R_BAD_WRITE_RETRY);
    SHOW(SSL_R_BAD_LENGTH);
    SHOW(SSL_AD_REASON_OFFSET);
    SHOW(BIO_CB_FREE);
    SHOW(BIO_CB_READ);
    SHOW(BIO_CB_RETURN);
    SHOW(BIO_CB_WRITE);
    SHOW(BIO_CTRL_EOF);
    SHOW(BIO_CTRL_FLUSH);
#ifdef BIO_CTRL_GET_KTLS_SEND
    SHOW(BIO_CTRL_GET_KTLS_SEND);
#endif
#ifdef BIO_CTRL_GET_KTLS_RECV
    SHOW(BIO_CTRL_GET_KTLS_RECV);
#endif
    SHOW(BIO_CTRL_PENDING);
    SHOW(BIO_FLAGS_READ);
    SHOW(BIO_FLAGS_WRITE);
    SHOW(BIO_FLAGS_RWS);
    SHOW(BIO_FLAGS_SHOULD_RETRY);
    SHOW(BIO_TYPE_SOURCE_SINK);
    SHOW(CRYPTO_EX_INDEX_SSL);
    SHOW(ERR_LIB_SSL);
    SHOW(ERR_LIB_PEM);
    SHOW(ERR_LIB_SYS);
    SHOW(ERR_R_MALLOC_FAILURE);
    SHOW(EVP_PKEY_EC);
    SHOW(EVP_PKEY_OP_PARAMGEN);
    SHOW(EVP_PKEY_OP_KEYGEN);
    SHOW(EVP_PKEY_CTRL_EC_PARAMGEN_CURVE_NID);
    SHOW(MBSTRING_UTF8);
    SHOW(NID_X9_62_prime256v1);
    SHOW(NID_basic_constraints);
    SHOW(NID_subject_alt_name);
    SHOW(PEM_R_NO_START_LINE);
    SHOW(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SHOW(X509_V_OK);
    SHOW(OPENSSL_INIT_NO_ATEXIT);
    SHOW(OPENSSL_INIT_LOAD_SSL_STRINGS);
    SHOW(OPENSSL_INIT_LOAD_CRYPTO_STRINGS);
    SHOW(AF_INET);
    SHOW(AF_INET6);
    SHOW(SOCK_STREAM);
    SHOW(SOCK_NONBLOCK);
    SHOW(SOCK_CLOEXEC);
    SHOW(SOL_SOCKET);
    SHOW(SO_ERROR);
    SHOW(SO_LINGER);
    SHOW(SO_RCVBUF);
    SHOW(SO_SNDBUF);
    SHOW(SO_REUSEADDR);
    SHOW(SO_REUSEPORT);
    SHOW(IPPROTO_TCP);
    SHOW(TCP_NODELAY);
    SHOW(IPPROTO_IPV6);
    SHOW(IPV6_V6ONLY);
    SHOW(MSG_DONTWAIT);
    SHOW(MSG_NOSIGNAL);
    SHOW(SHUT_WR);
    SHOW(EFD_CLOEXEC);
    SHOW(EFD_NONBLOCK);
    SHOW(EPOLL_CLOEXEC);
    SHOW(EPOLL_CTL_ADD);
    SHOW(EPOLL_CTL_DEL);
    SHOW(EPOLL_CTL_MOD);
    SHOW(EPOLLIN);
    SHOW(EPOLLOUT);
    SHOW(EPOLLERR);
    SHOW(EPOLLHUP);
    SHOW(POLLIN);
    SHOW(POLLOUT);
    SHOW(POLLERR);
    SHOW(POLLHUP);
    SHOW(POLLNVAL);
    SHOW(SIGPIPE);
    SHOW(SIG_BLOCK);
    SHOW(RLIMIT_NOFILE);
    SHOW(EPERM);
    SHOW(EINTR);
    SHOW(EBADF);
    SHOW(EAGAIN);
    SHOW(ENOMEM);
    SHOW(EMFILE);
    SHOW(ENFILE);
    SHOW(EPIPE);
    SHOW(EPROTO);
    SHOW(ENOBUFS);
    SHOW(ECONNRESET);
    SHOW(ECONNABORTED);
    SHOW(ECONNREFUSED);
    SHOW(EINPROGRESS);
    SHOW(ENETDOWN);
    SHOW(ENETUNREACH);
    SHOW(EHOSTUNREACH);
    SHOW(ETIMEDOUT);
    SHOW(sizeof(struct pollfd));
    SHOW(offsetof(struct pollfd, fd));
    SHOW(offsetof(struct pollfd, events));
    SHOW(offsetof(struct pollfd, revents));
    SHOW(sizeof(struct epoll_event));
    SHOW(offsetof(struct epoll_event, events));
    SHOW(offsetof(struct epoll_event, data));
    SHOW(sizeof(struct linger));
    SHOW(offsetof(struct linger, l_onoff));
    SHOW(offsetof(struct linger, l_linger));
    SHOW(sizeof(sigset_t));
    SHOW(sizeof(struct rlimit));
    SHOW(offsetof(struct rlimit, rlim_cur));
    SHOW(offsetof(struct rlimit, rlim_max));
    SHOW(sizeof(socklen_t));
    SHOW(sizeof(nfds_t));
    SHOW(sizeof(long));
    return 0;
}
