/* One connection: what it was asked for, and what has come of it so far. */
#ifndef PLAIN_SHIM_STATE_H
#define PLAIN_SHIM_STATE_H

#include "options.h"
#include <openssl/ssl.h>

enum { LOG_SIZE = 8192 };

struct state {
    const struct options *options;
    const struct options *retry;
    SSL *ssl;
    int is_resumption;

    /* The connection to the runner. How many bytes may pass until the next attempt, when it is one at a time. */
    int socket;
    int may_read;
    int may_write;
    int is_at_end;

    /* Answers that are given at the second question. */
    int certificate_is_ready;
    int verdict_is_ready;
    int hello_is_ready;

    int certificate_is_installed;
    int client_hellos;
    int tickets;
    int ticket_was_decrypted;
    int is_established;
    size_t sent_early;
    int session_was_cached;
    SSL_SESSION *session;
    char log[LOG_SIZE];
    size_t log_length;
};

static inline struct state *state_of(const SSL *ssl)
{
    return SSL_get_app_data(ssl);
}

/* Writes down why the test has failed. Always 0. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
