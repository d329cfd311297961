/* Wrong use gives a code, and what was used wrongly goes on working. */
#include "harness.h"
#include <pthread.h>
#include <unistd.h>

static void freed_twice(void)
{
    contexts both;
    onb_trust *trust;
    onb_config *config;
    onb_machine *machine;
    contexts_make(&both, ONB_TLS1_3);
    OK(onb_trust_new(&trust));
    OK(onb_trust_free(trust));
    CHECK_RESULT(ONB_E_BAD_HANDLE, onb_trust_free(trust));
    CHECK_RESULT(ONB_E_BAD_HANDLE, onb_trust_add_system(trust));
    OK(onb_config_new_client(&config));
    OK(onb_config_free(config));
    CHECK_RESULT(ONB_E_BAD_HANDLE, onb_config_free(config));
    OK(onb_machine_new(both.client, "localhost", NULL, &machine));
    OK(onb_machine_free(machine));
    CHECK_RESULT(ONB_E_BAD_HANDLE, onb_machine_free(machine));
    CHECK_RESULT(ONB_E_BAD_HANDLE, onb_context_free((onb_context *)machine));
    OK(onb_machine_free(NULL));
    OK(onb_context_free(NULL));
    OK(onb_loop_free(NULL));
    OK(onb_listener_close(NULL));
    contexts_free(&both);
    CHECK_RESULT(ONB_E_BAD_HANDLE, onb_context_free(both.client));
}

/* A new object in the slot of an old one is not found by the old one's handle. */
static void reused_slots(void)
{
    onb_trust *old, *now;
    int i;
    OK(onb_trust_new(&old));
    OK(onb_trust_free(old));
    for (i = 0; i < 1000; i++) {
        OK(onb_trust_new(&now));
        CHECK(now != old);
        CHECK_RESULT(ONB_E_BAD_HANDLE, onb_trust_add_system(old));
        OK(onb_trust_free(now));
    }
}

typedef struct inside {
    onb_machine *machine;
    int calls;
    onb_question *question;
} inside;

static void on_verify(onb_question *question, const onb_peer *peer, void *user)
{
    inside *state = user;
    char byte;
    size_t length = 1;
    (void)peer;
    CHECK_RESULT(ONB_E_REENTRANT, onb_machine_handshake(state->machine));
    CHECK_RESULT(ONB_E_REENTRANT, onb_machine_read(state->machine, &byte, &length));
    CHECK_RESULT(ONB_E_REENTRANT, onb_machine_free(state->machine));
    CHECK_RESULT(ONB_E_BAD_HANDLE, onb_answer_context(question, NULL));
    CHECK_RESULT(ONB_E_INVALID_ARGUMENT, onb_answer_verify(NULL, 1));
    state->calls++;
    OK(onb_answer_verify(question, 1));
}

static void machine_inside_itself(void)
{
    contexts both;
    onb_config *config;
    onb_context *client;
    pair machines;
    inside state = { NULL, 0, NULL };
    contexts_make(&both, ONB_TLS1_3);
    config = client_config(&both.id, ONB_TLS1_3);
    OK(onb_config_set_verify(config, on_verify, &state));
    client = context_of(config);
    pair_make(&machines, client, both.server, "localhost");
    state.machine = machines.client;
    pair_connect(&machines);
    CHECK(state.calls == 1);
    pair_send(&machines, machines.client, machines.server, 10);
    pair_free(&machines);
    OK(onb_context_free(client));
    contexts_free(&both);
}

typedef struct threads {
    onb_machine *machine;
    int refused, done, wrong;
} threads;

static void *use_machine(void *argument)
{
    threads *all = argument;
    int i;
    for (i = 0; i < 20000; i++) {
        int result = onb_machine_handshake(all->machine);
        if (result == ONB_E_WRONG_THREAD) __atomic_fetch_add(&all->refused, 1, __ATOMIC_SEQ_CST);
        else if (result == ONB_WANT_READ) __atomic_fetch_add(&all->done, 1, __ATOMIC_SEQ_CST);
        else __atomic_fetch_add(&all->wrong, 1, __ATOMIC_SEQ_CST);
    }
    return NULL;
}

static void machine_on_two_threads(void)
{
    contexts both;
    pair machines;
    threads all = { NULL, 0, 0, 0 };
    pthread_t other;
    contexts_make(&both, ONB_TLS1_3);
    pair_make(&machines, both.client, both.server, "localhost");
    all.machine = machines.client;
    CHECK(pthread_create(&other, NULL, use_machine, &all) == 0);
    use_machine(&all);
    pthread_join(other, NULL);
    CHECK(all.wrong == 0 && all.refused + all.done == 40000 && all.done > 0);
    pair_connect(&machines);
    pair_free(&machines);
    contexts_free(&both);
}

typedef struct conn_user {
    onb_loop *loop;
    onb_conn *conn;
    int opened, closed;
} conn_user;

static void nothing(void *user)
{
    (void)user;
}

