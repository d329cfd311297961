/* What a handshake asks the program: now or later, and what it is shown. */
#include "harness.h"
#include <sched.h>
#include <stdatomic.h>

enum { UNRECOGNIZED_NAME = 112, NO_APPLICATION_PROTOCOL = 120 };

typedef struct asked {
    int count;
    int answers_now;
    int verdict;
    onb_question *pending;
    char error[200];
    char name[100];
    size_t certificates;
    int notified;
} asked;

static void on_verify(onb_question *question, const onb_peer *peer, void *user)
{
    asked *state = user;
    CHECK(peer->size >= sizeof *peer && peer->certificate_count >= 1 && peer->certificates[0].length > 100);
    state->count++;
    state->certificates = peer->certificate_count;
    snprintf(state->error, sizeof state->error, "%s", peer->error ? peer->error : "");
    snprintf(state->name, sizeof state->name, "%s", peer->server_name ? peer->server_name : "");
    if (state->answers_now) {
        OK(onb_answer_verify(question, state->verdict));
        CHECK_RESULT(ONB_E_BAD_HANDLE, onb_answer_verify(question, state->verdict));
    } else {
        state->pending = question;
    }
}

static void on_notify(void *user)
{
    ((asked *)user)->notified++;
}

/* A client that judges a server's certificate which OpenSSL would refuse or accept. */
static void verification(onb_protocol version, int now, int verdict)
{
    identity id;
    onb_config *config;
    onb_context *server, *client;
    pair machines;
    asked state = { 0, 0, 0, NULL, "", "", 0, 0 };
    int client_result, server_result;
    state.answers_now = now;
    state.verdict = verdict;
    identity_make(&id, "elsewhere.example");
    server = context_of(server_config(&id, version));
    config = client_config(&id, version);
    OK(onb_config_set_verify(config, on_verify, &state));
    client = context_of(config);
    pair_make(&machines, client, server, "localhost");
    pair_handshake(&machines, &client_result, &server_result);
    CHECK(state.count == 1);
    CHECK(strstr(state.error, "mismatch") != NULL);
    CHECK(strcmp(state.name, "localhost") == 0);
    if (!now) {
        CHECK_RESULT(ONB_WANT_VERIFY, client_result);
        OK(onb_machine_notify(machines.client, on_notify, &state));
        CHECK(state.notified == 0);
        OK(onb_answer_verify(state.pending, verdict));
        CHECK(state.notified == 1);
        pair_handshake(&machines, &client_result, &server_result);
    }
    if (verdict) {
        CHECK_RESULT(ONB_OK, client_result);
        pair_send(&machines, machines.client, machines.server, 100);
    } else {
        onb_outcome outcome = ONB_OUTCOME_INIT;
        CHECK_RESULT(ONB_E_LOST, client_result);
        OK(onb_machine_outcome(machines.client, &outcome));
        CHECK(outcome.reason == ONB_CLOSE_VERIFICATION_FAILED);
    }
    pair_free(&machines);
    OK(onb_context_free(server));
    OK(onb_context_free(client));
    identity_free(&id);
}

/* Who has freed a machine hears no more of it, also when the answer comes later; and the answer is taken all the same. */
static void notification_of_a_freed_machine(void)
{
    identity id;
    onb_config *config;
    onb_context *server, *client;
    pair machines;
    int client_result, server_result;
    asked state = { 0, 0, 0, NULL, "", "", 0, 0 };
    identity_make(&id, "localhost");
    server = context_of(server_config(&id, ONB_TLS1_3));
    config = client_config(&id, ONB_TLS1_3);
    OK(onb_config_set_verify(config, on_verify, &state));
    client = context_of(config);
    pair_make(&machines, client, server, "localhost");
    pair_handshake(&machines, &client_result, &server_result);
    CHECK_RESULT(ONB_WANT_VERIFY, client_result);
    OK(onb_machine_notify(machines.client, on_notify, &state));
    pair_free(&machines);
    OK(onb_answer_verify(state.pending, 1));
    CHECK(state.notified == 0);
    OK(onb_context_free(server));
    OK(onb_context_free(client));
    identity_free(&id);
}

/* --- callbacks on a worker's thread, which is inside the machine --- */

