/*
 * event_client.c - standard input to the server, and what the server sends to standard output, both at once.
 * Level 1 inside libevent: a bufferevent is the socket, the library does TLS between it and the program.
 *
 *     cc event_client.c -o event_client $(pkg-config --cflags --libs opensslnb libevent_core)
 *     ./event_client localhost 8443 ca.pem
 *
 * What is in the bufferevent's input is fed to the machine, and what is in the machine's output is added to the
 * bufferevent's, up to a limit: what stays in the machine makes it want to write, and makes us stop reading.
 */
#define _POSIX_C_SOURCE 200809L

#include <opensslnb.h>

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUTPUT_LIMIT = 128 * 1024 }; /* most ciphertext that we leave to libevent */

struct client {
    struct event_base *base;
    struct bufferevent *socket;
    struct event *input; /* standard input is readable; added while we want to know */
    onb_machine *machine;
    int opened, input_ended, peer_closed, closed;
    int finished; /* nothing to do any more but to send what libevent has */
    int status;
};

static void must(onb_result result)
{
    if (result < 0) {
        fprintf(stderr, "event_client: %s: %s\n", onb_result_name(result), onb_error_message());
        abort();
    }
}

/* The same for libevent's functions, which return 0 or -1. */
static void must_event(int result)
{
    if (result != 0) {
        fprintf(stderr, "event_client: libevent has failed\n");
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

static void finish(struct client *client, int status)
{
    client->finished = 1;
    client->status = status;
}

static void lost(struct client *client)
{
    onb_outcome outcome = ONB_OUTCOME_INIT;
    must(onb_machine_outcome(client->machine, &outcome));
    fprintf(stderr, "event_client: %s: %s\n", onb_close_reason_name(outcome.reason),
        outcome.message != NULL ? outcome.message : onb_error_message());
    finish(client, 1);
}

/* ---------------------------------------------------------------- TLS: steps, none of which waits */

static void read_plaintext(struct client *client)
{
    char buffer[16384];
    while (!client->finished && !client->peer_closed) {
        size_t length = sizeof buffer;
        onb_result result = onb_machine_read(client->machine, buffer, &length);
        if (result == ONB_WANT_READ || result == ONB_WANT_WRITE) return;
        if (result == ONB_END) {
            client->peer_closed = 1;
        } else if (result != ONB_OK) {
            lost(client);
        } else if (write_all(STDOUT_FILENO, buffer, length) != 0) {
            perror("event_client: standard output");
            finish(client, 1);
        }
    }
}

/* As in poll_client.c. */
static void step(struct client *client)
{
    onb_result result = onb_machine_handshake(client->machine);
    if (result == ONB_OK) {
        client->opened = 1;
        read_plaintext(client);
        if (!client->finished) result = onb_machine_flush(client->machine);
    }
    if (!client->finished && result >= 0 && client->opened && !client->closed && (client->input_ended || client->peer_closed)) {
        result = onb_machine_shutdown(client->machine);
        client->closed = result == ONB_OK;
    }
    if (!client->finished && result < 0) lost(client);
}

/* Moves ciphertext to libevent, as much as it may have. */
static void move_output(struct client *client)
{
    struct evbuffer *output = bufferevent_get_output(client->socket);
    while (evbuffer_get_length(output) < OUTPUT_LIMIT) {
        const void *data;
        size_t length;
        must(onb_machine_output(client->machine, &data, &length));
        if (length == 0) {
            if (client->closed && client->peer_closed) client->finished = 1;
            return;
        }
        must_event(evbuffer_add(output, data, length)); /* copies */
        must(onb_machine_skip_output(client->machine, length));
    }
}

/* After everything that happened: step, send, and see whether standard input may be read. */
static void drive(struct client *client)
{
    if (!client->finished) step(client);
    move_output(client);
    if (client->finished) {
        must_event(event_del(client->input));
        must_event(bufferevent_disable(client->socket, EV_READ));
        if (evbuffer_get_length(bufferevent_get_output(client->socket)) == 0) must_event(event_base_loopbreak(client->base));
        return;
    }
    size_t queued;
    must(onb_machine_queued(client->machine, &queued));
    int may_read = client->opened && !client->input_ended && !client->closed && queued == 0;
    must_event(may_read ? event_add(client->input, NULL) : event_del(client->input));
}

/* ---------------------------------------------------------------- libevent's callbacks */

static void on_readable(struct bufferevent *socket, void *user)
{
    struct client *client = user;
    struct evbuffer *input = bufferevent_get_input(socket);
    size_t length;
    while ((length = evbuffer_get_contiguous_space(input)) > 0) {
        must(onb_machine_feed(client->machine, evbuffer_pullup(input, (ev_ssize_t)length), length));
        must_event(evbuffer_drain(input, length));
    }
    drive(client);
}

/* All that libevent had was sent. */
static void on_sent(struct bufferevent *socket, void *user)
{
    (void)socket;
    drive(user);
}

static void on_event(struct bufferevent *socket, short what, void *user)
{
    struct client *client = user;
    (void)socket;
    if (what & BEV_EVENT_CONNECTED) {
        drive(client); /* the ClientHello */
    } else if (what & BEV_EVENT_EOF) {
        must(onb_machine_feed_end(client->machine)); /* it knows whether TLS had ended before */
        drive(client);
    } else if (what & BEV_EVENT_ERROR) {
        fprintf(stderr, "event_client: %s\n", evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
        finish(client, 1);
        must_event(event_base_loopbreak(client->base));
    }
}

static void on_input(evutil_socket_t fd, short what, void *user)
{
    struct client *client = user;
    char buffer[16384];
    (void)what;
    ssize_t length = read(fd, buffer, sizeof buffer);
    if (length < 0 && errno == EINTR) return;
    if (length < 0) perror("event_client: standard input");
    if (length <= 0) client->input_ended = 1;
    else if (onb_machine_write(client->machine, buffer, (size_t)length) < 0) lost(client);
    drive(client);
}

/* ---------------------------------------------------------------- setting up */

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
    if (result != ONB_OK) fprintf(stderr, "event_client: %s\n", onb_error_message());
    must(onb_trust_free(trust));
    must(onb_config_free(config));
    must(onb_context_free(context));
    return machine;
}

/* Standard input may be a file, which epoll does not take: so a base of poll or select. */
static struct event_base *make_base(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;
    if (config != NULL && event_config_require_features(config, EV_FEATURE_FDS) == 0) base = event_base_new_with_config(config);
    if (config != NULL) event_config_free(config);
    if (base == NULL) fprintf(stderr, "event_client: libevent has no loop for us\n");
    return base;
}

static int run(struct client *client, const struct addrinfo *address)
{
    client->socket = bufferevent_socket_new(client->base, -1, BEV_OPT_CLOSE_ON_FREE);
    client->input = event_new(client->base, STDIN_FILENO, EV_READ | EV_PERSIST, on_input, client);
    if (client->socket == NULL || client->input == NULL) return 1;
    bufferevent_setcb(client->socket, on_readable, on_sent, on_event, client);
    must_event(bufferevent_enable(client->socket, EV_READ | EV_WRITE));
    client->status = 0;
    must_event(bufferevent_socket_connect(client->socket, address->ai_addr, (int)address->ai_addrlen));
    if (!client->finished) must_event(event_base_dispatch(client->base));
    return client->status;
}

int main(int argc, char **argv)
{
    if (argc != 3 && argc != 4) {
        fprintf(stderr, "usage: event_client HOST PORT [AUTHORITIES.pem]\n"
                        "Without a file the server's certificate is checked against the system's authorities.\n");
        return 2;
    }
    /* The first address, IPv4: poll_client.c tries all of them. */
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_family = AF_INET }, *address;
    int error = getaddrinfo(argv[1], argv[2], &hints, &address);
    if (error != 0) {
        fprintf(stderr, "event_client: %s: %s\n", argv[1], gai_strerror(error));
        return 1;
    }
    signal(SIGPIPE, SIG_IGN); /* libevent's sockets; the library itself needs no such thing */
    struct client client = { .status = 1 };
    client.machine = make_machine(argv[1], argc == 4 ? argv[3] : NULL);
    client.base = client.machine != NULL ? make_base() : NULL;
    if (client.base != NULL) {
        client.status = run(&client, address);
        if (client.input != NULL) event_free(client.input);
        if (client.socket != NULL) bufferevent_free(client.socket);
        event_base_free(client.base);
    }
    freeaddrinfo(address);
    must(onb_machine_free(client.machine));
    onb_error_clear(); /* what the thread remembers of its last failure */
    return client.status;
}
