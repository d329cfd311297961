/* Many threads send on one connection, post to its loop and race with its end. */
#include "harness.h"
#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 4, MESSAGE = 64 };

typedef struct shared {
    onb_conn *conn;
    atomic_int opened, closed, posted, sent_all, go;
    atomic_size_t received;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    size_t messages;
    int counts[THREADS];
    unsigned char partial[MESSAGE];
    size_t partial_length;
} shared;

typedef struct sender {
    shared *all;
    onb_loop *loop;
    int number;
} sender;

static void signal_all(shared *all)
{
    pthread_mutex_lock(&all->mutex);
    pthread_cond_broadcast(&all->changed);
    pthread_mutex_unlock(&all->mutex);
}

static void wait_for(shared *all, atomic_int *value, int least)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 50;
    pthread_mutex_lock(&all->mutex);
    while (atomic_load(value) < least) CHECK(pthread_cond_timedwait(&all->changed, &all->mutex, &end) == 0);
    pthread_mutex_unlock(&all->mutex);
}

static void on_opened(onb_conn *conn, void *user)
{
    shared *all = user;
    (void)conn;
    atomic_store(&all->opened, 1);
    signal_all(all);
}

/* Every message whole, and each thread's in order. */
static void take_message(shared *all, const unsigned char *message)
{
    int number, count, i;
    memcpy(&number, message, sizeof number);
    memcpy(&count, message + sizeof number, sizeof count);
    CHECK(number >= 0 && number < THREADS && count == all->counts[number]);
    all->counts[number]++;
    for (i = 2 * (int)sizeof(int); i < MESSAGE; i++) CHECK(message[i] == (unsigned char)(number + count));
}

static void on_received(onb_conn *conn, const void *data, size_t length, void *user)
{
    shared *all = user;
    const unsigned char *bytes = data;
    (void)conn;
    while (length > 0) {
        size_t part = MESSAGE - all->partial_length;
        if (part > length) part = length;
        memcpy(all->partial + all->partial_length, bytes, part);
        all->partial_length += part;
        bytes += part;
        length -= part;
        if (all->partial_length == MESSAGE) {
            take_message(all, all->partial);
            all->partial_length = 0;
            atomic_fetch_add(&all->received, 1);
        }
    }
    signal_all(all);
}

static void on_closed(onb_conn *conn, const onb_outcome *outcome, void *user)
{
    shared *all = user;
    (void)conn;
    (void)outcome;
    atomic_store(&all->closed, 1);
    signal_all(all);
}

static void on_posted(void *user)
{
    atomic_fetch_add((atomic_int *)user, 1);
}

static void server_received(onb_conn *conn, const void *data, size_t length, void *user)
{
    int result = onb_send(conn, data, length);
    (void)user;
    CHECK(result == ONB_OK || result == ONB_E_SEND_CLOSED);
}

static void *send_messages(void *argument)
{
    sender *own = argument;
    shared *all = own->all;
    unsigned char message[MESSAGE];
    size_t i;
    int is_current;
    OK(onb_loop_is_current(own->loop, &is_current));
    CHECK(!is_current);
    for (i = 0; i < all->messages; i++) {
        int result, count = (int)i;
        memset(message, (unsigned char)(own->number + count), sizeof message);
        memcpy(message, &own->number, sizeof own->number);
        memcpy(message + sizeof own->number, &count, sizeof count);
        while ((result = onb_send(all->conn, message, sizeof message)) == ONB_FULL) sched_yield();
        OK(result);
        if (i % 100 == 0) OK(onb_loop_post(own->loop, on_posted, &all->posted));
    }
    return NULL;
}

/* Sends until the connection is gone: never anything but a code that says so. */
static void *send_until_gone(void *argument)
{
    sender *own = argument;
    char message[MESSAGE] = { 0 };
    int result;
    while (!atomic_load(&own->all->go)) sched_yield();
    do {
        result = onb_send(own->all->conn, message, sizeof message);
        CHECK(result == ONB_OK || result == ONB_FULL || result == ONB_E_SEND_CLOSED || result == ONB_E_BAD_HANDLE);
        if (result == ONB_FULL) sched_yield();
    } while (result != ONB_E_BAD_HANDLE);
    return NULL;
}

static void on_sent(onb_result result, void *user)
{
    shared *all = user;
    OK(result);
    atomic_store(&all->sent_all, 1);
    signal_all(all);
}

static void ignore_received(onb_conn *conn, const void *data, size_t length, void *user)
{
    (void)conn;
    (void)data;
    atomic_fetch_add(&((shared *)user)->received, length);
    signal_all(user);
}