typedef struct on_worker {
    onb_machine *machine;
    onb_workers *workers;
    atomic_int count, notified;
} on_worker;

static void on_key(const char *line, void *user)
{
    on_worker *state = user;
    CHECK(line != NULL);
    CHECK_RESULT(ONB_E_REENTRANT, onb_machine_free(state->machine));
    CHECK_RESULT(ONB_E_REENTRANT, onb_workers_free(state->workers));
    atomic_fetch_add(&state->count, 1);
}

static void on_step(void *user)
{
    atomic_fetch_add(&((on_worker *)user)->notified, 1);
}

static void workers(void)
{
    identity id;
    onb_config *config;
    onb_context *server, *client;
    pair machines;
    on_worker state;
    int client_result, server_result, steps = 0;
    memset(&state, 0, sizeof state);
    identity_make(&id, "localhost");
    server = context_of(server_config(&id, ONB_TLS1_3));
    config = client_config(&id, ONB_TLS1_3);
    OK(onb_workers_new(1, &state.workers));
    OK(onb_config_set_workers(config, state.workers));
    OK(onb_config_set_keylog(config, on_key, &state));
    client = context_of(config);
    pair_make(&machines, client, server, "localhost");
    state.machine = machines.client;
    do {
        pair_handshake(&machines, &client_result, &server_result);
        if (client_result != ONB_WANT_ASYNC) continue;
        CHECK(++steps < 20);
        OK(onb_machine_notify(machines.client, on_step, &state));
        while (atomic_load(&state.notified) < steps) sched_yield();
    } while (client_result == ONB_WANT_ASYNC);
    CHECK_RESULT(ONB_OK, client_result);
    CHECK(state.count > 0 && steps > 0);
    pair_free(&machines);
    OK(onb_workers_free(state.workers));
    OK(onb_context_free(server));
    OK(onb_context_free(client));
    identity_free(&id);
}

typedef struct selection {
    onb_context *other;
    onb_question *pending;
    int later;
    int alert;
    int count;
    char alpn[40];
    char ja4[80];
} selection;

static void on_hello(onb_question *question, const onb_client_hello *hello, void *user)
{
    selection *state = user;
    onb_bytes body;
    CHECK(hello->random.length == 32 && hello->message.length > 50 && hello->cipher_suite_count > 0);
    CHECK(hello->server_name != NULL && strcmp(hello->server_name, "other.example") == 0);
    CHECK(hello->alpn_count == 2);
    CHECK(strlen(hello->ja3) == 32);
    snprintf(state->alpn, sizeof state->alpn, "%s,%s", hello->alpn[0], hello->alpn[1]);
    snprintf(state->ja4, sizeof state->ja4, "%s", hello->ja4);
    OK(onb_question_extension(question, 0, &body));
    CHECK(body.length > strlen("other.example"));
    CHECK_RESULT(ONB_E_BAD_STATE, onb_question_extension(question, 65535, &body));
    CHECK_RESULT(ONB_E_BAD_HANDLE, onb_answer_verify(question, 1));
    state->count++;
    if (state->alert) OK(onb_answer_alert(question, state->alert));
    else if (state->later) state->pending = question;
    else OK(onb_answer_context(question, state->other));
}

