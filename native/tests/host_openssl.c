/*
 * A host that uses OpenSSL itself, by the same library or by one that is linked into it: its error queue and its contexts are not touched, whatever the library
 * does on the host's thread.
 */
#include "harness.h"
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

enum { ENTRIES = 3 };

typedef struct queue {
    unsigned long codes[ENTRIES];
} queue;

/* Entries of the host's own, with all that an entry can have. */
static void leave_errors(queue *left)
{
    int i;
    ERR_clear_error();
    for (i = 0; i < ENTRIES; i++) {
        ERR_raise_data(ERR_LIB_USER, 100 + i, "entry %d", i);
        left->codes[i] = ERR_peek_last_error();
    }
}

static void find_errors(const queue *left)
{
    int i;
    for (i = 0; i < ENTRIES; i++) {
        const char *file, *function, *data;
        int line, flags;
        char expected[20];
        unsigned long code = ERR_get_error_all(&file, &line, &function, &data, &flags);
        snprintf(expected, sizeof expected, "entry %d", i);
        CHECK(code == left->codes[i]);
        CHECK(strstr(file, "host_openssl.c") != NULL && line > 0 && strcmp(function, "leave_errors") == 0);
        CHECK((flags & ERR_TXT_STRING) != 0 && strcmp(data, expected) == 0);
    }
    CHECK(ERR_get_error() == 0);
}

#define KEEPS_ERRORS(statement)    \
    do {                           \
        queue left_;               \
        leave_errors(&left_);      \
        statement;                 \
        find_errors(&left_);       \
    } while (0)

/* A handshake of the host's own, over its own BIOs. */
static void host_handshake(SSL_CTX *context)
{
    SSL *client = SSL_new(context), *server = SSL_new(context);
    BIO *one, *other;
    int i;
    CHECK(client != NULL && server != NULL && BIO_new_bio_pair(&one, 0, &other, 0) == 1);
    SSL_set_bio(client, one, one);
    SSL_set_bio(server, other, other);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    for (i = 0; i < 100 && (!SSL_is_init_finished(client) || !SSL_is_init_finished(server)); i++) {
        SSL_do_handshake(client);
        SSL_do_handshake(server);
    }
    CHECK(SSL_is_init_finished(client) && SSL_is_init_finished(server));
    SSL_free(client);
    SSL_free(server);
}

static SSL_CTX *host_context(const identity *id)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    char key[4096];
    size_t length = sizeof key;
    BIO *bio;
    X509 *certificate;
    EVP_PKEY *private_key;
    OK(onb_certificate_key_pem(id->certificate, key, &length));
    bio = BIO_new_mem_buf(id->pem, (int)id->pem_length);
    certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    bio = BIO_new_mem_buf(key, (int)length);
    private_key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    CHECK(SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, private_key) == 1);
    X509_free(certificate);
    EVP_PKEY_free(private_key);
    return context;
}

typedef struct peer {
    onb_loop *loop;
    int received, closed;
} peer;

static void on_received(onb_conn *conn, const void *data, size_t length, void *user)
{
    (void)data;
    ((peer *)user)->received += (int)length;
    OK(onb_close(conn));
}

static void echo(onb_conn *conn, const void *data, size_t length, void *user)
{
    (void)user;
    OK(onb_send(conn, data, length));
}

static void on_closed(onb_conn *conn, const onb_outcome *outcome, void *user)
{
    peer *state = user;
    (void)conn;
    if (outcome->reason != ONB_CLOSE_NOTIFY) fail_at(__FILE__, __LINE__, outcome->message);
    state->closed = 1;
    OK(onb_loop_stop(state->loop));
}

/* Both ends on the host's thread. */
static void on_a_driven_loop(const contexts *both, int by_turns)
{
    int sockets[2];
    peer state = { NULL, 0, 0 };
    onb_callbacks client = ONB_CALLBACKS_INIT, server = ONB_CALLBACKS_INIT;
    onb_conn *conn, *other;
    client.on_received = on_received;
    client.on_closed = on_closed;
    server.on_received = echo;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
    KEEPS_ERRORS(OK(onb_loop_new_driven(NULL, &state.loop)));
    OK(onb_adopt(state.loop, sockets[0], both->client, "localhost", &client, &state, NULL, &conn));
    OK(onb_adopt(state.loop, sockets[1], both->server, NULL, &server, NULL, NULL, &other));
    KEEPS_ERRORS(OK(onb_send(conn, "hello", 5)));
    if (by_turns) {
        while (!state.closed) KEEPS_ERRORS(OK(onb_loop_turn(state.loop, NULL)));
    } else {
        KEEPS_ERRORS(OK(onb_loop_run(state.loop)));
    }
    CHECK(state.received == 5);
    KEEPS_ERRORS(OK(onb_loop_free(state.loop)));
}

/* How many files of libssl the process has. */
static int libssl_count(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[4096], last[4096] = "";
    int count = 0;
    CHECK(maps != NULL);
    while (fgets(line, sizeof line, maps)) {
        char *path = strchr(line, '/');
        if (path == NULL || strstr(path, "libssl.so") == NULL || strcmp(path, last) == 0) continue;
        strcpy(last, path);
        count++;
    }
    fclose(maps);
    return count;
}

int main(void)
{
    contexts both;
    pair machines;
    SSL_CTX *context;
    onb_config *config;
    onb_context *none;
    queue left;
    char byte;
    size_t length = 1;

    /* Before the library has found OpenSSL. */
    leave_errors(&left);
    CHECK(strstr(onb_openssl_version(), "OpenSSL ") != NULL);
    find_errors(&left);
    KEEPS_ERRORS(contexts_make(&both, ONB_TLS_DEFAULT));
    context = host_context(&both.id);
    host_handshake(context);
    CHECK(libssl_count() == 1);

    KEEPS_ERRORS(pair_make(&machines, both.client, both.server, "localhost"));
    KEEPS_ERRORS(pair_connect(&machines));
    KEEPS_ERRORS(pair_send(&machines, machines.client, machines.server, 40000));
    OK(onb_machine_feed(machines.client, "garbage that is no record", 25));
    KEEPS_ERRORS(CHECK_RESULT(ONB_E_LOST, onb_machine_read(machines.client, &byte, &length)));
    KEEPS_ERRORS(pair_free(&machines));

    OK(onb_config_new_client(&config));
    OK(onb_config_set_groups(config, "no-such-group"));
    KEEPS_ERRORS(CHECK_RESULT(ONB_E_OPENSSL, onb_context_new(config, &none)));
    OK(onb_config_free(config));
    KEEPS_ERRORS(CHECK_RESULT(ONB_E_OPENSSL, onb_certificate_from_pem("x", 1, "x", 1, NULL, &both.id.certificate)));
    on_a_driven_loop(&both, 0);
    on_a_driven_loop(&both, 1);

    host_handshake(context);
    SSL_CTX_free(context);
    KEEPS_ERRORS(contexts_free(&both));
    return 0;
}
