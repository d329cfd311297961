#include "wire.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* The runner gives up on its own after 15 s; a shim that is forgotten must not stay for ever. */
enum { PATIENCE_IN_SECONDS = 60 };

static int connect_to(int family, int port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    const struct timeval patience = {.tv_sec = PATIENCE_IN_SECONDS};
    const int one = 1;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    int failed = setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0
        || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0
        || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) != 0
        || (family == AF_INET6 ? connect(fd, (struct sockaddr *)&v6, sizeof(v6)) : connect(fd, (struct sockaddr *)&v4, sizeof(v4))) != 0;
    if (!failed) return fd;
    close(fd);
    return -1;
}

/* Newer runners tell their shims apart by this. */
static int say_who(int fd, const char *shim_id)
{
    unsigned char bytes[8];
    unsigned long long id = strtoull(shim_id, NULL, 10);
    for (size_t i = 0; i < sizeof(bytes); i++) bytes[i] = (unsigned char)(id >> (8 * i));
    return send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL) == sizeof(bytes);
}

int wire_connect(struct state *state)
{
    const struct options *options = state->options;

    /* A runner that numbers its shims says which address it listens at. Others listen at ::1 where they can: 127.0.0.1 may be somebody else's port. */
    int prefers_ipv6 = options->ipv6 || options->shim_id == NULL;
    state->socket = connect_to(prefers_ipv6 ? AF_INET6 : AF_INET, options->port);
    if (state->socket < 0) state->socket = connect_to(prefers_ipv6 ? AF_INET : AF_INET6, options->port);
    if (state->socket < 0) return fail("no connection to the runner at port %d: %s", options->port, strerror(errno));
    if (options->shim_id != NULL && !say_who(state->socket, options->shim_id)) return fail("the runner did not take the shim's number");
    return 1;
}

void wire_close(struct state *state)
{
    char rest[1024];
    if (state->socket < 0) return;
    shutdown(state->socket, SHUT_WR);
    while (recv(state->socket, rest, sizeof(rest), 0) > 0) continue;
    close(state->socket);
    state->socket = -1;
}

static int bio_read(BIO *bio, char *buffer, int size)
{
    struct state *state = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (state->options->async) {
        if (!state->may_read) {
            BIO_set_retry_read(bio);
            return -1;
        }

        state->may_read = 0;
        size = 1;
    }

    /* A reset is an end, too: what OpenSSL makes of it is the test. */
    ssize_t received = recv(state->socket, buffer, (size_t)size, 0);
    if (received < 0 && errno == ECONNRESET) received = 0;
    state->is_at_end = received == 0;
    return (int)received;
}

/*
 * An alert is not held up: OpenSSL gives up one that cannot be written at once, for a connection that has failed cannot be asked to go on
 * (ossl_statem_send_fatal() in ssl/statem/statem.c). SSL_state_string_long(3) tells that it has failed.
 */
static int may_pass(const struct state *state)
{
    return !state->options->async || strcmp(SSL_state_string_long(state->ssl), "error") == 0;
}

static int bio_write(BIO *bio, const char *bytes, int size)
{
    struct state *state = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (!may_pass(state)) {
        if (!state->may_write) {
            BIO_set_retry_write(bio);
            return -1;
        }

        state->may_write = 0;
        size = size > 1 ? 1 : size;
    }

    ssize_t sent = send(state->socket, bytes, (size_t)size, MSG_NOSIGNAL);

    /* What a runner that has gone sent before is still read, and says more than this. */
    return sent < 0 && (errno == EPIPE || errno == ECONNRESET) ? size : (int)sent;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)number;
    (void)pointer;
    if (command == BIO_CTRL_EOF) return ((struct state *)BIO_get_data(bio))->is_at_end;
    return command == BIO_CTRL_FLUSH || command == BIO_CTRL_PUSH || command == BIO_CTRL_POP;
}

static int bio_create(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

int wire_attach(struct state *state)
{
    static BIO_METHOD *method;
    if (method == NULL) {
        method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "runner");
        if (method == NULL || !BIO_meth_set_create(method, bio_create) || !BIO_meth_set_read(method, bio_read)
            || !BIO_meth_set_write(method, bio_write) || !BIO_meth_set_ctrl(method, bio_control)) {
            return 0;
        }
    }

    BIO *bio = BIO_new(method);
    if (bio == NULL) return 0;
    BIO_set_data(bio, state);
    SSL_set_bio(state->ssl, bio, bio);
    return 1;
}

int wire_retry(struct state *state, int result)
{
    switch (SSL_get_error(state->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return state->may_read = state->options->async;
    case SSL_ERROR_WANT_WRITE:
        return state->may_write = state->options->async;
    case SSL_ERROR_WANT_X509_LOOKUP:
        return state->certificate_is_ready = 1;
    case SSL_ERROR_WANT_CLIENT_HELLO_CB:
        return state->hello_is_ready = 1;
#ifdef SSL_ERROR_WANT_RETRY_VERIFY
    case SSL_ERROR_WANT_RETRY_VERIFY:
        return state->verdict_is_ready = 1;
#endif
    default:
        return 0;
    }
}
