/* 64 MB each way at once, on every kind of loop, poller, transport and version. */
#include "harness.h"

enum { CHUNK = 60000 };

typedef struct echo_client {
    onb_loop *loop;
    onb_conn *conn;
    size_t total, sent, received;
    int opened, closed, wrong, orderly;
    onb_protocol protocol;
} echo_client;

static unsigned char byte_at(size_t position)
{
    return (unsigned char)(position * 131 + (position >> 13));
}

static void fill(unsigned char *bytes, size_t position, size_t length)
{
    size_t i;
    for (i = 0; i < length; i++) bytes[i] = byte_at(position + i);
}

/* As much as there is room for. */
static void send_on(echo_client *client)
{
    unsigned char chunk[CHUNK];
    while (client->sent < client->total) {
        size_t length = client->total - client->sent < CHUNK ? client->total - client->sent : CHUNK;
        int result;
        fill(chunk, client->sent, length);
        result = onb_send(client->conn, chunk, length);
        if (result == ONB_FULL) return;
        OK(result);
        client->sent += length;
    }
    if (client->sent == client->total) OK(onb_conn_close_write(client->conn));
}

static void on_opened(onb_conn *conn, void *user)
{
    echo_client *client = user;
    onb_info info = ONB_INFO_INIT;
    OK(onb_conn_info(conn, &info));
    client->protocol = info.protocol;
    client->opened++;
    client->conn = conn;
    send_on(client);
}

static void on_received(onb_conn *conn, const void *data, size_t length, void *user)
{
    echo_client *client = user;
    const unsigned char *bytes = data;
    size_t i;
    (void)conn;
    for (i = 0; i < length; i++) client->wrong |= bytes[i] != byte_at(client->received + i);
    client->received += length;
}

static void on_low_water(onb_conn *conn, void *user)
{
    (void)conn;
    send_on(user);
}

static void on_closed(onb_conn *conn, const onb_outcome *outcome, void *user)
{
    echo_client *client = user;
    (void)conn;
    client->orderly = outcome->reason == ONB_CLOSE_NOTIFY;
    if (!client->orderly) fprintf(stderr, "client: %s\n", outcome->message);
    client->closed++;
    OK(onb_loop_stop(client->loop));
}

/* The server holds back what it cannot send yet, and reading with it. */
typedef struct echo_server {
    unsigned char *held;
    size_t length;
} echo_server;

static void *server_accepted(onb_listener *listener, onb_conn *conn, void *user)
{
    echo_server *server = calloc(1, sizeof *server);
    (void)listener;
    (void)conn;
    (void)user;
    CHECK(server != NULL);
    return server;
}

static void server_received(onb_conn *conn, const void *data, size_t length, void *user)
{
    echo_server *server = user;
    int result = onb_send(conn, data, length);
    if (result != ONB_FULL) {
        OK(result);
        return;
    }
    OK(onb_conn_pause_reading(conn));
    CHECK(server->held == NULL);
    server->held = malloc(length);
    CHECK(server->held != NULL);
    memcpy(server->held, data, length);
    server->length = length;
}

static void server_low_water(onb_conn *conn, void *user)
{
    echo_server *server = user;
    if (server->held) {
        OK(onb_send(conn, server->held, server->length));
        free(server->held);
        server->held = NULL;
    }
    OK(onb_conn_resume_reading(conn));
}

static void server_closed(onb_conn *conn, const onb_outcome *outcome, void *user)
{
    echo_server *server = user;
    (void)conn;
    if (outcome->reason != ONB_CLOSE_NOTIFY) fprintf(stderr, "server: %s\n", outcome->message);
    free(server->held);
    free(server);
}

static void echo(onb_protocol version, onb_transport transport, int use_poll, int serves_from_thread, size_t total)
{
    contexts both;
    onb_loop_options loop_options = ONB_LOOP_OPTIONS_INIT;
    onb_conn_options conn_options = ONB_CONN_OPTIONS_INIT;
    onb_listen_options listen_options = ONB_LISTEN_OPTIONS_INIT;
    onb_connect_options connect_options = ONB_CONNECT_OPTIONS_INIT;
    onb_callbacks server = ONB_CALLBACKS_INIT, client = ONB_CALLBACKS_INIT;
    onb_listen_statistics counts = ONB_LISTEN_STATISTICS_INIT;
    onb_loop *server_loop;
    onb_listener *listener;
    echo_client state;
    char address[ONB_ADDRESS_SIZE];
    int port;
    memset(&state, 0, sizeof state);
    state.total = total;
    contexts_make(&both, version);
    loop_options.use_poll = use_poll;
    conn_options.transport = transport;
    listen_options.conn = connect_options.conn = &conn_options;
    OK(onb_loop_new_driven(&loop_options, &state.loop));
    if (serves_from_thread) OK(onb_loop_new(&loop_options, &server_loop));
    else server_loop = state.loop;
    server.on_accepted = server_accepted;
    server.on_received = server_received;
    server.on_low_water = server_low_water;
    server.on_closed = server_closed;
    OK(onb_listen(server_loop, "127.0.0.1", 0, both.server, &server, NULL, &listen_options, &listener));
    OK(onb_listener_address(listener, address, &port));
    client.on_opened = on_opened;
    client.on_received = on_received;
    client.on_low_water = on_low_water;
    client.on_closed = on_closed;
    OK(onb_connect(state.loop, "localhost", port, both.client, &client, &state, &connect_options, &state.conn));
    OK(onb_loop_run(state.loop));
    CHECK(state.opened == 1 && state.closed == 1 && state.orderly && !state.wrong);
    CHECK(state.received == total && state.sent == total && state.protocol == version);
    OK(onb_listener_statistics(listener, &counts));
    CHECK(counts.accepted == 1 && counts.refused == 0);
    OK(onb_listener_close(listener));
    if (serves_from_thread) OK(onb_loop_free(server_loop));
    OK(onb_loop_free(state.loop));
    contexts_free(&both);
}

int main(void)
{
    size_t long_run = (is_short() ? 1 : 64) * (size_t)1024 * 1024;
    size_t short_run = long_run / 16;
    onb_protocol versions[] = { ONB_TLS1_2, ONB_TLS1_3 };
    int i, poll, thread;
    for (i = 0; i < 2; i++) {
        echo(versions[i], ONB_TRANSPORT_BUFFERED, 0, 1, long_run);
        echo(versions[i], ONB_TRANSPORT_BUFFERED, 0, 0, long_run);
        for (poll = 0; poll < 2; poll++) {
            for (thread = 0; thread < 2; thread++) {
                /* Small, for two peers that both send without reading may wait for each other on this one. */
                echo(versions[i], ONB_TRANSPORT_FD, poll, thread, 256 * 1024);
                if (poll) echo(versions[i], ONB_TRANSPORT_BUFFERED, poll, thread, short_run);
            }
        }
    }
    return 0;
}
