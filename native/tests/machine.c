/* Level 1: two machines in memory. */
#include "harness.h"

static void bytes_both_ways(onb_protocol version)
{
    contexts both;
    pair machines;
    onb_state state;
    int interest;
    size_t queued;
    contexts_make(&both, version);
    pair_make(&machines, both.client, both.server, "localhost");
    OK(onb_machine_state(machines.client, &state));
    CHECK(state == ONB_STATE_HANDSHAKING);
    CHECK_RESULT(ONB_WANT_READ, onb_machine_handshake(machines.client));
    OK(onb_machine_interest(machines.client, &interest));
    CHECK(interest == (ONB_INTEREST_READ | ONB_INTEREST_WRITE));
    pair_connect(&machines);
    pair_send(&machines, machines.client, machines.server, 1);
    pair_send(&machines, machines.server, machines.client, 16 * 1024 + 1);
    pair_send(&machines, machines.client, machines.server, 700 * 1024);
    OK(onb_machine_queued(machines.client, &queued));
    CHECK(queued == 0);
    pair_free(&machines);
    contexts_free(&both);
}

static void closing(onb_protocol version)
{
    contexts both;
    pair machines;
    char byte;
    size_t length = 1;
    onb_state state;
    onb_outcome outcome = ONB_OUTCOME_INIT;
    contexts_make(&both, version);
    pair_make(&machines, both.client, both.server, "localhost");
    pair_connect(&machines);
    OK(onb_machine_shutdown(machines.client));
    CHECK_RESULT(ONB_E_SEND_CLOSED, onb_machine_write(machines.client, "x", 1));
    pair_exchange(&machines);
    CHECK_RESULT(ONB_END, onb_machine_read(machines.server, &byte, &length));
    CHECK(length == 0);
    OK(onb_machine_state(machines.server, &state));
    CHECK(state == ONB_STATE_PEER_CLOSED);
    pair_send(&machines, machines.server, machines.client, 100);
    OK(onb_machine_shutdown(machines.server));
    pair_exchange(&machines);
    length = 1;
    CHECK_RESULT(ONB_END, onb_machine_read(machines.client, &byte, &length));
    OK(onb_machine_state(machines.client, &state));
    CHECK(state == ONB_STATE_CLOSED);
    OK(onb_machine_outcome(machines.client, &outcome));
    CHECK(outcome.reason == ONB_CLOSE_NONE);
    pair_free(&machines);
    contexts_free(&both);
}

static void truncated(void)
{
    contexts both;
    pair machines;
    char byte;
    size_t length = 1;
    onb_outcome outcome = ONB_OUTCOME_INIT;
    contexts_make(&both, ONB_TLS1_3);
    pair_make(&machines, both.client, both.server, "localhost");
    pair_connect(&machines);
    OK(onb_machine_feed_end(machines.client));
    CHECK_RESULT(ONB_E_LOST, onb_machine_read(machines.client, &byte, &length));
    CHECK(length == 0);
    OK(onb_machine_outcome(machines.client, &outcome));
    CHECK(outcome.reason == ONB_CLOSE_TRUNCATED);
    CHECK(strstr(outcome.message, "without close_notify") != NULL);
    CHECK_RESULT(ONB_E_LOST, onb_machine_write(machines.client, "x", 1));
    pair_free(&machines);
    contexts_free(&both);
}

static void full_and_partial_output(void)
{
    contexts both;
    pair machines;
    onb_machine_options options = ONB_MACHINE_OPTIONS_INIT;
    char chunk[1000], first[8], again[8], large[1501];
    const void *output;
    size_t length, rest;
    contexts_make(&both, ONB_TLS1_3);
    options.outbound_limit = 1500;
    OK(onb_machine_new(both.client, "localhost", &options, &machines.client));
    OK(onb_machine_new(both.server, NULL, NULL, &machines.server));
    memset(chunk, 7, sizeof chunk);
    memset(large, 7, sizeof large);
    CHECK_RESULT(ONB_WANT_READ, onb_machine_write(machines.client, chunk, sizeof chunk));
    CHECK_RESULT(ONB_FULL, onb_machine_write(machines.client, chunk, sizeof chunk));

    /* What would never fit is no matter of waiting. */
    CHECK_RESULT(ONB_E_INVALID_ARGUMENT, onb_machine_write(machines.client, large, sizeof large));

    /* The hello, a byte at first: what was skipped does not come again, and what was not stays. */
    OK(onb_machine_output(machines.client, &output, &length));
    CHECK(length > sizeof first);
    memcpy(first, (const char *)output + 1, sizeof first);
    OK(onb_machine_feed(machines.server, output, 1));
    OK(onb_machine_skip_output(machines.client, 1));
    OK(onb_machine_output(machines.client, &output, &rest));
    CHECK(rest == length - 1 && memcmp(first, output, sizeof first) == 0);
    length = sizeof again;
    OK(onb_machine_take_output(machines.client, again, &length));
    CHECK(length == sizeof again && memcmp(first, again, sizeof again) == 0);
    OK(onb_machine_feed(machines.server, again, length));
    CHECK_RESULT(ONB_E_INVALID_ARGUMENT, onb_machine_skip_output(machines.client, rest));
    pair_connect(&machines);
    OK(onb_machine_flush(machines.client));
    pair_read(&machines, machines.server, chunk, sizeof chunk);
    pair_free(&machines);
    contexts_free(&both);
}

