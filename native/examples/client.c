/*
 * client.c - standard input to the server, and what the server sends to standard output, both at once.
 * Level 2, with a loop that this program drives: one thread, no lock.
 *
 *     cc client.c -o client $(pkg-config --cflags --libs opensslnb)
 *     ./client localhost 8443 ca.pem
 *
 * The same three lines - poll the loop's descriptor, for no longer than its timeout, and let it take a turn - put the
 * loop into any other program's: one that waits with epoll, glib, Qt, or a game's frame.
 */
#define _POSIX_C_SOURCE 200809L

#include <opensslnb.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct client {
    onb_conn *conn;
    char held[16384]; /* read from standard input, and not taken by the connection yet */
    size_t held_length;
    int opened, input_ended, closed;
    int status; /* of the program */
};

/* For calls that cannot fail unless this program is wrong. */
static void must(onb_result result)
{
    if (result < 0) {
        fprintf(stderr, "client: %s: %s\n", onb_result_name(result), onb_error_message());
        abort();
    }
}

static int write_all(int fd, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, data, length);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return -1;
        data += written;
        length -= (size_t)written;
    }
    return 0;
}

/* ---------------------------------------------------------------- callbacks: inside onb_loop_turn, on our thread */

static void on_opened(onb_conn *conn, void *user)
{
    struct client *client = user;
    onb_info info = ONB_INFO_INIT; /* its size says which members we know */
    must(onb_conn_info(conn, &info));
    fprintf(stderr, "client: TLS 1.%d, %s, server %s\n", info.protocol == ONB_TLS1_3 ? 3 : 2, info.cipher_suite,
        info.peer_subject != NULL ? info.peer_subject : "without a certificate");
    client->opened = 1;
}

static void on_received(onb_conn *conn, const void *data, size_t length, void *user)
{
    struct client *client = user;
    /* A callback must not block its loop. Here that would hold up nothing but this one connection, so it may. */
    if (write_all(STDOUT_FILENO, data, length) != 0) {
        perror("client: standard output");
        client->status = 1;
        must(onb_conn_abort(conn));
    }
}

/* Tries to send what is held. */
static void send_held(struct client *client)
{
    onb_result result = onb_send(client->conn, client->held, client->held_length);
    if (result == ONB_FULL) return; /* nothing was taken; on_low_water tells when to try again */
    client->held_length = 0;
    if (result != ONB_E_SEND_CLOSED) must(result); /* closed: on_closed will say why */
}

static void on_low_water(onb_conn *conn, void *user)
{
    struct client *client = user;
    (void)conn;
    if (client->held_length > 0) send_held(client);
}

/* There is no on_peer_closed: without one, a connection closes in good order when the server has. */
static void on_closed(onb_conn *conn, const onb_outcome *outcome, void *user)
{
    struct client *client = user;
    (void)conn;
    client->closed = 1;
    if (outcome->reason != ONB_CLOSE_NOTIFY) {
        /* Also a stream that ends without close_notify: it may have been cut short by somebody else. */
        fprintf(stderr, "client: %s: %s\n", onb_close_reason_name(outcome->reason), outcome->message);
        client->status = 1;
    }
}

/* ---------------------------------------------------------------- the program's own loop */

static void read_input(struct client *client)
{
    ssize_t length = read(STDIN_FILENO, client->held, sizeof client->held);
    if (length < 0 && errno == EINTR) return;
    if (length > 0) {
        client->held_length = (size_t)length;
        send_held(client);
        return;
    }
    if (length < 0) perror("client: standard input");
    client->input_ended = 1;

    /* Half-close: the server learns that no more comes, and its answers still do. */
    onb_result result = onb_conn_close_write(client->conn);
    if (result != ONB_E_SEND_CLOSED) must(result);
}

static int run(onb_loop *loop, struct client *client)
{
    int loop_fd;
    must(onb_loop_fd(loop, &loop_fd));
    while (!client->closed) {
        int timeout;
        must(onb_loop_timeout(loop, &timeout)); /* anew each time: what we called may have changed it */

        /* One piece is held at a time, so standard input waits while the connection's queue is full. */
        int may_read = client->opened && !client->input_ended && client->held_length == 0;
        struct pollfd fds[2] = { { loop_fd, POLLIN, 0 }, { may_read ? STDIN_FILENO : -1, POLLIN, 0 } };
        if (poll(fds, 2, timeout) < 0 && errno != EINTR) {
            perror("client: poll");
            return 1;
        }
        if (may_read && fds[1].revents != 0) read_input(client);
        must(onb_loop_turn(loop, NULL));
    }
    return client->status;
}

/* Verifies the server's chain and name; by the system's authorities unless there is a file. */
static onb_context *make_context(const char *authorities)
{
    onb_trust *trust = NULL;
    onb_config *config = NULL;
    onb_context *context = NULL;
    onb_result result = onb_config_new_client(&config);
    if (authorities != NULL) {
        if (result == ONB_OK) result = onb_trust_new(&trust);
        if (result == ONB_OK) result = onb_trust_add_pem_file(trust, authorities);
        if (result == ONB_OK) result = onb_config_set_trust(config, trust);
    }
    if (result == ONB_OK) result = onb_context_new(config, &context);
    if (result != ONB_OK) fprintf(stderr, "client: %s\n", onb_error_message());
    must(onb_trust_free(trust));
    must(onb_config_free(config));
    return context;
}

static int connect_and_run(const char *host, int port, onb_context *context)
{
    onb_loop *loop = NULL;
    if (onb_loop_new_driven(NULL, &loop) != ONB_OK) {
        fprintf(stderr, "client: %s\n", onb_error_message());
        return 1;
    }
    onb_callbacks callbacks = ONB_CALLBACKS_INIT;
    callbacks.on_opened = on_opened;
    callbacks.on_received = on_received;
    callbacks.on_low_water = on_low_water;
    callbacks.on_closed = on_closed;

    struct client client = { .status = 0 };
    int status = 1;
    if (onb_connect(loop, host, port, context, &callbacks, &client, NULL, &client.conn) == ONB_OK) status = run(loop, &client);
    else fprintf(stderr, "client: %s\n", onb_error_message());
    must(onb_loop_free(loop));
    return status;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    long port = argc == 3 || argc == 4 ? strtol(argv[2], &end, 10) : -1;
    if (end == NULL || end == argv[2] || *end != '\0' || port < 1 || port > 65535) {
        fprintf(stderr, "usage: client HOST PORT [AUTHORITIES.pem]\n"
                        "Without a file the server's certificate is checked against the system's authorities.\n");
        return 2;
    }
    onb_context *context = make_context(argc == 4 ? argv[3] : NULL);
    int status = context == NULL ? 1 : connect_and_run(argv[1], (int)port, context);
    must(onb_context_free(context));
    onb_error_clear(); /* what the thread remembers of its last failure */
    return status;
}
