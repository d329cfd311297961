/*
 * poll_client.c - standard input to the server, and what the server sends to standard output, both at once.
 * Level 1: the library does TLS and nothing else; socket and poll(2) are ours.
 *
 *     cc poll_client.c -o poll_client $(pkg-config --cflags --libs opensslnb)
 *     ./poll_client localhost 8443 ca.pem
 *
 * A machine has two sides. Ciphertext goes in by onb_machine_feed and comes out by onb_machine_output; plaintext goes
 * in by onb_machine_write and comes out by onb_machine_read. Nothing ever blocks. The rule is:
 *
 *     feed what came, read until there is nothing more, flush, send the output, wait for onb_machine_interest, again.
 */
#define _POSIX_C_SOURCE 200809L

#include <opensslnb.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct client {
    int fd;
    onb_machine *machine;
    int opened;      /* the handshake has ended */
    int input_ended; /* so our close_notify is due */
    int peer_closed; /* the server's close_notify came */
    int closed;      /* our close_notify is in the output */
};

/* For calls that cannot fail unless this program is wrong. */
static void must(onb_result result)
{
    if (result < 0) {
        fprintf(stderr, "poll_client: %s: %s\n", onb_result_name(result), onb_error_message());
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

/* Says why TLS has failed. */
static int lost(struct client *client)
{
    onb_outcome outcome = ONB_OUTCOME_INIT;
    must(onb_machine_outcome(client->machine, &outcome));
    fprintf(stderr, "poll_client: %s: %s\n", onb_close_reason_name(outcome.reason),
        outcome.message != NULL ? outcome.message : onb_error_message());
    return -1;
}

/* ---------------------------------------------------------------- TLS: steps, none of which waits. -1: it is over */

static int read_plaintext(struct client *client)
{
    char buffer[16384];
    for (;;) {
        size_t length = sizeof buffer;
        onb_result result = onb_machine_read(client->machine, buffer, &length);
        if (result == ONB_WANT_READ || result == ONB_WANT_WRITE) return 0;
        if (result == ONB_END) {
            client->peer_closed = 1;
            return 0;
        }
        if (result != ONB_OK) return lost(client);
        if (write_all(STDOUT_FILENO, buffer, length) != 0) {
            perror("poll_client: standard output");
            return -1;
        }
    }
}

/* Goes on with whatever can: call it after every feed, and when output has gone. */
static int step(struct client *client)
{
    if (!client->opened) {
        onb_result result = onb_machine_handshake(client->machine);
        if (result == ONB_WANT_READ || result == ONB_WANT_WRITE) return 0;
        if (result != ONB_OK) return lost(client); /* verification as well */
        client->opened = 1;
    }
    if (!client->peer_closed && read_plaintext(client) != 0) return -1;

    /* A write that could not go on is inside the machine, whole: it is flushed, and never passed again. */
    if (onb_machine_flush(client->machine) < 0) return lost(client);
    if ((client->input_ended || client->peer_closed) && !client->closed) {
        onb_result result = onb_machine_shutdown(client->machine);
        if (result < 0) return lost(client);
        client->closed = result == ONB_OK;
    }
    return 0;
}

/* Sends ciphertext until there is none, or the socket takes no more: onb_machine_interest then has WRITE. */
static int send_output(struct client *client)
{
    for (;;) {
        const void *data;
        size_t length;
        must(onb_machine_output(client->machine, &data, &length));
        if (length == 0) return 0;
        ssize_t sent = send(client->fd, data, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
        if (sent < 0) {
            perror("poll_client: send");
            return -1;
        }
        must(onb_machine_skip_output(client->machine, (size_t)sent));
    }
}

/* ---------------------------------------------------------------- input */

static int receive(struct client *client)
{
    char buffer[65536];
    ssize_t length = recv(client->fd, buffer, sizeof buffer, 0);
    if (length < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
    if (length < 0) {
        perror("poll_client: recv");
        return -1;
    }
    /* The end of TCP is told too: the machine knows whether TLS had ended before, or was cut short. */
    must(length == 0 ? onb_machine_feed_end(client->machine) : onb_machine_feed(client->machine, buffer, (size_t)length));
    return 0;
}

static int read_input(struct client *client)
{
    char buffer[16384];
    ssize_t length = read(STDIN_FILENO, buffer, sizeof buffer);
    if (length < 0 && errno == EINTR) return 0;
    if (length <= 0) {
        if (length < 0) perror("poll_client: standard input");
        client->input_ended = 1;
        return 0;
    }
    /* Cannot be ONB_FULL: we read only while nothing is queued. What is wanted is seen in onb_machine_interest. */
    return onb_machine_write(client->machine, buffer, (size_t)length) < 0 ? lost(client) : 0;
}

static int run(struct client *client)
{
    for (;;) {
        int over = step(client);
        if (send_output(client) != 0 || over) return 1; /* the output may be the alert that says why */

        int interest;
        size_t queued, waiting;
        const void *output;
        must(onb_machine_interest(client->machine, &interest));
        must(onb_machine_queued(client->machine, &queued));
        must(onb_machine_output(client->machine, &output, &waiting));
        if (client->closed && client->peer_closed && waiting == 0) return 0;

        int may_read = client->opened && !client->closed && !client->input_ended && queued == 0;
        short events = (short)((interest & ONB_INTEREST_READ ? POLLIN : 0) | (interest & ONB_INTEREST_WRITE ? POLLOUT : 0));
        struct pollfd fds[2] = { { client->fd, events, 0 }, { may_read ? STDIN_FILENO : -1, POLLIN, 0 } };
        if (poll(fds, 2, -1) < 0 && errno != EINTR) {
            perror("poll_client: poll");
            return 1;
        }
        if (fds[0].revents & (POLLIN | POLLHUP | POLLERR) && receive(client) != 0) return 1;
        if (may_read && fds[1].revents != 0 && read_input(client) != 0) return 1;
    }
}

/* ---------------------------------------------------------------- setting up */

/* A connected socket that does not block, or -1. */
static int connect_to(const char *host, const char *port)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *addresses;
    int error = getaddrinfo(host, port, &hints, &addresses);
    if (error != 0) {
        fprintf(stderr, "poll_client: %s: %s\n", host, gai_strerror(error));
        return -1;
    }
    int fd = -1;
    for (struct addrinfo *address = addresses; address != NULL && fd < 0; address = address->ai_next) {
        fd = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
        if (fd >= 0 && (connect(fd, address->ai_addr, address->ai_addrlen) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0)) {
            int why = errno;
            close(fd);
            errno = why;
            fd = -1;
        }
    }
    if (fd < 0) fprintf(stderr, "poll_client: %s, port %s: %s\n", host, port, strerror(errno));
    freeaddrinfo(addresses);
    return fd;
}

static onb_machine *make_machine(const char *host, const char *authorities)
{
    onb_trust *trust = NULL;
    onb_config *config = NULL;
    onb_context *context = NULL;
    onb_machine *machine = NULL;
    onb_result result = onb_config_new_client(&config);
    if (authorities != NULL) {
        if (result == ONB_OK) result = onb_trust_new(&trust);
        if (result == ONB_OK) result = onb_trust_add_pem_file(trust, authorities);
        if (result == ONB_OK) result = onb_config_set_trust(config, trust);
    }
    if (result == ONB_OK) result = onb_context_new(config, &context);
    if (result == ONB_OK) result = onb_machine_new(context, host, NULL, &machine);
    if (result != ONB_OK) fprintf(stderr, "poll_client: %s\n", onb_error_message());
    must(onb_trust_free(trust));
    must(onb_config_free(config));
    must(onb_context_free(context)); /* the machine keeps what it needs of it */
    return machine;
}

int main(int argc, char **argv)
{
    if (argc != 3 && argc != 4) {
        fprintf(stderr, "usage: poll_client HOST PORT [AUTHORITIES.pem]\n"
                        "Without a file the server's certificate is checked against the system's authorities.\n");
        return 2;
    }
    struct client client = { .machine = make_machine(argv[1], argc == 4 ? argv[3] : NULL) };
    client.fd = client.machine == NULL ? -1 : connect_to(argv[1], argv[2]);
    int status = client.fd < 0 ? 1 : run(&client);
    if (client.fd >= 0) close(client.fd);
    must(onb_machine_free(client.machine));
    onb_error_clear(); /* what the thread remembers of its last failure */
    return status;
}
