#include "connection.h"
#include "checks.h"
#include "wire.h"
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

static const char hello[] = "hello";
enum { HELLO = sizeof(hello) - 1, LARGEST = 32769 };

/* Repeats a call until it is done. Returns what the last one did. */
#define DRIVE(state, result, call)          \
    do {                                    \
        ERR_clear_error();                  \
        result = (call);                    \
    } while (result <= 0 && wire_retry(state, result))

static int write_all(struct state *state, const void *bytes, size_t length)
{
    int result;
    if (length == 0) return 1;
    DRIVE(state, result, SSL_write(state->ssl, bytes, (int)length));
    return result > 0 || fail("a write failed: %d", SSL_get_error(state->ssl, result));
}

static int write_early(struct state *state, const void *bytes, size_t length)
{
    size_t written;
    int result;
    DRIVE(state, result, SSL_write_early_data(state->ssl, bytes, length, &written));
    return result > 0 || fail("a write of early data failed: %d", SSL_get_error(state->ssl, result));
}

static void invert(unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) bytes[i] ^= 0xFF;
}

static int export_key(struct state *state)
{
    const struct options *options = state->options;
    unsigned char key[LARGEST];
    size_t length = (size_t)options->export_keying_material;
    if (length == 0) return 1;
    if (length > sizeof(key)
        || SSL_export_keying_material(state->ssl, key, length, options->export_label, strlen(options->export_label),
               (const unsigned char *)options->export_context, strlen(options->export_context), options->use_export_context) != 1) {
        return fail("exporting %zu bytes failed", length);
    }

    return write_all(state, key, length);
}

/* SSL_write_early_data(3): a client's come before its handshake, with a session that allows them. */
static int offer_early(struct state *state)
{
    const struct options *options = state->options;
    if (!state->is_resumption || !options->enable_early_data || !options->shim_writes_first) return 1;
    size_t limit = SSL_SESSION_get_max_early_data(state->session);
    if (limit == 0) return 1;

    /* A server may take less than that. */
    state->sent_early = limit < HELLO ? limit : HELLO;
    if (!write_early(state, hello, state->sent_early)) return 0;

    /* To the runner this connection is there already, and keying material is to be had only later. */
    return export_key(state);
}

/* SSL_read_early_data(3): a server's come before the end of its handshake, and are answered before it. */
static int take_early(struct state *state)
{
    unsigned char buffer[LARGEST];
    size_t length, room = (size_t)state->options->read_size;
    int result;
    if (!state->options->enable_early_data) return 1;
    if (room > sizeof(buffer)) room = sizeof(buffer);
    while (1) {
        do {
            ERR_clear_error();
            result = SSL_read_early_data(state->ssl, buffer, room, &length);
        } while (result == SSL_READ_EARLY_DATA_ERROR && wire_retry(state, -1));
        if (result == SSL_READ_EARLY_DATA_ERROR) return fail("reading early data failed: %d", SSL_get_error(state->ssl, -1));
        if (result == SSL_READ_EARLY_DATA_FINISH) return 1;
        if (state->options->shim_writes_first && state->sent_early == 0 && !write_early(state, hello, HELLO)) return 0;
        if (state->options->shim_writes_first) state->sent_early = HELLO;
        invert(buffer, length);
        if (length > 0 && !write_early(state, buffer, length)) return 0;
    }
}

static int handshake(struct state *state)
{
    int result;
    DRIVE(state, result, SSL_do_handshake(state->ssl));
    return result == 1 || fail("the handshake failed: %d", SSL_get_error(state->ssl, result));
}

/* What was not taken early is sent again: from now on it is another connection to the runner. */
static void turn_to_retry(struct state *state)
{
    if (state->options->server || !state->options->expect_reject_early_data) return;
    if (SSL_get_early_data_status(state->ssl) == SSL_EARLY_DATA_ACCEPTED) return;
    state->options = state->retry;
    state->sent_early = 0;
}

static int shake_hands(struct state *state)
{
    if (!handshake(state)) return 0;
    if (state->options->handshake_never_done) return fail("the handshake was completed");
    turn_to_retry(state);
    if (!check_handshake(state)) return 0;
    return (!state->options->handshake_twice && !state->options->no_op_extra_handshake) || handshake(state);
}

/* OpenSSL asks a client's application for new certificates alone; what a session holds, the application can look at itself. */
static int reverify(const struct state *state)
{
    const struct options *options = state->options;
    int is_wanted = options->reverify_on_resume && !options->server && state->is_resumption && SSL_get_peer_cert_chain(state->ssl) != NULL;
    return !is_wanted || !options->verify_fail || fail("the certificate of the resumed session is not acceptable any more");
}

/* RFC 5929 §3: the first Finished message, which is the server's when a session is resumed. */
static int send_unique(struct state *state)
{
    unsigned char finished[64];
    if (!state->options->tls_unique) return 1;
    int is_own = !state->options->server == !SSL_session_reused(state->ssl);
    size_t length = is_own ? SSL_get_finished(state->ssl, finished, sizeof(finished)) : SSL_get_peer_finished(state->ssl, finished, sizeof(finished));
    return length > 0 ? write_all(state, finished, length) : fail("no Finished message");
}

static int send_sizes(struct state *state)
{
    static const size_t sizes[] = {1, 255, 256, 257, 16383, 16384, 16385, 32767, 32768, 32769};
    static unsigned char record[LARGEST];
    memset(record, 0x42, sizeof(record));
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (!write_all(state, record, sizes[i])) return 0;
    }

    return 1;
}