static void prepare(shared *all, onb_loop *loop, const contexts *both, onb_listener **listener, int counts_only)
{
    onb_callbacks server = ONB_CALLBACKS_INIT, client = ONB_CALLBACKS_INIT;
    char address[ONB_ADDRESS_SIZE];
    int port;
    memset(all, 0, sizeof *all);
    pthread_mutex_init(&all->mutex, NULL);
    pthread_cond_init(&all->changed, NULL);
    all->messages = is_short() ? 200 : 5000;
    server.on_received = server_received;
    client.on_opened = on_opened;
    client.on_received = counts_only ? ignore_received : on_received;
    client.on_closed = on_closed;
    OK(onb_listen(loop, "127.0.0.1", 0, both->server, &server, NULL, NULL, listener));
    OK(onb_listener_address(*listener, address, &port));
    OK(onb_connect(loop, "localhost", port, both->client, &client, all, NULL, &all->conn));
    wait_for(all, &all->opened, 1);
}

static void in_order(const contexts *both)
{
    shared all;
    sender senders[THREADS];
    pthread_t threads[THREADS];
    onb_loop *loop;
    onb_listener *listener;
    int i;
    OK(onb_loop_new(NULL, &loop));
    prepare(&all, loop, both, &listener, 0);
    for (i = 0; i < THREADS; i++) {
        senders[i].all = &all;
        senders[i].loop = loop;
        senders[i].number = i;
        CHECK(pthread_create(&threads[i], NULL, send_messages, &senders[i]) == 0);
    }
    for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    pthread_mutex_lock(&all.mutex);
    while (atomic_load(&all.received) < THREADS * all.messages) pthread_cond_wait(&all.changed, &all.mutex);
    pthread_mutex_unlock(&all.mutex);
    CHECK(atomic_load(&all.posted) >= THREADS);
    OK(onb_close(all.conn));
    wait_for(&all, &all.closed, 1);
    OK(onb_listener_close(listener));
    OK(onb_loop_free(loop));
}

static void racing_with_the_end(const contexts *both, int by_loop)
{
    shared all;
    sender senders[THREADS];
    pthread_t threads[THREADS];
    onb_loop *loop;
    onb_listener *listener;
    int i;
    OK(onb_loop_new(NULL, &loop));
    prepare(&all, loop, both, &listener, 1);
    for (i = 0; i < THREADS; i++) {
        senders[i].all = &all;
        CHECK(pthread_create(&threads[i], NULL, send_until_gone, &senders[i]) == 0);
    }
    atomic_store(&all.go, 1);
    pthread_mutex_lock(&all.mutex);
    while (atomic_load(&all.received) < 10 * MESSAGE) pthread_cond_wait(&all.changed, &all.mutex);
    pthread_mutex_unlock(&all.mutex);
    if (by_loop) OK(onb_loop_free(loop));
    else OK(onb_conn_abort(all.conn));
    wait_for(&all, &all.closed, 1);
    for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    OK(onb_listener_close(listener));
    if (!by_loop) OK(onb_loop_free(loop));
}

/* More than the queue takes, from memory of ours. */
static void all_at_once(const contexts *both)
{
    shared all;
    onb_loop *loop;
    onb_listener *listener;
    size_t length = (is_short() ? 2 : 20) * (size_t)1024 * 1024;
    char *bytes = calloc(1, length);
    CHECK(bytes != NULL);
    OK(onb_loop_new(NULL, &loop));
    prepare(&all, loop, both, &listener, 1);
    CHECK_RESULT(ONB_E_INVALID_ARGUMENT, onb_send(all.conn, bytes, length));
    OK(onb_send_all(all.conn, bytes, length, on_sent, &all));
    wait_for(&all, &all.sent_all, 1);
    OK(onb_close(all.conn));
    wait_for(&all, &all.closed, 1);
    OK(onb_listener_close(listener));
    OK(onb_loop_free(loop));
    free(bytes);
}

int main(void)
{
    onb_protocol versions[] = { ONB_TLS1_2, ONB_TLS1_3 };
    int i, round;
    for (i = 0; i < 2; i++) {
        contexts both;
        contexts_make(&both, versions[i]);
        in_order(&both);
        all_at_once(&both);
        for (round = 0; round < (is_short() ? 1 : 5); round++) {
            racing_with_the_end(&both, 0);
            racing_with_the_end(&both, 1);
        }
        contexts_free(&both);
    }
    return 0;
}
