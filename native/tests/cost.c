/*
 * What the library costs beside plain OpenSSL: from nothing to the end of the first handshake, and a call. Not a test: it prints.
 *
 *   cost first plain|onb     one handshake in memory from the start of main on, in microseconds: elapsed, and of CPU time since the process began
 *   cost calls               nanoseconds of calls that do little
 */
#include "harness.h"
#include <openssl/ssl.h>
#include <time.h>

static double clock_of(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* The process's CPU time: others on the machine do not count. */
static double now(void)
{
    return clock_of(CLOCK_PROCESS_CPUTIME_ID);
}

static char certificate_file[1024], key_file[1024];

static void plain_first(void)
{
    SSL_CTX *server = SSL_CTX_new(TLS_method()), *client = SSL_CTX_new(TLS_method());
    SSL *one, *other;
    BIO *left, *right;
    int i;
    CHECK(SSL_CTX_use_certificate_chain_file(server, certificate_file) == 1);
    CHECK(SSL_CTX_use_PrivateKey_file(server, key_file, SSL_FILETYPE_PEM) == 1);
    CHECK(SSL_CTX_load_verify_locations(client, certificate_file, NULL) == 1);
    SSL_CTX_set_verify(client, SSL_VERIFY_PEER, NULL);
    one = SSL_new(client);
    other = SSL_new(server);
    CHECK(SSL_set1_host(one, "localhost") == 1 && BIO_new_bio_pair(&left, 0, &right, 0) == 1);
    SSL_set_bio(one, left, left);
    SSL_set_bio(other, right, right);
    SSL_set_connect_state(one);
    SSL_set_accept_state(other);
    for (i = 0; i < 100 && (!SSL_is_init_finished(one) || !SSL_is_init_finished(other)); i++) {
        SSL_do_handshake(one);
        SSL_do_handshake(other);
    }
    CHECK(SSL_is_init_finished(one) && SSL_is_init_finished(other));
}

static void onb_first(void)
{
    onb_certificate *certificate;
    onb_trust *trust;
    onb_config *server, *client;
    pair machines;
    OK(onb_certificate_from_pem_files(certificate_file, key_file, NULL, &certificate));
    OK(onb_trust_new(&trust));
    OK(onb_trust_add_pem_file(trust, certificate_file));
    OK(onb_config_new_server(&server));
    OK(onb_config_set_certificate(server, certificate));
    OK(onb_config_new_client(&client));
    OK(onb_config_set_trust(client, trust));
    pair_make(&machines, context_of(client), context_of(server), "localhost");
    pair_connect(&machines);
}

static void calls(void)
{
    enum { COUNT = 2000000 };
    contexts both;
    pair machines;
    double begin;
    int i, interest;
    contexts_make(&both, ONB_TLS1_3);
    pair_make(&machines, both.client, both.server, "localhost");
    pair_connect(&machines);
    begin = now();
    for (i = 0; i < COUNT; i++) onb_version();
    printf("onb_version %.1f ns\n", (now() - begin) / COUNT);
    begin = now();
    for (i = 0; i < COUNT; i++) OK(onb_machine_interest(machines.client, &interest));
    printf("onb_machine_interest %.1f ns\n", (now() - begin) / COUNT);
    begin = now();
    for (i = 0; i < COUNT; i++) OK(onb_machine_handshake(machines.client));
    printf("onb_machine_handshake, which has ended %.1f ns\n", (now() - begin) / COUNT);
    begin = now();
    for (i = 0; i < 200000; i++) {
        char bytes[64] = { 0 };
        size_t length = sizeof bytes;
        OK(onb_machine_write(machines.client, bytes, sizeof bytes));
        pair_exchange(&machines);
        OK(onb_machine_read(machines.server, bytes, &length));
    }
    printf("64 bytes written, carried and read %.1f ns\n", (now() - begin) / 200000);
    pair_free(&machines);
    contexts_free(&both);
}

static void write_identity(const char *folder)
{
    identity id;
    char key[4096];
    size_t length = sizeof key;
    FILE *file;
    snprintf(certificate_file, sizeof certificate_file, "%s/cost-certificate.pem", folder);
    snprintf(key_file, sizeof key_file, "%s/cost-key.pem", folder);
    if (getenv("ONB_COST_WRITE") == NULL) return;
    identity_make(&id, "localhost");
    OK(onb_certificate_key_pem(id.certificate, key, &length));
    file = fopen(certificate_file, "w");
    CHECK(file != NULL && fwrite(id.pem, 1, id.pem_length, file) == id.pem_length);
    fclose(file);
    file = fopen(key_file, "w");
    CHECK(file != NULL && fwrite(key, 1, length, file) == length);
    fclose(file);
    exit(0);
}

int main(int count, char **arguments)
{
    write_identity(getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    if (count == 3 && strcmp(arguments[1], "first") == 0) {
        double begin = clock_of(CLOCK_MONOTONIC);
        if (strcmp(arguments[2], "plain") == 0) plain_first();
        else onb_first();
        printf("%.0f %.0f\n", (clock_of(CLOCK_MONOTONIC) - begin) / 1000, now() / 1000);
        fflush(stdout);
        _Exit(0);
    }
    if (count == 2 && strcmp(arguments[1], "calls") == 0) {
        calls();
        return 0;
    }
    fprintf(stderr, "usage: cost first plain|onb, cost calls\n");
    return 2;
}
