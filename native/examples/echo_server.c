/*
 * echo_server.c - sends every byte back. Level 2: the library's loop and sockets, our callbacks.
 *
 *     cc echo_server.c -o echo_server $(pkg-config --cflags --libs opensslnb)
 *     ./echo_server 8443
 *     openssl s_client -connect localhost:8443
 *
 * There are two threads: the loop's, on which every callback comes, and main's, which waits for a signal. All that
 * the callbacks use belongs to the loop's thread, so there is no lock: main asks for things with onb_loop_post.
 */
#define _POSIX_C_SOURCE 200809L

#include <opensslnb.h>

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct server {
    onb_listener *listener;
    struct client *clients; /* all that live, in a list */
    int stopping;
    sem_t stopped; /* posted when it is stopping and the last client has gone */
};

struct client {
    struct server *server;
    struct client *previous, *next;
    onb_conn *conn;
    void *held; /* what did not fit into the queue; reading is paused meanwhile */
    size_t held_length;
    int peer_closed;
};

/* For calls that cannot fail unless this program is wrong. Whatever can fail in a right one is looked at instead. */
static void must(onb_result result)
{
    if (result < 0) {
        fprintf(stderr, "echo_server: %s: %s\n", onb_result_name(result), onb_error_message());
        abort();
    }
}

/* ---------------------------------------------------------------- callbacks, on the loop's thread */

static void *on_accepted(onb_listener *listener, onb_conn *conn, void *user)
{
    struct server *server = user;
    struct client *client = calloc(1, sizeof *client);
    (void)listener;
    if (client == NULL) {
        must(onb_conn_abort(conn)); /* on_closed still comes, with NULL for its user */
        return NULL;
    }
    client->server = server;
    client->conn = conn;
    client->next = server->clients;
    if (client->next != NULL) client->next->previous = client;
    server->clients = client;
    return client; /* what the other callbacks get as user */
}

static void on_received(onb_conn *conn, const void *data, size_t length, void *user)
{
    struct client *client = user;
    onb_result result = onb_send(conn, data, length); /* copies */
    if (result == ONB_FULL) {
        /* The client sends faster than it reads. Keep this piece, which is only ours until we return, and stop
         * reading: TCP then holds the client back. */
        client->held = malloc(length);
        if (client->held == NULL) {
            must(onb_conn_abort(conn));
            return;
        }
        memcpy(client->held, data, length);
        client->held_length = length;
        must(onb_conn_pause_reading(conn));
    } else if (result != ONB_OK && result != ONB_E_SEND_CLOSED) { /* closed: on_closed will say why */
        must(result);
    }
}

/* The queue was full and has room again. */
static void on_low_water(onb_conn *conn, void *user)
{
    struct client *client = user;
    if (client->held == NULL) return;
    onb_result result = onb_send(conn, client->held, client->held_length);
    if (result == ONB_FULL) return; /* this comes again */
    if (result != ONB_E_SEND_CLOSED) must(result);
    free(client->held);
    client->held = NULL;
    if (client->peer_closed) must(onb_close(conn));
    else must(onb_conn_resume_reading(conn));
}

/* The client has no more to say, but it may still read: close when all of it was echoed. */
static void on_peer_closed(onb_conn *conn, void *user)
{
    struct client *client = user;
    client->peer_closed = 1;
    if (client->held == NULL) must(onb_close(conn)); /* sends what is queued first */
}

/* Exactly once for every connection, and the last callback: the place to free. */
static void on_closed(onb_conn *conn, const onb_outcome *outcome, void *user)
{
    struct client *client = user;
    (void)conn; /* its handle ends when we return */
    if (outcome->reason != ONB_CLOSE_NOTIFY) {
        fprintf(stderr, "echo_server: a connection ended as %s: %s\n", onb_close_reason_name(outcome->reason), outcome->message);
    }
    if (client == NULL) return;
    struct server *server = client->server;
    if (client->previous != NULL) client->previous->next = client->next;
    else server->clients = client->next;
    if (client->next != NULL) client->next->previous = client->previous;
    free(client->held);
    free(client);
    if (server->stopping && server->clients == NULL) sem_post(&server->stopped);
}

