/* 500 connections at a time, each with its own bytes. */
#include "harness.h"

enum { CONNECTIONS = 500, ROUNDS = 4 };

typedef struct crowd {
    onb_loop *loop;
    int opened, closed, orderly;
    size_t connections;
} crowd;

typedef struct member {
    crowd *all;
    unsigned char sent[700];
    size_t received;
    int rounds;
    int number;
} member;

static void send_round(onb_conn *conn, member *own)
{
    memset(own->sent, own->number + own->rounds, sizeof own->sent);
    own->received = 0;
    OK(onb_send(conn, own->sent, sizeof own->sent));
}

static void on_opened(onb_conn *conn, void *user)
{
    member *own = user;
    own->all->opened++;
    send_round(conn, own);
}

static void on_received(onb_conn *conn, const void *data, size_t length, void *user)
{
    member *own = user;
    CHECK(own->received + length <= sizeof own->sent);
    CHECK(memcmp(own->sent + own->received, data, length) == 0);
    own->received += length;
    if (own->received < sizeof own->sent) return;
    if (++own->rounds < ROUNDS) send_round(conn, own);
    else if ((size_t)own->all->opened == own->all->connections) OK(onb_close(conn));
    else send_round(conn, own);
}

static void on_closed(onb_conn *conn, const onb_outcome *outcome, void *user)
{
    member *own = user;
    (void)conn;
    if (outcome->reason == ONB_CLOSE_NOTIFY) own->all->orderly++;
    else fprintf(stderr, "%d: %s\n", own->number, outcome->message);
    if ((size_t)++own->all->closed == own->all->connections) OK(onb_loop_stop(own->all->loop));
}

static void server_received(onb_conn *conn, const void *data, size_t length, void *user)
{
    (void)user;
    OK(onb_send(conn, data, length));
}

static void many(onb_protocol version)
{
    contexts both;
    crowd all;
    member *members;
    onb_callbacks server = ONB_CALLBACKS_INIT, client = ONB_CALLBACKS_INIT;
    onb_connect_options options = ONB_CONNECT_OPTIONS_INIT;
    onb_conn_options conn_options = ONB_CONN_OPTIONS_INIT;
    onb_listen_options listen_options = ONB_LISTEN_OPTIONS_INIT;
    onb_loop *server_loop;
    onb_listener *listener;
    char address[ONB_ADDRESS_SIZE];
    int port;
    size_t i;
    memset(&all, 0, sizeof all);
    all.connections = is_short() ? 20 : CONNECTIONS;
    members = calloc(all.connections, sizeof *members);
    CHECK(members != NULL);
    contexts_make(&both, version);
    OK(onb_loop_new_driven(NULL, &all.loop));
    OK(onb_loop_new(NULL, &server_loop));
    server.on_received = server_received;
    conn_options.handshake_timeout_ms = ONB_INFINITE;
    listen_options.conn = options.conn = &conn_options;
    OK(onb_listen(server_loop, "127.0.0.1", 0, both.server, &server, NULL, &listen_options, &listener));
    OK(onb_listener_address(listener, address, &port));
    client.on_opened = on_opened;
    client.on_received = on_received;
    client.on_closed = on_closed;
    options.server_name = "localhost";
    options.connect_timeout_ms = 60000;
    for (i = 0; i < all.connections; i++) {
        onb_conn *conn;
        members[i].all = &all;
        members[i].number = (int)i;
        OK(onb_connect(all.loop, "127.0.0.1", port, both.client, &client, &members[i], &options, &conn));
    }
    OK(onb_loop_run(all.loop));
    CHECK((size_t)all.opened == all.connections && (size_t)all.orderly == all.connections);
    OK(onb_listener_close(listener));
    OK(onb_loop_free(server_loop));
    OK(onb_loop_free(all.loop));
    contexts_free(&both);
    free(members);
}

int main(void)
{
    many(ONB_TLS1_2);
    many(ONB_TLS1_3);
    return 0;
}
