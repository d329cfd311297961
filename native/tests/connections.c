/* What connections and listeners can do beside sending: files, certificates on request, PROXY headers, early data, refusals, other contexts. */
#include "harness.h"
#include <pthread.h>
#include <unistd.h>

enum { FILE_SIZE = 300000, RESET_AT_ONCE = 1 };

typedef struct world {
    onb_loop *loop;
    onb_listener *listener;
    onb_conn *client, *server;
    int port, refuses;
    size_t received;
    int opened, closed, accepted, sent, certificates, early, wrong;
    onb_close_reason reason;
    onb_early_data early_outcome;
    char subject[200];
    char text[64];
    onb_question *question;
    pthread_t answerer;
} world;

static void *on_accepted(onb_listener *listener, onb_conn *conn, void *user)
{
    world *all = user;
    CHECK(listener == all->listener || all->listener == NULL);
    all->accepted++;
    all->server = conn;
    if (all->refuses) OK(onb_conn_abort(conn));
    return all;
}

static void server_received(onb_conn *conn, const void *data, size_t length, void *user)
{
    world *all = user;
    const unsigned char *bytes = data;
    size_t i;
    (void)conn;
    for (i = 0; i < length; i++) all->wrong |= bytes[i] != (unsigned char)((all->received + i) * 13);
    all->received += length;
}

static int on_early_data(onb_conn *conn, const void *data, size_t length, void *user)
{
    world *all = user;
    CHECK(length == 5 && memcmp(data, "early", 5) == 0);
    all->early++;
    OK(onb_send(conn, "answered", 8));
    return 1;
}

static void on_opened(onb_conn *conn, void *user)
{
    world *all = user;
    onb_info info = ONB_INFO_INIT;
    OK(onb_conn_info(conn, &info));
    all->opened++;
    all->early_outcome = info.early_data;
    snprintf(all->subject, sizeof all->subject, "%s", info.peer_subject ? info.peer_subject : "");
}

static void on_received(onb_conn *conn, const void *data, size_t length, void *user)
{
    world *all = user;
    size_t have = strlen(all->text);
    CHECK(have + length < sizeof all->text);
    memcpy(all->text + have, data, length);
    if (strcmp(all->text, "answered") == 0) OK(onb_close(conn));
}

static void on_closed(onb_conn *conn, const onb_outcome *outcome, void *user)
{
    world *all = user;
    (void)conn;
    all->closed++;
    all->reason = outcome->reason;
    OK(onb_loop_stop(all->loop));
}

static void begin(world *all, onb_context *server, const onb_listen_options *options)
{
    onb_callbacks callbacks = ONB_CALLBACKS_INIT;
    char address[ONB_ADDRESS_SIZE];
    memset(all, 0, sizeof *all);
    callbacks.on_accepted = on_accepted;
    callbacks.on_received = server_received;
    callbacks.on_early_data = on_early_data;
    OK(onb_loop_new_driven(NULL, &all->loop));
    OK(onb_listen(all->loop, "127.0.0.1", 0, server, &callbacks, all, options, &all->listener));
    OK(onb_listener_address(all->listener, address, &all->port));
}

static void connect_to(world *all, onb_context *client, onb_connect_options *options)
{
    onb_callbacks callbacks = ONB_CALLBACKS_INIT;
    onb_connect_options defaults = ONB_CONNECT_OPTIONS_INIT;
    callbacks.on_opened = on_opened;
    callbacks.on_received = on_received;
    callbacks.on_closed = on_closed;
    if (options == NULL) options = &defaults;
    options->server_name = "localhost";
    OK(onb_connect(all->loop, "127.0.0.1", all->port, client, &callbacks, all, options, &all->client));
}

static void end(world *all)
{
    OK(onb_listener_close(all->listener));
    OK(onb_loop_free(all->loop));
}

static void run_until(world *all, const int *value)
{
    while (*value == 0) OK(onb_loop_turn(all->loop, NULL));
}

static void on_sent(onb_result result, void *user)
{
    world *all = user;
    OK(result);
    all->sent++;
    OK(onb_close(all->client));
}

