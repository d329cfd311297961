/* What connections leave for the next one. */
#include "callbacks.h"
#include <string.h>

enum { MOST_SESSIONS = 16 };

/* Copies: an SSL_SESSION can be in one context's cache only. */
static SSL_SESSION *kept[MOST_SESSIONS];

int callback_new_session(SSL *ssl, SSL_SESSION *session)
{
    struct state *state = state_of(ssl);
    state->session_was_cached = 1;
    if (state->options->server) {
        for (size_t i = 0; i < MOST_SESSIONS; i++) {
            if (kept[i] != NULL) continue;
            kept[i] = SSL_SESSION_dup(session);
            break;
        }

        return 0;
    }

    /* The newest one is offered next. */
    SSL_SESSION_free(state->session);
    state->session = session;
    return 1;
}

void callback_remove_session(SSL_CTX *context, SSL_SESSION *session)
{
    unsigned length, other_length;
    const unsigned char *id = SSL_SESSION_get_id(session, &length);
    (void)context;
    for (size_t i = 0; i < MOST_SESSIONS; i++) {
        if (kept[i] == NULL) continue;
        const unsigned char *other = SSL_SESSION_get_id(kept[i], &other_length);
        if (length != other_length || memcmp(id, other, length) != 0) continue;
        SSL_SESSION_free(kept[i]);
        kept[i] = NULL;
    }
}

void callback_copy_sessions(SSL_CTX *context)
{
    for (size_t i = 0; i < MOST_SESSIONS; i++) {
        SSL_SESSION *copy = kept[i] == NULL ? NULL : SSL_SESSION_dup(kept[i]);
        if (copy == NULL) continue;
        SSL_CTX_add_session(context, copy);
        SSL_SESSION_free(copy);
    }
}
