/* A loop is freed while everybody is at work: each connection that was given out is told of its end, once, and nothing leaks. */
#include "harness.h"
#include <dirent.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS = 3 };

static contexts both;
static onb_loop *loop;
static atomic_long started, closed, refused;
static atomic_int stop;

static int open_descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    CHECK(folder != NULL);
    while (readdir(folder) != NULL) count++;
    closedir(folder);
    return count;
}

static void on_closed(onb_conn *conn, const onb_outcome *outcome, void *user)
{
    (void)conn;
    (void)outcome;
    (void)user;
    atomic_fetch_add(&closed, 1);
}

/* --- a client that connects again as soon as it has lost its connection --- */

static onb_callbacks again;
static int port;

static void on_closed_again(onb_conn *conn, const onb_outcome *outcome, void *user)
{
    int is_current;
    onb_conn *next;
    on_closed(conn, outcome, user);
    OK(onb_loop_is_current(loop, &is_current));
    CHECK(is_current);
    if (onb_connect(loop, "127.0.0.1", port, both.client, &again, NULL, NULL, &next) == ONB_OK) atomic_fetch_add(&started, 1);
    else atomic_fetch_add(&refused, 1);
}

static void reconnecting(int in_lookup)
{
    onb_callbacks callbacks = ONB_CALLBACKS_INIT;
    onb_listener *listener;
    onb_conn *conn;
    started = closed = refused = 0;
    OK(onb_loop_new(NULL, &loop));
    OK(onb_listen(loop, "127.0.0.1", 0, both.server, &callbacks, NULL, NULL, &listener));
    OK(onb_listener_address(listener, NULL, &port));
    again = callbacks;
    again.on_closed = on_closed_again;
    OK(onb_connect(loop, in_lookup ? "name.invalid" : "127.0.0.1", port, both.client, &again, NULL, NULL, &conn));
    atomic_fetch_add(&started, 1);
    OK(onb_loop_free(loop));
    CHECK(started == closed && refused >= 1);
}

/* --- threads that connect, and that give sockets away, while it ends --- */

static void *connecting(void *unused)
{
    onb_callbacks callbacks = ONB_CALLBACKS_INIT;
    onb_conn *conn;
    callbacks.on_closed = on_closed;
    while (!stop) {
        if (onb_connect(loop, "127.0.0.1", port, both.client, &callbacks, NULL, NULL, &conn) == ONB_OK) atomic_fetch_add(&started, 1);
    }
    return unused;
}

static void *adopting(void *unused)
{
    onb_callbacks callbacks = ONB_CALLBACKS_INIT;
    callbacks.on_closed = on_closed;
    while (!stop) {
        int ends[2];
        onb_conn *conn;
        onb_result result;
        CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
        close(ends[1]);
        result = onb_adopt(loop, ends[0], both.server, NULL, &callbacks, NULL, NULL, &conn);
        if (result == ONB_OK) atomic_fetch_add(&started, 1);
        else if (result == ONB_E_BAD_HANDLE) close(ends[0]);
        else CHECK_RESULT(ONB_E_BAD_STATE, result);
    }
    return unused;
}

static void racing(void *(*work)(void *))
{
    onb_callbacks callbacks = ONB_CALLBACKS_INIT;
    onb_listener *listener;
    pthread_t threads[THREADS];
    int i;
    started = closed = 0;
    stop = 0;
    OK(onb_loop_new(NULL, &loop));
    OK(onb_listen(loop, "127.0.0.1", 0, both.server, &callbacks, NULL, NULL, &listener));
    OK(onb_listener_address(listener, NULL, &port));
    for (i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
    while (started < 50) sched_yield();
    OK(onb_loop_free(loop));
    stop = 1;
    for (i = 0; i < THREADS; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(started == closed);
}

/* --- a listener that is for one connection --- */

typedef struct single {
    onb_listener *listener;
    atomic_int accepted, closed;
} single;

static void *on_accepted_once(onb_listener *listener, onb_conn *conn, void *user)
{
    single *own = user;
    CHECK(listener == own->listener);
    if (atomic_fetch_add(&own->accepted, 1) == 0) {
        OK(onb_listener_close(listener));
        own->closed = 1;
    }
    OK(onb_conn_abort(conn));
    return user;
}

static void *dialling(void *unused)
{
    while (!stop) {
        struct sockaddr_in address;
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        memset(&address, 0, sizeof address);
        address.sin_family = AF_INET;
        address.sin_port = htons((unsigned short)port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connect(fd, (struct sockaddr *)&address, sizeof address);
        close(fd);
    }
    return unused;
}

/* Somebody dials the port already when it is listened on. */
static void closing_in_on_accepted(void)
{
    enum { MOST = 100 };
    static single all[MOST];
    onb_callbacks callbacks = ONB_CALLBACKS_INIT;
    pthread_t thread;
    int i, rounds = is_short() ? 5 : MOST;
    stop = 0;
    callbacks.on_accepted = on_accepted_once;
    OK(onb_loop_new(NULL, &loop));
    OK(onb_listen(loop, "127.0.0.1", 0, both.server, &callbacks, &all[0], NULL, &all[0].listener));
    OK(onb_listener_address(all[0].listener, NULL, &port));
    CHECK(pthread_create(&thread, NULL, dialling, NULL) == 0);
    for (i = 0; i < rounds; i++) {
        onb_result result = ONB_OK;
        while (i > 0 && (result = onb_listen(loop, "127.0.0.1", port, both.server, &callbacks, &all[i], NULL, &all[i].listener)) == ONB_E_IO) sched_yield();
        OK(result);
        while (!all[i].closed) sched_yield();
        CHECK_RESULT(ONB_E_BAD_HANDLE, onb_listener_close(all[i].listener));
    }
    stop = 1;
    CHECK(pthread_join(thread, NULL) == 0);
    OK(onb_loop_free(loop));
}

int main(void)
{
    int before, i, rounds = is_short() ? 2 : 10;
    contexts_make(&both, ONB_TLS1_3);
    for (i = 0; i < rounds; i++) {
        reconnecting(0);
        reconnecting(1);
    }
    racing(adopting);
    before = open_descriptors();
    for (i = 0; i < rounds; i++) {
        racing(connecting);
        racing(adopting);
    }
    CHECK(open_descriptors() <= before);
    closing_in_on_accepted();
    contexts_free(&both);
    return 0;
}