static void keys(onb_protocol version)
{
    contexts both;
    pair machines;
    unsigned char mine[32], theirs[32], binding[ONB_BINDING_MAX];
    size_t length = sizeof binding;
    contexts_make(&both, version);
    pair_make(&machines, both.client, both.server, "localhost");
    CHECK_RESULT(ONB_E_BAD_STATE, onb_machine_export_keying_material(machines.client, "EXPERIMENTAL x", NULL, 0, mine, sizeof mine));
    pair_connect(&machines);
    OK(onb_machine_export_keying_material(machines.client, "EXPERIMENTAL x", "ctx", 3, mine, sizeof mine));
    OK(onb_machine_export_keying_material(machines.server, "EXPERIMENTAL x", "ctx", 3, theirs, sizeof theirs));
    CHECK(memcmp(mine, theirs, sizeof mine) == 0);
    OK(onb_machine_export_keying_material(machines.server, "EXPERIMENTAL x", "other", 5, theirs, sizeof theirs));
    CHECK(memcmp(mine, theirs, sizeof mine) != 0);
    OK(onb_machine_channel_binding(machines.client, ONB_BINDING_EXPORTER, binding, &length));
    CHECK(length == 32);
    length = 1;
    CHECK_RESULT(ONB_E_BUFFER_TOO_SMALL, onb_machine_channel_binding(machines.client, ONB_BINDING_EXPORTER, binding, &length));
    CHECK(length == 32);
    if (version == ONB_TLS1_3) {
        OK(onb_machine_update_keys(machines.client, 1));
        CHECK_RESULT(ONB_E_BAD_STATE, onb_machine_renegotiate(machines.client));
    } else {
        CHECK_RESULT(ONB_E_BAD_STATE, onb_machine_update_keys(machines.client, 1));
        length = sizeof binding;
        OK(onb_machine_channel_binding(machines.client, ONB_BINDING_UNIQUE, binding, &length));
        CHECK(length == 12);
    }
    pair_send(&machines, machines.client, machines.server, 100);
    pair_send(&machines, machines.server, machines.client, 100);
    pair_free(&machines);
    contexts_free(&both);
}

static void renegotiation(void)
{
    identity id;
    onb_config *server, *client;
    onb_context *server_context, *client_context;
    pair machines;
    identity_make(&id, "localhost");
    server = server_config(&id, ONB_TLS1_2);
    client = client_config(&id, ONB_TLS1_2);
    OK(onb_config_allow_renegotiation(server, 1));
    OK(onb_config_allow_renegotiation(client, 1));
    server_context = context_of(server);
    client_context = context_of(client);
    pair_make(&machines, client_context, server_context, "localhost");
    pair_connect(&machines);
    OK(onb_machine_renegotiate(machines.client));
    {
        char byte;
        size_t length = 1;
        int round;
        for (round = 0; round < 10; round++) {
            CHECK_RESULT(ONB_WANT_READ, onb_machine_read(machines.client, &byte, &length));
            length = 1;
            CHECK_RESULT(ONB_WANT_READ, onb_machine_read(machines.server, &byte, &length));
            length = 1;
            pair_exchange(&machines);
        }
    }
    pair_send(&machines, machines.client, machines.server, 5000);
    pair_free(&machines);
    OK(onb_context_free(server_context));
    OK(onb_context_free(client_context));
    identity_free(&id);
}

int main(void)
{
    onb_protocol versions[] = { ONB_TLS1_2, ONB_TLS1_3 };
    size_t i;
    for (i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        bytes_both_ways(versions[i]);
        closing(versions[i]);
        keys(versions[i]);
    }
    truncated();
    full_and_partial_output();
    renegotiation();
    return 0;
}