static void context_by_hello(onb_protocol version, int later, int alert)
{
    identity id, other;
    const char *protocols[] = { "h2", "http/1.1" };
    onb_config *config;
    onb_context *server, *client;
    selection state;
    pair machines;
    int client_result, server_result;
    memset(&state, 0, sizeof state);
    state.later = later;
    state.alert = alert;
    identity_make(&id, "localhost");
    identity_make(&other, "other.example");
    config = server_config(&other, version);
    OK(onb_config_set_alpn(config, protocols + 1, 1));
    state.other = context_of(config);
    config = server_config(&id, version);
    OK(onb_config_set_select_context(config, on_hello, &state));
    server = context_of(config);
    config = client_config(&other, version);
    OK(onb_config_set_alpn(config, protocols, 2));
    client = context_of(config);
    pair_make(&machines, client, server, "other.example");
    pair_handshake(&machines, &client_result, &server_result);
    if (later) {
        CHECK_RESULT(ONB_WANT_CLIENT_HELLO, server_result);
        OK(onb_answer_context(state.pending, state.other));
        OK(onb_context_free(state.other));
        state.other = NULL;
        pair_handshake(&machines, &client_result, &server_result);
    }
    CHECK(state.count == 1);
    CHECK(strcmp(state.alpn, "h2,http/1.1") == 0 && state.ja4[0] == 't');
    if (alert) {
        onb_outcome outcome = ONB_OUTCOME_INIT;
        CHECK_RESULT(ONB_E_LOST, client_result);
        OK(onb_machine_outcome(machines.client, &outcome));
        CHECK(outcome.alert_received == alert && outcome.openssl_error_count >= 1);
    } else {
        onb_info info = ONB_INFO_INIT;
        OK(client_result);
        OK(onb_machine_info(machines.client, &info));
        CHECK(strcmp(info.alpn, "http/1.1") == 0);
        pair_send(&machines, machines.server, machines.client, 100);
    }
    pair_free(&machines);
    if (state.other) OK(onb_context_free(state.other));
    OK(onb_context_free(server));
    OK(onb_context_free(client));
    identity_free(&id);
    identity_free(&other);
}

static void named_certificates(void)
{
    identity id, other;
    onb_config *config;
    onb_context *server, *client, *stranger;
    pair machines;
    int client_result, server_result;
    onb_outcome outcome = ONB_OUTCOME_INIT;
    identity_make(&id, "localhost");
    identity_make(&other, "www.example.org");
    config = server_config(&id, ONB_TLS1_3);
    OK(onb_config_add_named_certificate(config, "*.example.org", other.certificate));
    OK(onb_config_refuse_unknown_names(config, 1));
    server = context_of(config);
    client = context_of(client_config(&other, ONB_TLS1_3));
    pair_make(&machines, client, server, "www.example.org");
    pair_connect(&machines);
    pair_free(&machines);
    stranger = context_of(client_config(&id, ONB_TLS1_3));
    pair_make(&machines, stranger, server, "stranger.example");
    pair_handshake(&machines, &client_result, &server_result);
    CHECK_RESULT(ONB_E_LOST, client_result);
    OK(onb_machine_outcome(machines.client, &outcome));
    CHECK(outcome.alert_received == UNRECOGNIZED_NAME);
    pair_free(&machines);
    OK(onb_context_free(server));
    OK(onb_context_free(client));
    OK(onb_context_free(stranger));
    identity_free(&id);
    identity_free(&other);
}

static void application_protocols(int goes_on)
{
    identity id;
    const char *theirs[] = { "mqtt" }, *ours[] = { "h2" };
    onb_config *config;
    onb_context *server, *client;
    pair machines;
    int client_result, server_result;
    identity_make(&id, "localhost");
    config = server_config(&id, ONB_TLS_DEFAULT);
    OK(onb_config_set_alpn(config, ours, 1));
    OK(onb_config_set_alpn_mismatch(config, goes_on ? ONB_ALPN_CONTINUE : ONB_ALPN_REFUSE));
    server = context_of(config);
    config = client_config(&id, ONB_TLS_DEFAULT);
    OK(onb_config_set_alpn(config, theirs, 1));
    client = context_of(config);
    pair_make(&machines, client, server, "localhost");
    pair_handshake(&machines, &client_result, &server_result);
    if (goes_on) {
        onb_info info = ONB_INFO_INIT;
        OK(client_result);
        OK(onb_machine_info(machines.client, &info));
        CHECK(info.alpn == NULL);
    } else {
        onb_outcome outcome = ONB_OUTCOME_INIT;
        CHECK_RESULT(ONB_E_LOST, client_result);
        OK(onb_machine_outcome(machines.client, &outcome));
        CHECK(outcome.alert_received == NO_APPLICATION_PROTOCOL);
    }
    pair_free(&machines);
    OK(onb_context_free(server));
    OK(onb_context_free(client));
    identity_free(&id);
}

static void on_keylog(const char *line, void *user)
{
    if (strncmp(line, "CLIENT_", 7) == 0 && strchr(line, '\n') == NULL) ++*(int *)user;
}

