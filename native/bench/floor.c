// What OpenSSL itself costs: handshakes and records between two SSLs in memory, with the settings of server and load,
// and without a socket or a loop. No server can be cheaper than that.
#include <getopt.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "memory_bio.h"
#include "pattern.h"
#include "tls.h"
#include "wire.h"

enum {
    RECORD_SIZE = 16 * 1024,
    BATCH = 8 * RECORD_SIZE, // written, then read
    SMALL = 64,
    SMALL_BATCH = 256,
    WARM_ROUNDS = 50,
};

struct side {
    SSL_CTX *context;
    struct memory_end end;
    BIO *bio;
    SSL *ssl;
    uint64_t spent; // CPU, ns
};

struct pair {
    struct side client, server;
    struct memory to_client, to_server;
    SSL_SESSION *session; // what the client resumes
    bool keep_session;
    uint64_t clock_cost;
};

// CPU, not time: others on this machine do not count.
static uint64_t cpu_clock(void)
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

static uint64_t measure_clock(void)
{
    enum { ROUNDS = 10000 };
    uint64_t start = cpu_clock();
    for (int i = 0; i < ROUNDS; i++) {
        cpu_clock();
    }
    return (cpu_clock() - start) / ROUNDS;
}

static void charge(struct pair *pair, struct side *side, uint64_t start)
{
    uint64_t spent = cpu_clock() - start;
    side->spent += spent > pair->clock_cost ? spent - pair->clock_cost : 0;
}

static void check(bool right, const char *what)
{
    if (!right) {
        tls_die(what);
    }
}

static void open_side(struct side *side)
{
    side->ssl = SSL_new(side->context);
    check(side->ssl != NULL, "SSL_new");
    BIO_up_ref(side->bio);
    SSL_set_bio(side->ssl, side->bio, side->bio);
}

static void client_hello(struct pair *pair)
{
    struct side *client = &pair->client;
    uint64_t start = cpu_clock();
    open_side(client);
    SSL_set_connect_state(client->ssl);
    if (pair->session != NULL) {
        check(SSL_set_session(client->ssl, pair->session) == 1, "SSL_set_session");
    }
    SSL_do_handshake(client->ssl);
    charge(pair, client, start);
}

static void server_answer(struct pair *pair)
{
    struct side *server = &pair->server;
    uint64_t start = cpu_clock();
    open_side(server);
    SSL_set_accept_state(server->ssl);
    SSL_do_handshake(server->ssl);
    charge(pair, server, start);
}

// As in a unit of the load's handshakes: the client's close_notify follows its last message at once.
static void client_finish(struct pair *pair, bool closes)
{
    struct side *client = &pair->client;
    uint64_t start = cpu_clock();
    check(SSL_do_handshake(client->ssl) == 1, "client handshake");
    if (closes) {
        SSL_shutdown(client->ssl);
    }
    charge(pair, client, start);
    check(pair->session == NULL || SSL_session_reused(client->ssl), "not resumed");
}

static void close_side(struct pair *pair, struct side *side, bool answers)
{
    uint8_t nothing[1];
    uint64_t start = cpu_clock();
    int got = SSL_read(side->ssl, nothing, sizeof nothing);
    int end = SSL_get_shutdown(side->ssl);
    if (answers) {
        SSL_shutdown(side->ssl);
    }
    SSL_free(side->ssl);
    charge(pair, side, start);
    check(got <= 0 && (end & SSL_RECEIVED_SHUTDOWN), "close_notify");
}

static void shake_hands(struct pair *pair)
{
    client_hello(pair);
    server_answer(pair);
    client_finish(pair, true);
    close_side(pair, &pair->server, true);
    close_side(pair, &pair->client, false);
}

static void measure_handshakes(struct pair *pair, double seconds, const char *name)
{
    for (int i = 0; i < WARM_ROUNDS; i++) {
        shake_hands(pair);
    }
    pair->client.spent = pair->server.spent = 0;
    uint64_t limit = (uint64_t)(seconds * 1e9);
    uint64_t rounds = 0;
    do {
        shake_hands(pair);
        rounds++;
    } while (pair->client.spent + pair->server.spent < limit);
    printf("\"%s_us\":%.2f,\"%s_server_us\":%.2f,", name,
           (double)(pair->client.spent + pair->server.spent) / 1e3 / (double)rounds, name,
           (double)pair->server.spent / 1e3 / (double)rounds);
}

static int new_session(SSL *ssl, SSL_SESSION *session)
{
    struct pair *pair = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    if (!pair->keep_session || pair->session != NULL) {
        return 0;
    }
    pair->session = session;
    return 1;
}

