/* A loop of ours inside the program's own, which is poll(2); timers; water marks; pauses. */
#include "harness.h"
#include <poll.h>
#include <pthread.h>

typedef struct foreign {
    onb_loop *loop;
    onb_conn *client;
    int closed, ticks, once, posted, low_water, full;
    size_t received, sent;
    onb_timer *timer;
    int paused_at;
} foreign;

/* What a program's loop does: wait for the descriptor or the timeout, and give the loop its turn. */
static void drive(foreign *state, int (*is_over)(foreign *))
{
    struct pollfd descriptor;
    int turns = 0;
    OK(onb_loop_fd(state->loop, &descriptor.fd));
    descriptor.events = POLLIN;
    while (!is_over(state)) {
        int timeout, more;
        OK(onb_loop_timeout(state->loop, &timeout));
        if (timeout < 0 || timeout > 20000) timeout = 20000;
        CHECK(poll(&descriptor, 1, timeout) >= 0);
        do OK(onb_loop_turn(state->loop, &more));
        while (more && !is_over(state));
        CHECK(++turns < 1000000);
    }
}

static int is_closed(foreign *state)
{
    return state->closed == 2;
}

static void send_all_there_is_room_for(foreign *state)
{
    char chunk[10000] = { 0 };
    while (state->sent < 3000000) {
        int result = onb_send(state->client, chunk, sizeof chunk);
        if (result == ONB_FULL) {
            state->full++;
            return;
        }
        OK(result);
        state->sent += sizeof chunk;
    }
    OK(onb_conn_close_write(state->client));
}

static void on_opened(onb_conn *conn, void *user)
{
    foreign *state = user;
    char address[ONB_ADDRESS_SIZE];
    int port;
    OK(onb_conn_remote_address(conn, address, &port));
    CHECK(strcmp(address, "127.0.0.1") == 0 && port > 0);
    OK(onb_conn_local_address(conn, address, &port));
    send_all_there_is_room_for(state);
}

static void on_low_water(onb_conn *conn, void *user)
{
    foreign *state = user;
    size_t queued;
    OK(onb_conn_queued(conn, &queued));
    CHECK(queued <= 20000);
    state->low_water++;
    send_all_there_is_room_for(state);
}

static void on_closed(onb_conn *conn, const onb_outcome *outcome, void *user)
{
    foreign *state = user;
    (void)conn;
    CHECK(outcome->reason == ONB_CLOSE_NOTIFY);
    state->closed++;
}

static void resume(void *user)
{
    OK(onb_conn_resume_reading(user));
}

static void server_received(onb_conn *conn, const void *data, size_t length, void *user)
{
    foreign *state = user;
    (void)data;
    state->received += length;
    if (state->paused_at == 0 && state->received > 500000) {
        state->paused_at = 1;
        OK(onb_conn_pause_reading(conn));
        OK(onb_timer_start(state->loop, 30, 0, resume, conn, NULL));
    }
}

static void on_tick(void *user)
{
    foreign *state = user;
    if (++state->ticks == 3) {
        OK(onb_timer_stop(state->timer));
        CHECK_RESULT(ONB_E_BAD_HANDLE, onb_timer_stop(state->timer));
    }
}

static void on_once(void *user)
{
    ((foreign *)user)->once++;
}

static void with_connections(onb_protocol version)
{
    contexts both;
    foreign state;
    onb_callbacks server = ONB_CALLBACKS_INIT, client = ONB_CALLBACKS_INIT;
    onb_conn_options options = ONB_CONN_OPTIONS_INIT;
    onb_connect_options connect = ONB_CONNECT_OPTIONS_INIT;
    onb_listener *listener;
    char address[ONB_ADDRESS_SIZE];
    int port;
    memset(&state, 0, sizeof state);
    contexts_make(&both, version);
    OK(onb_loop_new_driven(NULL, &state.loop));
    server.on_received = server_received;
    server.on_closed = on_closed;
    OK(onb_listen(state.loop, "127.0.0.1", 0, both.server, &server, &state, NULL, &listener));
    OK(onb_listener_address(listener, address, &port));
    client.on_opened = on_opened;
    client.on_low_water = on_low_water;
    client.on_closed = on_closed;
    options.outbound_limit = 100000;
    options.low_water_mark = 20000;
    connect.conn = &options;
    OK(onb_connect(state.loop, "localhost", port, both.client, &client, &state, &connect, &state.client));
    drive(&state, is_closed);
    CHECK(state.received == state.sent && state.sent == 3000000 && state.full > 0 && state.low_water > 0 && state.paused_at);
    OK(onb_listener_close(listener));
    OK(onb_loop_free(state.loop));
    contexts_free(&both);
}

static int has_ticked(foreign *state)
{
    return state->ticks == 3 && state->once == 1;
}

static void with_timers(void)
{
    foreign state;
    int timeout;
    onb_timer *once;
    memset(&state, 0, sizeof state);
    OK(onb_loop_new_driven(NULL, &state.loop));
    OK(onb_loop_timeout(state.loop, &timeout));
    CHECK(timeout == -1);
    OK(onb_timer_start(state.loop, 5, 5, on_tick, &state, &state.timer));
    OK(onb_timer_start(state.loop, 10, 0, on_once, &state, &once));
    OK(onb_loop_timeout(state.loop, &timeout));
    CHECK(timeout >= 0 && timeout <= 20);
    drive(&state, has_ticked);
    CHECK_RESULT(ONB_E_BAD_HANDLE, onb_timer_stop(once));
    OK(onb_timer_start(state.loop, 100000, 0, on_once, &state, &once));
    OK(onb_loop_free(state.loop));
    CHECK_RESULT(ONB_E_BAD_HANDLE, onb_timer_stop(once));
}

static void on_posted(void *user)
{
    ((foreign *)user)->posted++;
}

static void *post_from_elsewhere(void *argument)
{
    foreign *state = argument;
    int i;
    for (i = 0; i < 1000; i++) OK(onb_loop_post(state->loop, on_posted, state));
    return NULL;
}

static int all_posted(foreign *state)
{
    return state->posted == 1000;
}

/* What another thread posts wakes the descriptor that the program sleeps on. */
static void woken_by_posts(void)
{
    foreign state;
    pthread_t thread;
    memset(&state, 0, sizeof state);
    OK(onb_loop_new_driven(NULL, &state.loop));
    CHECK(pthread_create(&thread, NULL, post_from_elsewhere, &state) == 0);
    drive(&state, all_posted);
    pthread_join(thread, NULL);
    OK(onb_loop_free(state.loop));
}

static void only_with_epoll(void)
{
    onb_loop_options options = ONB_LOOP_OPTIONS_INIT;
    onb_loop *loop;
    int fd;
    options.use_poll = 1;
    OK(onb_loop_new_driven(&options, &loop));
    CHECK_RESULT(ONB_E_NOT_SUPPORTED, onb_loop_fd(loop, &fd));
    OK(onb_loop_free(loop));
}

int main(void)
{
    with_connections(ONB_TLS1_2);
    with_connections(ONB_TLS1_3);
    with_timers();
    woken_by_posts();
    only_with_epoll();
    return 0;
}