static void key_log(void)
{
    identity id;
    onb_config *config;
    onb_context *server, *client;
    pair machines;
    int lines = 0;
    identity_make(&id, "localhost");
    server = context_of(server_config(&id, ONB_TLS1_3));
    config = client_config(&id, ONB_TLS1_3);
    OK(onb_config_set_keylog(config, on_keylog, &lines));
    client = context_of(config);
    pair_make(&machines, client, server, "localhost");
    pair_connect(&machines);
    CHECK(lines >= 2);
    pair_free(&machines);
    OK(onb_context_free(server));
    OK(onb_context_free(client));
    identity_free(&id);
}

typedef struct choice {
    onb_certificate *certificate;
    onb_question *pending;
    size_t authorities;
} choice;

static void on_certificate_request(onb_question *question, const onb_certificate_request *request, void *user)
{
    choice *state = user;
    state->authorities = request->authority_count;
    state->pending = question;
}

static void client_certificate(onb_protocol version)
{
    identity id, own;
    onb_config *config;
    onb_context *server, *client;
    pair machines;
    choice state = { NULL, NULL, 0 };
    onb_info info = ONB_INFO_INIT;
    int client_result, server_result;
    identity_make(&id, "localhost");
    identity_make(&own, "client.example");
    config = server_config(&id, version);
    OK(onb_config_set_trust(config, own.trust));
    server = context_of(config);
    config = client_config(&id, version);
    OK(onb_config_set_select_certificate(config, on_certificate_request, &state));
    client = context_of(config);
    pair_make(&machines, client, server, "localhost");
    pair_handshake(&machines, &client_result, &server_result);
    CHECK_RESULT(ONB_WANT_CERTIFICATE, client_result);
    CHECK(state.authorities == 1);
    OK(onb_answer_certificate(state.pending, own.certificate));
    pair_connect(&machines);
    OK(onb_machine_info(machines.server, &info));
    CHECK(info.peer_certificate_count == 1 && strstr(info.peer_subject, "client.example") != NULL);
    pair_free(&machines);
    OK(onb_context_free(server));
    OK(onb_context_free(client));
    identity_free(&id);
    identity_free(&own);
}

static size_t on_find_psk(const char *identity, void *key, void *user)
{
    ++*(int *)user;
    if (strcmp(identity, "device 7") != 0) return 0;
    memset(key, 0x5A, 32);
    return 32;
}

static void pre_shared_key(onb_protocol version)
{
    onb_config *config;
    onb_context *server, *client;
    pair machines;
    onb_info info = ONB_INFO_INIT;
    unsigned char key[32];
    int found = 0;
    OK(onb_config_new_server(&config));
    OK(onb_config_set_protocols(config, version, version));
    OK(onb_config_set_find_psk(config, on_find_psk, &found));
    if (version == ONB_TLS1_2) OK(onb_config_set_cipher_list(config, "PSK"));
    server = context_of(config);
    OK(onb_config_new_client(&config));
    OK(onb_config_set_protocols(config, version, version));
    memset(key, 0x5A, sizeof key);
    OK(onb_config_set_psk(config, "device 7", key, sizeof key));
    client = context_of(config);
    pair_make(&machines, client, server, "localhost");
    pair_connect(&machines);
    CHECK(found >= 1);
    OK(onb_machine_info(machines.server, &info));
    CHECK(info.psk_identity != NULL && strcmp(info.psk_identity, "device 7") == 0);
    pair_free(&machines);
    OK(onb_context_free(server));
    OK(onb_context_free(client));
}

int main(void)
{
    onb_protocol versions[] = { ONB_TLS1_2, ONB_TLS1_3 };
    size_t i;
    for (i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        int now, verdict;
        for (now = 0; now < 2; now++) {
            for (verdict = 0; verdict < 2; verdict++) verification(versions[i], now, verdict);
        }
        context_by_hello(versions[i], 0, 0);
        context_by_hello(versions[i], 1, 0);
        context_by_hello(versions[i], 0, UNRECOGNIZED_NAME);
        client_certificate(versions[i]);
        pre_shared_key(versions[i]);
    }
    named_certificates();
    application_protocols(0);
    application_protocols(1);
    key_log();
    notification_of_a_freed_machine();
    workers();
    return 0;
}