static void get_session(struct pair *pair)
{
    SSL_CTX *context = pair->client.context;
    SSL_CTX_set_app_data(context, pair);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, new_session);
    pair->keep_session = true;
    shake_hands(pair);
    check(pair->session != NULL, "no ticket");
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

// One batch of records, written by the server and read by the client.
static void move_records(struct pair *pair, size_t size, size_t count)
{
    static uint8_t buffer[RECORD_SIZE];
    uint64_t start = cpu_clock();
    for (size_t i = 0; i < count; i++) {
        SSL_write(pair->server.ssl, pattern_at(i * size), (int)size);
    }
    charge(pair, &pair->server, start);
    start = cpu_clock();
    int got = 0;
    for (size_t i = 0; i < count; i++) {
        got += SSL_read(pair->client.ssl, buffer, sizeof buffer);
    }
    charge(pair, &pair->client, start);
    check((size_t)got == size * count && memcmp(buffer, pattern_at((count - 1) * size), size) == 0, "records");
}

static uint64_t measure_records(struct pair *pair, double seconds, size_t size, size_t count)
{
    for (int i = 0; i < WARM_ROUNDS; i++) {
        move_records(pair, size, count);
    }
    pair->client.spent = pair->server.spent = 0;
    uint64_t limit = (uint64_t)(seconds * 1e9);
    uint64_t rounds = 0;
    do {
        move_records(pair, size, count);
        rounds++;
    } while (pair->client.spent + pair->server.spent < limit);
    return rounds * count;
}

static void measure_all(struct pair *pair, double seconds)
{
    printf("{\"openssl\":\"%s\",", OpenSSL_version(OPENSSL_VERSION_STRING));
    measure_handshakes(pair, seconds / 4, "handshake");

    client_hello(pair);
    server_answer(pair);
    client_finish(pair, false);
    SSL_do_handshake(pair->server.ssl);
    uint64_t records = measure_records(pair, seconds / 4, RECORD_SIZE, BATCH / RECORD_SIZE);
    printf("\"encrypt_gbps\":%.3f,\"decrypt_gbps\":%.3f,",
           (double)(records * RECORD_SIZE) / (double)pair->server.spent,
           (double)(records * RECORD_SIZE) / (double)pair->client.spent);
    records = measure_records(pair, seconds / 4, SMALL, SMALL_BATCH);
    printf("\"small_write_ns\":%.1f,\"small_read_ns\":%.1f,", (double)pair->server.spent / (double)records,
           (double)pair->client.spent / (double)records);
    SSL_free(pair->client.ssl);
    SSL_free(pair->server.ssl);

    get_session(pair);
    measure_handshakes(pair, seconds / 4, "resumed");
    SSL_SESSION_free(pair->session);
    printf("\"clock_ns\":%llu}\n", (unsigned long long)pair->clock_cost);
}

static _Noreturn void usage(void)
{
    fprintf(stderr, "usage: floor --ecdsa-cert F --ecdsa-key F [--tickets N] [--seconds T]\n");
    exit(2);
}

int main(int argc, char **argv)
{
    static const struct option names[] = {
        { "ecdsa-cert", required_argument, NULL, 'c' },
        { "ecdsa-key", required_argument, NULL, 'k' },
        { "tickets", required_argument, NULL, 't' },
        { "seconds", required_argument, NULL, 's' },
        { NULL, 0, NULL, 0 },
    };
    struct tls_server_options options = { .tickets = 2, .gathered = true };
    double seconds = 4;
    int name;
    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (name) {
        case 'c': options.certificate = optarg; break;
        case 'k': options.key = optarg; break;
        case 't': options.tickets = atoi(optarg); break;
        case 's': seconds = atof(optarg); break;
        default: usage();
        }
    }
    if (optind != argc || options.certificate == NULL || options.key == NULL || seconds <= 0 || options.tickets < 0) {
        usage();
    }
    pattern_init();
    static struct pair pair;
    pair.client.context = tls_client_context(&(struct tls_client_options){ .trust = options.certificate });
    pair.server.context = tls_server_context(&options);
    pair.client.end = (struct memory_end){ &pair.to_client, &pair.to_server };
    pair.server.end = (struct memory_end){ &pair.to_server, &pair.to_client };
    pair.client.bio = memory_bio_new(&pair.client.end);
    pair.server.bio = memory_bio_new(&pair.server.end);
    pair.clock_cost = measure_clock();
    measure_all(&pair, seconds);
    BIO_free(pair.client.bio);
    BIO_free(pair.server.bio);
    SSL_CTX_free(pair.client.context);
    SSL_CTX_free(pair.server.context);
    return 0;
}