static void files(onb_protocol version)
{
    contexts both;
    world all;
    char path[] = "/tmp/onb-file-XXXXXX";
    int file = mkstemp(path), i;
    contexts_make(&both, version);
    CHECK(file >= 0 && unlink(path) == 0);
    for (i = 0; i < FILE_SIZE; i++) {
        unsigned char byte = (unsigned char)((i - 100) * 13);
        CHECK(write(file, &byte, 1) == 1);
    }
    begin(&all, both.server, NULL);
    connect_to(&all, both.client, NULL);
    run_until(&all, &all.opened);
    CHECK_RESULT(ONB_E_IO, onb_send_file(all.client, -1, 0, 1, on_sent, &all));
    CHECK_RESULT(ONB_E_INVALID_ARGUMENT, onb_send_file(all.client, file, FILE_SIZE, 1, on_sent, &all));
    OK(onb_send_file(all.client, file, 100, FILE_SIZE - 100, on_sent, &all));
    CHECK(close(file) == 0);
    run_until(&all, &all.closed);
    CHECK(all.sent == 1 && all.received == FILE_SIZE - 100 && !all.wrong && all.reason == ONB_CLOSE_NOTIFY);
    end(&all);
    contexts_free(&both);
}

static void on_certificates(onb_conn *conn, onb_result result, const onb_bytes *certificates, size_t count, void *user)
{
    world *all = user;
    onb_info info = ONB_INFO_INIT;
    OK(result);
    CHECK(count == 1 && certificates[0].length > 100);
    OK(onb_conn_info(conn, &info));
    CHECK(strstr(info.peer_subject, "client.example") != NULL);
    all->certificates++;
}

static void certificates_on_request(void)
{
    identity id, own;
    world all;
    onb_config *config;
    onb_context *server, *client;
    identity_make(&id, "localhost");
    identity_make(&own, "client.example");
    config = server_config(&id, ONB_TLS1_3);
    OK(onb_config_set_trust(config, own.trust));
    OK(onb_config_set_client_certificate_on_request(config, 1));
    server = context_of(config);
    config = client_config(&id, ONB_TLS1_3);
    OK(onb_config_set_certificate(config, own.certificate));
    OK(onb_config_allow_post_handshake_authentication(config, 1));
    client = context_of(config);
    begin(&all, server, NULL);
    connect_to(&all, client, NULL);
    run_until(&all, &all.opened);
    OK(onb_conn_update_keys(all.client, 1));
    while (onb_conn_request_certificate(all.server, on_certificates, &all) == ONB_E_BAD_STATE) OK(onb_loop_turn(all.loop, NULL));
    run_until(&all, &all.certificates);
    OK(onb_close(all.client));
    run_until(&all, &all.closed);
    end(&all);
    OK(onb_context_free(server));
    OK(onb_context_free(client));
    identity_free(&id);
    identity_free(&own);
}

static void proxies(void)
{
    contexts both;
    world all;
    onb_listen_options listen = ONB_LISTEN_OPTIONS_INIT;
    onb_connect_options connect = ONB_CONNECT_OPTIONS_INIT;
    onb_proxy proxy = ONB_PROXY_INIT;
    int version;
    contexts_make(&both, ONB_TLS1_3);
    listen.require_proxy_header = 1;
    for (version = 1; version <= 2; version++) {
        char value[16];
        size_t length = sizeof value;
        begin(&all, both.server, &listen);
        connect.proxy_protocol = version;
        connect.proxy_source = "192.0.2.1:4711";
        connect.proxy_destination = "192.0.2.2:443";
        connect_to(&all, both.client, &connect);
        run_until(&all, &all.opened);
        OK(onb_conn_proxy(all.server, &proxy));
        CHECK(proxy.version == version && !proxy.is_local && strcmp(proxy.source, "192.0.2.1") == 0 && proxy.source_port == 4711);
        CHECK(strcmp(proxy.destination, "192.0.2.2") == 0 && proxy.destination_port == 443);
        CHECK_RESULT(ONB_E_BAD_STATE, onb_conn_proxy_field(all.server, 5, value, &length));
        CHECK_RESULT(ONB_E_BAD_STATE, onb_conn_proxy(all.client, &proxy));
        end(&all);
    }
    begin(&all, both.server, &listen);
    connect.proxy_source = "nonsense";
    {
        onb_callbacks callbacks = ONB_CALLBACKS_INIT;
        CHECK_RESULT(ONB_E_INVALID_ARGUMENT, onb_connect(all.loop, "127.0.0.1", all.port, both.client, &callbacks, NULL, &connect, &all.client));
    }
    end(&all);
    contexts_free(&both);
}

