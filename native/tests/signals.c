/* The host's dispositions and its mask are as they were, from before the first call until after the last; and no SIGPIPE comes. */
#include "harness.h"
#include <signal.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIGNALS = 65 };

static void on_signal(int number)
{
    (void)number;
}

static struct sigaction before[SIGNALS];
static sigset_t mask_before;

static void note(void)
{
    struct sigaction own;
    int i;
    memset(&own, 0, sizeof own);
    own.sa_handler = on_signal;
    sigaction(SIGUSR1, &own, NULL);
    sigaction(SIGCHLD, &own, NULL);
    sigaction(SIGFPE, &own, NULL);
    for (i = 1; i < SIGNALS; i++) sigaction(i, NULL, &before[i]);
    pthread_sigmask(SIG_SETMASK, NULL, &mask_before);
}

static void compare(void)
{
    struct sigaction now;
    sigset_t mask;
    int i;
    for (i = 1; i < SIGNALS; i++) {
        if (sigaction(i, NULL, &now) != 0) continue;
        if (now.sa_handler != before[i].sa_handler || now.sa_flags != before[i].sa_flags) {
            fprintf(stderr, "the disposition of signal %d has changed\n", i);
            fail_at(__FILE__, __LINE__, "signals");
        }
    }
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    for (i = 1; i < SIGNALS; i++) CHECK(sigismember(&mask, i) == sigismember(&mask_before, i));
}

typedef struct peer {
    onb_loop *loop;
    int closed;
} peer;

static void on_closed(onb_conn *conn, const onb_outcome *outcome, void *user)
{
    peer *state = user;
    (void)conn;
    if (outcome->reason != ONB_CLOSE_RESET && outcome->reason != ONB_CLOSE_TRUNCATED) fail_at(__FILE__, __LINE__, outcome->message);
    state->closed = 1;
    OK(onb_loop_stop(state->loop));
}

/* The other end is closed before anything is written: each write would raise SIGPIPE. */
static void broken_pipe(onb_context *client, onb_transport transport)
{
    int sockets[2];
    peer state = { NULL, 0 };
    onb_callbacks callbacks = ONB_CALLBACKS_INIT;
    onb_conn_options options = ONB_CONN_OPTIONS_INIT;
    onb_conn *conn;
    callbacks.on_closed = on_closed;
    options.transport = transport;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
    close(sockets[1]);
    OK(onb_loop_new_driven(NULL, &state.loop));
    OK(onb_adopt(state.loop, sockets[0], client, "localhost", &callbacks, &state, &options, &conn));
    OK(onb_loop_run(state.loop));
    CHECK(state.closed);
    OK(onb_loop_free(state.loop));
}

int main(void)
{
    contexts both;
    onb_loop *loop;
    signal(SIGPIPE, SIG_DFL);
    note();
    CHECK(onb_version() == ONB_VERSION);
    compare();
    contexts_make(&both, ONB_TLS_DEFAULT);
    OK(onb_loop_new(NULL, &loop));
    compare();
    broken_pipe(both.client, ONB_TRANSPORT_BUFFERED);
    broken_pipe(both.client, ONB_TRANSPORT_FD);
    OK(onb_loop_free(loop));
    contexts_free(&both);
    compare();
    return 0;
}