/* Everything about a connection may be called from inside its callbacks, its end too. */
static void on_opened(onb_conn *conn, void *user)
{
    conn_user *state = user;
    onb_info info = ONB_INFO_INIT;
    onb_statistics statistics = ONB_STATISTICS_INIT;
    onb_loop *loop;
    void *own;
    unsigned char bytes[32];
    CHECK_RESULT(ONB_E_REENTRANT, onb_loop_run(state->loop));
    CHECK_RESULT(ONB_E_REENTRANT, onb_loop_free(state->loop));
    OK(onb_conn_info(conn, &info));
    OK(onb_conn_statistics(conn, &statistics));
    OK(onb_conn_loop(conn, &loop));
    CHECK(loop == state->loop);
    OK(onb_conn_user(conn, &own));
    CHECK(own == user);
    OK(onb_conn_export_keying_material(conn, "EXPERIMENTAL x", NULL, 0, bytes, sizeof bytes));
    CHECK_RESULT(ONB_E_BAD_STATE, onb_conn_request_certificate(conn, (onb_certificates_fn)(void (*)(void))nothing, NULL));
    CHECK_RESULT(ONB_E_BAD_STATE, onb_conn_renegotiate(conn));
    state->opened++;
    OK(onb_conn_abort(conn));
    OK(onb_close(conn));
    CHECK_RESULT(ONB_E_SEND_CLOSED, onb_send(conn, "x", 1));
}

static void on_closed(onb_conn *conn, const onb_outcome *outcome, void *user)
{
    conn_user *state = user;
    onb_state last;
    (void)outcome;
    CHECK_RESULT(ONB_E_SEND_CLOSED, onb_send(conn, "x", 1));
    OK(onb_conn_state(conn, &last));
    OK(onb_close(conn));
    state->closed++;
    OK(onb_loop_stop(state->loop));
}

static void connection_inside_itself(void)
{
    contexts both;
    conn_user state = { NULL, NULL, 0, 0 };
    onb_callbacks client = ONB_CALLBACKS_INIT, server = ONB_CALLBACKS_INIT;
    onb_listener *listener;
    char address[ONB_ADDRESS_SIZE];
    int port;
    contexts_make(&both, ONB_TLS1_3);
    OK(onb_loop_new_driven(NULL, &state.loop));
    OK(onb_listen(state.loop, "127.0.0.1", 0, both.server, &server, NULL, NULL, &listener));
    CHECK_RESULT(ONB_E_INVALID_ARGUMENT, onb_listen(state.loop, "nonsense", 0, both.server, &server, NULL, NULL, &listener));
    CHECK_RESULT(ONB_E_INVALID_ARGUMENT, onb_listen(state.loop, "127.0.0.1", 0, both.client, &server, NULL, NULL, &listener));
    CHECK_RESULT(ONB_E_IO, onb_listen(state.loop, "192.0.2.1", 0, both.server, &server, NULL, NULL, &listener));
    OK(onb_listener_address(listener, address, &port));
    client.on_opened = on_opened;
    client.on_closed = on_closed;
    OK(onb_connect(state.loop, "localhost", port, both.client, &client, &state, NULL, &state.conn));
    CHECK_RESULT(ONB_E_BAD_STATE, onb_conn_update_keys(state.conn, 0));
    CHECK_RESULT(ONB_E_BAD_STATE, onb_conn_remote_address(state.conn, address, &port));
    OK(onb_loop_run(state.loop));
    CHECK(state.opened == 1 && state.closed == 1);
    CHECK_RESULT(ONB_E_BAD_HANDLE, onb_conn_abort(state.conn));
    OK(onb_loop_free(state.loop));
    CHECK_RESULT(ONB_E_BAD_HANDLE, onb_loop_free(state.loop));
    OK(onb_listener_close(listener));
    contexts_free(&both);
}

/* An end that comes before there is anything: once, whichever way. */
static void ended_early(int way)
{
    contexts both;
    conn_user state = { NULL, NULL, 0, 0 };
    onb_callbacks client = ONB_CALLBACKS_INIT;
    contexts_make(&both, ONB_TLS1_3);
    OK(onb_loop_new_driven(NULL, &state.loop));
    client.on_closed = on_closed;
    OK(onb_connect(state.loop, way == 2 ? "no-such-name.invalid" : "127.0.0.1", 1, both.client, &client, &state, NULL, &state.conn));
    if (way == 0) OK(onb_close(state.conn));
    if (way == 1) OK(onb_conn_abort(state.conn));
    if (way == 4) OK(onb_send(state.conn, "early", 5));
    if (way != 3) OK(onb_loop_run(state.loop));
    OK(onb_loop_free(state.loop));
    CHECK(state.closed == 1);
    contexts_free(&both);
}

static void not_a_socket(void)
{
    contexts both;
    onb_loop *loop;
    onb_callbacks callbacks = ONB_CALLBACKS_INIT;
    onb_conn *conn;
    int pipe_ends[2];
    contexts_make(&both, ONB_TLS1_3);
    OK(onb_loop_new(NULL, &loop));
    CHECK(pipe(pipe_ends) == 0);
    CHECK_RESULT(ONB_E_INVALID_ARGUMENT, onb_adopt(loop, pipe_ends[0], both.server, NULL, &callbacks, NULL, NULL, &conn));
    CHECK_RESULT(ONB_E_INVALID_ARGUMENT, onb_adopt(loop, -1, both.server, NULL, &callbacks, NULL, NULL, &conn));
    CHECK_RESULT(ONB_E_INVALID_ARGUMENT, onb_adopt(loop, pipe_ends[0], both.client, NULL, &callbacks, NULL, NULL, &conn));
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    OK(onb_loop_free(loop));
    contexts_free(&both);
}

int main(void)
{
    int way;
    freed_twice();
    reused_slots();
    machine_inside_itself();
    machine_on_two_threads();
    connection_inside_itself();
    for (way = 0; way < 5; way++) ended_early(way);
    not_a_socket();
    return 0;
}
