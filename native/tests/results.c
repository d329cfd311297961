/* Every result that a program can meet, by a way that leads to it; and its words. */
#include "harness.h"
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int seen[64];

/* The call gives this result; a failure leaves words on this thread. */
#define MEET(expected, call)                                  \
    do {                                                      \
        CHECK_RESULT(expected, call);                         \
        seen[(expected) + 32] = 1;                            \
        if ((expected) < 0) {                                 \
            CHECK(onb_error_code() == (expected));            \
            CHECK(strlen(onb_error_message()) > 5);           \
        }                                                     \
    } while (0)

static void no_openssl(void)
{
    pid_t child = fork();
    int status;
    if (child == 0) {
        onb_certificate *certificate;
        const char *names[] = { "localhost" };
        OK(onb_library_set_configuration("/nonexistent/openssl.cnf"));
        CHECK_RESULT(ONB_E_NO_OPENSSL, onb_certificate_self_signed(names, 1, 60, &certificate));
        CHECK(onb_openssl_version() == NULL);
        CHECK(strstr(onb_error_message(), "/nonexistent/openssl.cnf") != NULL);
        _exit(23);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 23);
    seen[ONB_E_NO_OPENSSL + 32] = 1;
}

static onb_loop *turned;

static void turn_again(void *user)
{
    MEET(ONB_E_REENTRANT, onb_loop_turn(turned, NULL));
    MEET(ONB_E_REENTRANT, onb_loop_free(turned));
    ++*(int *)user;
}

static void *elsewhere(void *argument)
{
    onb_loop *loop = argument;
    int timeout;
    CHECK(*onb_error_message() == 0 && onb_error_code() == ONB_OK);
    MEET(ONB_E_WRONG_THREAD, onb_loop_turn(loop, NULL));
    MEET(ONB_E_WRONG_THREAD, onb_loop_timeout(loop, &timeout));
    MEET(ONB_E_WRONG_THREAD, onb_timer_start(loop, 1, 0, turn_again, NULL, NULL));
    MEET(ONB_E_WRONG_THREAD, onb_loop_free(loop));
    return NULL;
}

static void of_loops(void)
{
    pthread_t thread;
    onb_loop *loop;
    int turns = 0, more = 1;
    OK(onb_loop_new_driven(NULL, &turned));
    OK(onb_loop_post(turned, turn_again, &turns));
    while (turns == 0) OK(onb_loop_turn(turned, &more));
    CHECK(pthread_create(&thread, NULL, elsewhere, turned) == 0);
    pthread_join(thread, NULL);
    OK(onb_loop_free(turned));
    MEET(ONB_E_BAD_HANDLE, onb_loop_turn(turned, NULL));
    OK(onb_loop_new(NULL, &loop));
    MEET(ONB_E_NOT_SUPPORTED, onb_loop_turn(loop, NULL));
    OK(onb_loop_free(loop));
}

static void of_machines(void)
{
    contexts both;
    pair machines;
    char byte;
    size_t length = 1;
    onb_info info = ONB_INFO_INIT;
    onb_machine_options options = ONB_MACHINE_OPTIONS_INIT;
    const onb_openssl_error *errors;
    onb_machine *small;
    contexts_make(&both, ONB_TLS1_3);
    pair_make(&machines, both.client, both.server, "localhost");
    MEET(ONB_WANT_READ, onb_machine_handshake(machines.client));
    MEET(ONB_E_BAD_STATE, onb_machine_info(machines.client, &info));
    MEET(ONB_E_INVALID_ARGUMENT, onb_machine_read(machines.client, NULL, &length));
    MEET(ONB_E_INVALID_ARGUMENT, onb_machine_handshake(NULL));
    MEET(ONB_E_BAD_HANDLE, onb_machine_handshake((onb_machine *)both.client));
    MEET(ONB_E_BAD_HANDLE, onb_machine_handshake((onb_machine *)(uintptr_t)0x1234));
    OK(onb_machine_feed(machines.server, "this is no TLS at all, is it?", 29));
    MEET(ONB_E_LOST, onb_machine_handshake(machines.server));
    pair_free(&machines);
    options.outbound_limit = 10;
    OK(onb_machine_new(both.client, "localhost", &options, &small));
    MEET(ONB_WANT_READ, onb_machine_write(small, "ten bytes.", 10));
    MEET(ONB_FULL, onb_machine_write(small, "more", 4));
    OK(onb_machine_free(small));
    options.size = 3;
    MEET(ONB_E_INVALID_ARGUMENT, onb_machine_new(both.client, "localhost", &options, &small));
    pair_make(&machines, both.client, both.server, "localhost");
    pair_connect(&machines);
    OK(onb_machine_shutdown(machines.client));
    MEET(ONB_E_SEND_CLOSED, onb_machine_write(machines.client, "x", 1));
    pair_exchange(&machines);
    MEET(ONB_END, onb_machine_read(machines.server, &byte, &length));
    pair_free(&machines);
    MEET(ONB_E_BAD_STATE, onb_context_import_sessions(both.client, "x", 1, NULL));
    length = 1;
    MEET(ONB_E_BUFFER_TOO_SMALL, onb_certificate_pem(both.id.certificate, &byte, &length));
    MEET(ONB_E_OPENSSL, onb_certificate_from_pem("x", 1, NULL, 0, NULL, &both.id.certificate));
    CHECK(onb_error_openssl(&errors) == 0 || errors[0].code != 0);
    contexts_free(&both);
}