/* is_unfinished: a write has been begun, and stopped by the runner's connection. */
static int send_first(struct state *state, int *is_unfinished)
{
    const struct options *options = state->options;
    if (!export_key(state) || !send_unique(state)) return 0;
    if (options->write_different_record_sizes) return send_sizes(state);
    if (state->sent_early == HELLO) return 1;
    if (state->sent_early == 0 && options->read_with_unfinished_write) {
        state->may_write = 1;
        ERR_clear_error();
        int result = SSL_write(state->ssl, hello, HELLO);
        *is_unfinished = 1;
        return (result <= 0 && SSL_get_error(state->ssl, result) == SSL_ERROR_WANT_WRITE) || fail("the write was not left unfinished");
    }

    return !options->shim_writes_first || write_all(state, hello + state->sent_early, HELLO - state->sent_early);
}

/* Before 3.0 an end without close_notify is an SSL_ERROR_SYSCALL without an error. */
static int is_end(struct state *state, int result)
{
    unsigned long error = ERR_peek_error();
    int kind = SSL_get_error(state->ssl, result);
    if (kind == SSL_ERROR_ZERO_RETURN) return 1;
#ifdef SSL_R_UNEXPECTED_EOF_WHILE_READING
    if (kind == SSL_ERROR_SSL && ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING) return state->is_established;
#endif
    return kind == SSL_ERROR_SYSCALL && error == 0 && state->is_at_end && state->is_established;
}

static int export_between(struct state *state)
{
    unsigned char byte;
    return !state->options->use_exporter_between_reads || SSL_export_keying_material(state->ssl, &byte, 1, "", 0, NULL, 0, 0) == 1 || fail("exporting failed");
}

/* The exporter is asked also where a read has stopped in the middle of something. */
static int read_once(struct state *state, unsigned char *buffer, int room)
{
    int result;
    do {
        ERR_clear_error();
        result = SSL_read(state->ssl, buffer, room);
        int retries = result <= 0 && wire_retry(state, result);
        if ((result > 0 || retries) && !export_between(state)) return -1;
        if (!retries) return result;
    } while (1);
}

static int answer(struct state *state, unsigned char *bytes, int length, int *is_unfinished)
{
    if (*is_unfinished && !write_all(state, hello, HELLO)) return 0;
    *is_unfinished = 0;
    if (state->options->key_update && !SSL_key_update(state->ssl, SSL_KEY_UPDATE_NOT_REQUESTED)) return fail("no KeyUpdate");
    invert(bytes, (size_t)length);
    return write_all(state, bytes, (size_t)length);
}

static int echo(struct state *state, int is_unfinished)
{
    static unsigned char buffer[1024 * 1024];
    int room = state->options->read_size, result;
    if (room > (int)sizeof(buffer)) room = (int)sizeof(buffer);
    while (1) {
        result = read_once(state, buffer, room);
        if (result <= 0) break;
        if (!answer(state, buffer, result, &is_unfinished)) return 0;
    }

    return is_end(state, result) || fail("a read failed: %d", SSL_get_error(state->ssl, result));
}

/*
 * SSL_shutdown(3): who begins is told 0 when its close_notify is sent, and reads until the peer's has come: asked again, SSL_shutdown would call a fatal alert
 * an end like that, and would fail in the middle of a KeyUpdate message. Without any call the session would be forgotten.
 */
static int shut_down(struct state *state)
{
    int result;
    if (!state->options->check_close_notify) return SSL_in_init(state->ssl) || SSL_shutdown(state->ssl) == 1 || fail("SSL_shutdown failed");
    DRIVE(state, result, SSL_shutdown(state->ssl));
    if (state->options->shim_shuts_down) {
        unsigned char rest;
        if (result != 0) return fail("SSL_shutdown: %d in place of 0", result);
        DRIVE(state, result, SSL_read(state->ssl, &rest, 1));
        return (result <= 0 && SSL_get_error(state->ssl, result) == SSL_ERROR_ZERO_RETURN) || fail("no close_notify came");
    }

    return result == 1 || fail("SSL_shutdown: %d in place of 1", result);
}

/* OpenSSL does not call back for the new ticket of a resumed session before TLS 1.3. */
static void keep_renewed(struct state *state)
{
    if (state->options->server || state->tickets == 0 || !SSL_session_reused(state->ssl) || SSL_version(state->ssl) >= TLS1_3_VERSION) return;
    SSL_SESSION_free(state->session);
    state->session = SSL_get1_session(state->ssl);
}

int connection_run(struct state *state)
{
    int is_unfinished = 0;
    if (!offer_early(state)) return 0;
    if (state->options->server && !take_early(state)) return 0;
    if (!state->options->implicit_handshake && !shake_hands(state)) return 0;

    /* SSL_write_early_data(3): reading does not end them. */
    if (state->options->implicit_handshake && state->sent_early > 0 && !handshake(state)) return 0;
    if (state->options->implicit_handshake) turn_to_retry(state);
    if (!reverify(state) || !send_first(state, &is_unfinished)) return 0;
    if (!state->options->shim_shuts_down && !echo(state, is_unfinished)) return 0;
    keep_renewed(state);
    return check_session(state) && shut_down(state) && check_end(state);
}
