/* Sessions: remembered, saved and loaded, kept in a store of the program, with ticket keys; and early data. */
#include "harness.h"
#include <unistd.h>

/* One handshake in memory, with a byte back so that tickets arrive. Returns whether a session was resumed. */
static int connect_once(onb_context *client, onb_context *server)
{
    pair machines;
    onb_info info = ONB_INFO_INIT;
    pair_make(&machines, client, server, "localhost");
    pair_connect(&machines);
    pair_send(&machines, machines.server, machines.client, 1);
    OK(onb_machine_info(machines.client, &info));
    OK(onb_machine_shutdown(machines.client));
    OK(onb_machine_shutdown(machines.server));
    pair_exchange(&machines);
    pair_free(&machines);
    return info.resumed;
}

static onb_context *remembering_client(const identity *id, onb_protocol version)
{
    onb_config *config = client_config(id, version);
    OK(onb_config_set_session_cache_size(config, 10));
    return context_of(config);
}

static void saved(onb_protocol version)
{
    identity id;
    onb_context *server, *client, *next;
    char *bytes;
    size_t length = 0, count, kept_count;
    identity_make(&id, "localhost");
    server = context_of(server_config(&id, version));
    client = remembering_client(&id, version);
    CHECK(!connect_once(client, server));
    CHECK(connect_once(client, server));
    OK(onb_context_session_count(client, &kept_count));
    CHECK(kept_count >= 1);
    CHECK_RESULT(ONB_E_BUFFER_TOO_SMALL, onb_context_export_sessions(client, NULL, &length));
    bytes = malloc(length);
    CHECK(bytes != NULL);
    OK(onb_context_export_sessions(client, bytes, &length));
    OK(onb_context_forget_sessions(client));
    OK(onb_context_session_count(client, &count));
    CHECK(count == 0);
    CHECK(!connect_once(client, server));
    next = remembering_client(&id, version);
    OK(onb_context_import_sessions(next, bytes, length, &count));
    CHECK(count == kept_count);
    CHECK(connect_once(next, server));
    CHECK_RESULT(ONB_E_FORMAT, onb_context_import_sessions(next, "nonsense", 8, NULL));
    CHECK_RESULT(ONB_E_BAD_STATE, onb_context_export_sessions(server, bytes, &length));
    free(bytes);
    OK(onb_context_free(server));
    OK(onb_context_free(client));
    OK(onb_context_free(next));
    identity_free(&id);
}

typedef struct kept {
    unsigned char id[32];
    size_t id_length;
    unsigned char session[4096];
    size_t session_length;
    int found, removed;
} kept;

static void on_find(onb_question *question, const void *id, size_t id_length, void *user)
{
    kept *store = user;
    int is_it = store->id_length == id_length && memcmp(store->id, id, id_length) == 0;
    store->found += is_it;
    OK(onb_answer_session(question, is_it ? store->session : NULL, is_it ? store->session_length : 0));
}

static void on_add(const void *id, size_t id_length, const void *session, size_t session_length, int64_t lifetime_ms, void *user)
{
    kept *store = user;
    CHECK(id_length <= sizeof store->id && session_length <= sizeof store->session && lifetime_ms > 0);
    memcpy(store->id, id, id_length);
    store->id_length = id_length;
    memcpy(store->session, session, session_length);
    store->session_length = session_length;
}

static void on_remove(const void *id, size_t id_length, void *user)
{
    (void)id;
    (void)id_length;
    ((kept *)user)->removed++;
}

static void in_a_store(onb_protocol version, int is_ours)
{
    identity id;
    onb_config *config;
    onb_session_store *store;
    onb_session_callbacks callbacks = ONB_SESSION_CALLBACKS_INIT;
    onb_context *first, *second, *client;
    kept own;
    memset(&own, 0, sizeof own);
    callbacks.find = on_find;
    callbacks.add = on_add;
    callbacks.remove = on_remove;
    callbacks.user = &own;
    identity_make(&id, "localhost");
    if (is_ours) OK(onb_session_store_new(&callbacks, &store));
    else OK(onb_session_store_new_memory(100, &store));
    config = server_config(&id, version);
    OK(onb_config_set_session_store(config, store));
    OK(onb_context_new(config, &first));
    OK(onb_context_new(config, &second));
    OK(onb_config_free(config));
    OK(onb_session_store_free(store));
    client = remembering_client(&id, version);
    CHECK(!connect_once(client, first));
    CHECK(connect_once(client, second));
    CHECK(!is_ours || own.found == 1);
    OK(onb_context_free(first));
    OK(onb_context_free(second));
    OK(onb_context_free(client));
    identity_free(&id);
}