/* Posted by main: lets nobody in any more, and closes what is there in good order. */
static void stop(void *user)
{
    struct server *server = user;
    server->stopping = 1;
    must(onb_listener_close(server->listener));
    for (struct client *client = server->clients; client != NULL; client = client->next) must(onb_close(client->conn));
    if (server->clients == NULL) sem_post(&server->stopped);
}

/* ---------------------------------------------------------------- main */

/* A context holds all settings; any number of connections share it. NULL on failure, which is told. */
static onb_context *make_context(const char *certificate_file, const char *key_file)
{
    static const char *const names[] = { "localhost", "127.0.0.1" };
    onb_certificate *certificate = NULL;
    onb_config *config = NULL;
    onb_context *context = NULL;
    onb_result result = certificate_file == NULL
        ? onb_certificate_self_signed(names, 2, 7 * 24 * 3600, &certificate)
        : onb_certificate_from_pem_files(certificate_file, key_file, NULL, &certificate);
    if (result == ONB_OK) result = onb_config_new_server(&config);
    if (result == ONB_OK) result = onb_config_set_certificate(config, certificate);
    if (result == ONB_OK) result = onb_context_new(config, &context);
    if (result != ONB_OK) fprintf(stderr, "echo_server: %s\n", onb_error_message());

    /* Whoever uses an object keeps what it needs: our handles can go at once. NULL is fine for a free. */
    must(onb_config_free(config));
    must(onb_certificate_free(certificate));
    return context;
}

/* Waits for one of the signals, which every thread blocks. */
static void wait_for_signal(const sigset_t *signals)
{
    int signal_number;
    int error = sigwait(signals, &signal_number);
    if (error != 0) {
        fprintf(stderr, "echo_server: sigwait: %s\n", strerror(error));
        abort();
    }
}

static int serve(struct server *server, int port, onb_context *context, const sigset_t *signals)
{
    onb_loop *loop = NULL;
    if (onb_loop_new(NULL, &loop) != ONB_OK) {
        fprintf(stderr, "echo_server: %s\n", onb_error_message());
        return 1;
    }

    onb_callbacks callbacks = ONB_CALLBACKS_INIT; /* knows its size; what is not set is NULL */
    callbacks.on_accepted = on_accepted;
    callbacks.on_received = on_received;
    callbacks.on_low_water = on_low_water;
    callbacks.on_peer_closed = on_peer_closed;
    callbacks.on_closed = on_closed;

    int status = 1;
    char address[ONB_ADDRESS_SIZE];
    if (onb_listen(loop, "127.0.0.1", port, context, &callbacks, server, NULL, &server->listener) != ONB_OK) {
        fprintf(stderr, "echo_server: %s\n", onb_error_message());
    } else {
        must(onb_listener_address(server->listener, address, &port)); /* the port, if it was 0 */
        printf("listening on %s:%d\n", address, port);
        fflush(stdout);
        wait_for_signal(signals);
        must(onb_loop_post(loop, stop, server));
        while (sem_wait(&server->stopped) != 0 && errno == EINTR) continue;
        status = 0;
    }

    /* Waits for the loop's thread: no callback comes afterwards. */
    must(onb_loop_free(loop));
    return status;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    long port = argc == 2 || argc == 4 ? strtol(argv[1], &end, 10) : -1;
    if (end == NULL || end == argv[1] || *end != '\0' || port < 0 || port > 65535) {
        fprintf(stderr, "usage: echo_server PORT [CERTIFICATE.pem KEY.pem]\n"
                        "PORT is 0 to 65535; 0 takes a free one. Without files it makes a certificate for localhost.\n");
        return 2;
    }

    /* So that they come to sigwait and to nothing else. The library's threads take no signals in any case. */
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    struct server server = { .listener = NULL };
    if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0 || sem_init(&server.stopped, 0, 0) != 0) {
        perror("echo_server");
        return 1;
    }

    onb_context *context = make_context(argc == 4 ? argv[2] : NULL, argc == 4 ? argv[3] : NULL);
    int status = context == NULL ? 1 : serve(&server, (int)port, context, &signals);
    must(onb_context_free(context));
    onb_error_clear(); /* what the thread remembers of its last failure */
    sem_destroy(&server.stopped);
    return status;
}