static void early(void)
{
    identity id;
    world all;
    onb_config *config;
    onb_context *server, *client;
    onb_connect_options connect = ONB_CONNECT_OPTIONS_INIT;
    identity_make(&id, "localhost");
    config = server_config(&id, ONB_TLS1_3);
    OK(onb_config_set_max_early_data(config, 1000));
    server = context_of(config);
    config = client_config(&id, ONB_TLS1_3);
    OK(onb_config_set_session_cache_size(config, 10));
    client = context_of(config);
    begin(&all, server, NULL);
    connect_to(&all, client, NULL);
    run_until(&all, &all.opened);
    OK(onb_conn_close_write(all.client));
    run_until(&all, &all.closed);
    all.opened = all.closed = 0;
    connect.early_data = "early";
    connect.early_data_length = 5;
    connect_to(&all, client, &connect);
    run_until(&all, &all.closed);
    CHECK(all.early == 1 && all.early_outcome == ONB_EARLY_DATA_ACCEPTED && strcmp(all.text, "answered") == 0);
    end(&all);
    OK(onb_context_free(server));
    OK(onb_context_free(client));
    identity_free(&id);
}

static void refusals(void)
{
    contexts both;
    world all;
    onb_limit *limit;
    onb_listen_options listen = ONB_LISTEN_OPTIONS_INIT;
    onb_listen_statistics counts = ONB_LISTEN_STATISTICS_INIT;
    int count;
    contexts_make(&both, ONB_TLS1_3);
    begin(&all, both.server, NULL);
    all.refuses = RESET_AT_ONCE;
    connect_to(&all, both.client, NULL);
    run_until(&all, &all.closed);
    CHECK(all.accepted == 1 && all.opened == 0 && all.reason != ONB_CLOSE_NOTIFY);
    end(&all);

    OK(onb_limit_new(1, &limit));
    listen.limit = limit;
    begin(&all, both.server, &listen);
    connect_to(&all, both.client, NULL);
    run_until(&all, &all.opened);
    OK(onb_limit_count(limit, &count));
    CHECK(count == 1);
    connect_to(&all, both.client, NULL);
    run_until(&all, &all.closed);
    OK(onb_listener_statistics(all.listener, &counts));
    CHECK(counts.accepted == 2 && counts.refused == 1 && counts.connections == 1 && all.opened == 1);
    end(&all);
    OK(onb_limit_count(limit, &count));
    CHECK(count == 0);
    OK(onb_limit_free(limit));
    contexts_free(&both);
}

static void other_context(void)
{
    contexts both, other;
    world all;
    onb_trust *trust;
    onb_config *config;
    onb_context *client;
    contexts_make(&both, ONB_TLS1_3);
    contexts_make(&other, ONB_TLS1_3);
    OK(onb_trust_new(&trust));
    OK(onb_trust_add_pem(trust, other.id.pem, other.id.pem_length));
    OK(onb_config_new_client(&config));
    OK(onb_config_set_trust(config, trust));
    client = context_of(config);
    begin(&all, both.server, NULL);
    connect_to(&all, client, NULL);
    run_until(&all, &all.closed);
    CHECK(all.opened == 0 && all.reason == ONB_CLOSE_VERIFICATION_FAILED);
    CHECK_RESULT(ONB_E_INVALID_ARGUMENT, onb_listener_replace_context(all.listener, client));
    OK(onb_listener_replace_context(all.listener, other.server));
    contexts_free(&other);
    connect_to(&all, client, NULL);
    run_until(&all, &all.opened);
    end(&all);
    OK(onb_trust_free(trust));
    OK(onb_context_free(client));
    contexts_free(&both);
}

static void *answer(void *user)
{
    OK(onb_answer_verify(user, 1));
    return NULL;
}

static void on_verify(onb_question *question, const onb_peer *peer, void *user)
{
    world *all = user;
    CHECK(peer->error == NULL);
    CHECK(pthread_create(&all->answerer, NULL, answer, question) == 0);
}

/* The answer of another thread wakes the loop that sleeps. */
static void answered_elsewhere(onb_protocol version)
{
    contexts both;
    world all;
    onb_config *config;
    onb_context *client;
    contexts_make(&both, version);
    config = client_config(&both.id, version);
    begin(&all, both.server, NULL);
    OK(onb_config_set_verify(config, on_verify, &all));
    client = context_of(config);
    connect_to(&all, client, NULL);
    OK(onb_send(all.client, "\0", 1));
    OK(onb_close(all.client));
    OK(onb_loop_run(all.loop));
    pthread_join(all.answerer, NULL);
    CHECK(all.opened == 1 && all.closed == 1 && all.reason == ONB_CLOSE_NOTIFY && all.received == 1);
    end(&all);
    OK(onb_context_free(client));
    contexts_free(&both);
}

int main(void)
{
    files(ONB_TLS1_2);
    files(ONB_TLS1_3);
    certificates_on_request();
    proxies();
    early();
    refusals();
    other_context();
    answered_elsewhere(ONB_TLS1_2);
    answered_elsewhere(ONB_TLS1_3);
    return 0;
}