static void with_ticket_keys(onb_protocol version)
{
    identity id;
    onb_config *config;
    onb_ticket_keys *keys;
    onb_context *first, *second, *client;
    unsigned char bytes[2 * ONB_TICKET_KEY_SIZE];
    size_t i;
    for (i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * 7);
    identity_make(&id, "localhost");
    OK(onb_ticket_keys_new(bytes, 1, &keys));
    config = server_config(&id, version);
    OK(onb_config_set_ticket_keys(config, keys));
    OK(onb_context_new(config, &first));
    OK(onb_context_new(config, &second));
    OK(onb_config_free(config));
    client = remembering_client(&id, version);
    CHECK(!connect_once(client, first));
    CHECK(connect_once(client, second));

    /* Another key: what was made with the first is not read any more. */
    OK(onb_ticket_keys_set(keys, bytes + ONB_TICKET_KEY_SIZE, 1));
    CHECK(!connect_once(client, second));
    CHECK_RESULT(ONB_E_INVALID_ARGUMENT, onb_ticket_keys_set(keys, bytes, 0));
    OK(onb_ticket_keys_free(keys));
    OK(onb_ticket_keys_new_random(0, 0, &keys));
    CHECK_RESULT(ONB_E_NOT_SUPPORTED, onb_ticket_keys_set(keys, bytes, 1));
    OK(onb_ticket_keys_free(keys));
    CHECK_RESULT(ONB_E_IO, onb_ticket_keys_new_file("/nonexistent/keys", 0, &keys));
    OK(onb_context_free(first));
    OK(onb_context_free(second));
    OK(onb_context_free(client));
    identity_free(&id);
}

static void early_data(void)
{
    identity id;
    onb_config *config;
    onb_context *server, *client;
    pair machines;
    onb_info info = ONB_INFO_INIT;
    char got[100];
    size_t length = sizeof got;
    int i;
    identity_make(&id, "localhost");
    config = server_config(&id, ONB_TLS1_3);
    OK(onb_config_set_max_early_data(config, 1000));
    server = context_of(config);
    client = remembering_client(&id, ONB_TLS1_3);
    CHECK(!connect_once(client, server));
    pair_make(&machines, client, server, "localhost");
    CHECK_RESULT(ONB_E_BAD_STATE, onb_machine_offer_early_data(machines.server, "early", 5));
    OK(onb_machine_offer_early_data(machines.client, "early", 5));
    CHECK_RESULT(ONB_WANT_READ, onb_machine_handshake(machines.client));
    pair_exchange(&machines);
    for (i = 0; i < 3; i++) {
        onb_machine_handshake(machines.server);
        length = sizeof got;
        OK(onb_machine_take_early_data(machines.server, got, &length));
        if (length > 0) break;
    }
    CHECK(length == 5 && memcmp(got, "early", 5) == 0);
    pair_connect(&machines);
    OK(onb_machine_info(machines.client, &info));
    CHECK(info.early_data == ONB_EARLY_DATA_ACCEPTED && info.resumed);
    pair_send(&machines, machines.client, machines.server, 10);
    pair_free(&machines);
    OK(onb_context_free(server));
    OK(onb_context_free(client));
    identity_free(&id);
}

int main(void)
{
    onb_protocol versions[] = { ONB_TLS1_2, ONB_TLS1_3 };
    size_t i;
    for (i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        saved(versions[i]);
        in_a_store(versions[i], 0);
        in_a_store(versions[i], 1);
        with_ticket_keys(versions[i]);
    }
    early_data();
    return 0;
}
