/*
 * A shim for BoringSSL's protocol test runner on nothing but OpenSSL: where it fails a test, OpenSSL does, and where only that of the engine fails, the engine does.
 * One process is one test: a connection, and as many more as it asks for, which resume what the one before has left.
 */
#include "checks.h"
#include "connection.h"
#include "context.h"
#include "wire.h"
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

static int connect_once(struct state *state, SSL_CTX *context)
{
    int ok = context_make_ssl(state, context) && wire_connect(state) && wire_attach(state) && connection_run(state);
    if (!ok) ERR_print_errors_fp(stderr);
    wire_close(state);
    SSL_free(state->ssl);
    state->ssl = NULL;
    return ok;
}

static int run(const struct all_options *all)
{
    static struct state state;
    SSL_CTX *context = NULL;
    int ok = 1;
    for (int i = 0; ok && i <= all->initial.resume_count; i++) {
        SSL_SESSION *session = state.session;
        memset(&state, 0, sizeof(state));
        state.options = i == 0 ? &all->initial : &all->resume;
        state.retry = &all->retry;
        state.session = session;
        state.is_resumption = i > 0;
        state.socket = -1;
        context = context_make(state.options, context);
        ok = context != NULL || fail("no context");
        if (ok && i > 0 && !state.options->server && session == NULL) ok = fail("no session to offer");
        if (ok) ok = connect_once(&state, context);
        if (!ok && context == NULL) ERR_print_errors_fp(stderr);
        if (!ok) fail("connection %d failed", i + 1);
    }

    SSL_SESSION_free(state.session);
    SSL_CTX_free(context);
    return ok;
}

int main(int argc, char **argv)
{
    struct all_options all;

    /* Before it runs any test the runner asks what is there: a second process that takes over in the middle of handshakes is BoringSSL's alone. */
    if (argc == 2 && strcmp(argv[1], "-is-handshaker-supported") == 0) {
        puts("No");
        return PASSED;
    }

    options_parse(&all, argc, argv);
    return run(&all) ? PASSED : FAILED;
}