static void of_options(void)
{
    onb_config *config, *server;
    onb_context *context;
    onb_trust *trust;
    onb_certificate *certificate;
    const onb_openssl_error *errors;
    void *vast = mmap(NULL, INT_MAX, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    OK(onb_config_new_client(&config));
    OK(onb_config_new_server(&server));
    MEET(ONB_E_NOT_SUPPORTED, onb_config_set_session_tickets(config, 2));
    MEET(ONB_E_INVALID_ARGUMENT, onb_config_set_protocols(config, (onb_protocol)7, ONB_TLS1_3));
    MEET(ONB_E_INVALID_ARGUMENT, onb_context_new(server, &context));
    MEET(ONB_E_INVALID_ARGUMENT, onb_config_set_cipher_list(config, "\xff\xfe"));
    OK(onb_config_set_cipher_list(config, "NO-SUCH-CIPHER"));
    MEET(ONB_E_OPENSSL, onb_context_new(config, &context));
    CHECK(onb_error_openssl(&errors) >= 1 && errors[0].code != 0 && strlen(errors[0].reason_text) > 3);
    onb_error_clear();
    CHECK(onb_error_code() == ONB_OK && *onb_error_message() == 0 && onb_error_openssl(NULL) == 0);
    OK(onb_config_set_cipher_list(config, NULL));
    OK(onb_config_set_session_cache_size(config, 5));
    OK(onb_context_new(config, &context));
    MEET(ONB_E_FORMAT, onb_context_import_sessions(context, "x", 1, NULL));
    OK(onb_context_free(context));
    MEET(ONB_E_IO, onb_certificate_from_pem_files("/nonexistent", NULL, NULL, &certificate));
    OK(onb_trust_new(&trust));
    MEET(ONB_E_BAD_STATE, onb_config_set_trust(config, trust));
    if (vast != MAP_FAILED) {
        MEET(ONB_E_NO_MEMORY, onb_trust_add_crl(trust, vast, INT_MAX, 0));
        munmap(vast, INT_MAX);
    }
    MEET(ONB_E_BAD_STATE, onb_library_set_configuration("/anything"));
    MEET(ONB_E_BAD_STATE, onb_library_set_openssl_directory("/anything"));
    OK(onb_trust_free(trust));
    OK(onb_config_free(config));
    OK(onb_config_free(server));
}

static int notified;

static void on_notify(void *user)
{
    (void)user;
    __atomic_store_n(&notified, 1, __ATOMIC_SEQ_CST);
}

/* The server's steps run on a worker: the machine says that it waits, and calls back. */
static void of_workers(void)
{
    identity id;
    onb_workers *workers;
    onb_config *config;
    onb_context *server, *client;
    pair machines;
    int client_result, server_result, round;
    identity_make(&id, "localhost");
    OK(onb_workers_new(1, &workers));
    config = server_config(&id, ONB_TLS1_3);
    OK(onb_config_set_workers(config, workers));
    server = context_of(config);
    client = context_of(client_config(&id, ONB_TLS1_3));
    pair_make(&machines, client, server, "localhost");
    for (round = 0; round < 1000; round++) {
        pair_handshake(&machines, &client_result, &server_result);
        if (server_result == ONB_OK && client_result == ONB_OK) break;
        if (server_result == ONB_WANT_ASYNC) {
            seen[ONB_WANT_ASYNC + 32] = 1;
            __atomic_store_n(&notified, 0, __ATOMIC_SEQ_CST);
            OK(onb_machine_notify(machines.server, on_notify, NULL));
            while (!__atomic_load_n(&notified, __ATOMIC_SEQ_CST)) sched_yield();
        }
    }
    OK(client_result);
    OK(server_result);
    CHECK(seen[ONB_WANT_ASYNC + 32]);
    pair_free(&machines);
    OK(onb_context_free(server));
    OK(onb_context_free(client));
    OK(onb_workers_free(workers));
    identity_free(&id);
}

int main(void)
{
    int result;
    no_openssl();
    of_loops();
    of_machines();
    of_options();
    of_workers();

    /* ONB_WANT_WRITE and those of questions are met in other tests; ONB_E_FORKED in a child; ONB_E_INTERNAL never. */
    for (result = ONB_E_INTERNAL; result <= ONB_FULL; result++) {
        int met_elsewhere = result == ONB_OK || result == ONB_WANT_WRITE || result == ONB_E_FORKED || result == ONB_E_INTERNAL || result == ONB_WANT_CLIENT_HELLO || result == ONB_WANT_CERTIFICATE || result == ONB_WANT_VERIFY;
        if (!met_elsewhere && !seen[result + 32]) {
            fprintf(stderr, "%s was not met\n", onb_result_name(result));
            fail_at(__FILE__, __LINE__, "results");
        }
        CHECK(strncmp(onb_result_name(result), "ONB_", 4) == 0);
    }
    CHECK(strcmp(onb_version_text(), "0.1.0") == 0);
    CHECK(strcmp(onb_result_name(-17), "unknown") == 0 && strcmp(onb_result_name(9), "unknown") == 0);
    for (result = ONB_CLOSE_NONE; result <= ONB_CLOSE_LOCAL_ERROR; result++) CHECK(strcmp(onb_close_reason_name(result), "unknown") != 0);
    CHECK(strcmp(onb_close_reason_name(15), "unknown") == 0 && strcmp(onb_close_reason_name(-1), "unknown") == 0);
    return 0;
}
