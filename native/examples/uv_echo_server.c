/*
 * uv_echo_server.c - sends every byte back. Level 1 inside libuv: sockets and loop are libuv's, TLS is the library's.
 *
 *     cc uv_echo_server.c -o uv_echo_server $(pkg-config --cflags --libs opensslnb libuv)
 *     ./uv_echo_server 8443
 *
 * Where the compiler is told a standard, it must be -std=gnu99 or later: libuv's own header is not strict C99.
 *
 * Each connection is a uv_tcp_t and a machine. What libuv reads is fed to the machine; what the machine has for the
 * client is moved into a buffer that uv_write keeps until it is done, one at a time. All of it on one thread.
 */
#include <opensslnb.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

struct server {
    uv_loop_t loop;
    uv_tcp_t tcp;
    uv_signal_t signals[2];
    onb_context *context;
    struct client *clients; /* all that live, in a list */
};

struct client {
    uv_tcp_t tcp; /* its data is the client */
    uv_write_t write;
    uv_shutdown_t shutdown;
    struct server *server;
    struct client *previous, *next;
    onb_machine *machine;
    char input[65536], output[65536]; /* ciphertext: what libuv reads into, and what it writes from */
    char held[16384];                 /* plaintext that was read, and that the machine has not taken back yet */
    size_t held_length;
    int writing, paused, peer_closed, finished, shutting, closing;
};

static void must(onb_result result)
{
    if (result < 0) {
        fprintf(stderr, "uv_echo_server: %s: %s\n", onb_result_name(result), onb_error_message());
        abort();
    }
}

/* The same for libuv. */
static void must_uv(int result)
{
    if (result < 0) {
        fprintf(stderr, "uv_echo_server: %s\n", uv_strerror(result));
        abort();
    }
}

static void drive(struct client *client);

/* ---------------------------------------------------------------- the end of a client */

static void on_client_closed(uv_handle_t *handle)
{
    struct client *client = handle->data;
    if (client->previous != NULL) client->previous->next = client->next;
    else client->server->clients = client->next;
    if (client->next != NULL) client->next->previous = client->previous;
    must(onb_machine_free(client->machine));
    free(client);
}

/* Closes TCP; libuv calls back what is outstanding with UV_ECANCELED, and then on_client_closed. */
static void close_client(struct client *client)
{
    if (client->closing) return;
    client->closing = 1;
    uv_close((uv_handle_t *)&client->tcp, on_client_closed);
}

static void on_shutdown(uv_shutdown_t *request, int status)
{
    (void)status;
    close_client(request->handle->data);
}

/* TLS has failed: the reason for us, and what is in the output (an alert) for the client. */
static void lost(struct client *client)
{
    onb_outcome outcome = ONB_OUTCOME_INIT;
    must(onb_machine_outcome(client->machine, &outcome));
    fprintf(stderr, "uv_echo_server: a connection ended as %s: %s\n", onb_close_reason_name(outcome.reason),
        outcome.message != NULL ? outcome.message : "");
    client->finished = 1;
}

/* ---------------------------------------------------------------- from the client */

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct client *client = handle->data;
    (void)suggested;
    *buffer = uv_buf_init(client->input, sizeof client->input);
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    struct client *client = stream->data;
    if (length == 0) return; /* libuv's EAGAIN */
    if (length == UV_EOF) {
        must(onb_machine_feed_end(client->machine)); /* it knows whether TLS had ended before */
        must_uv(uv_read_stop(stream));
    } else if (length < 0) {
        fprintf(stderr, "uv_echo_server: a connection broke: %s\n", uv_strerror((int)length));
        close_client(client);
        return;
    } else {
        must(onb_machine_feed(client->machine, buffer->base, (size_t)length)); /* copies */
    }
    drive(client);
}

/* ---------------------------------------------------------------- to the client */

static void on_written(uv_write_t *request, int status)
{
    struct client *client = request->handle->data;
    client->writing = 0;
    if (status < 0) close_client(client);
    else drive(client); /* there is room for more ciphertext */
}

static void write_output(struct client *client)
{
    if (client->writing || client->closing) return;
    size_t length = sizeof client->output;
    must(onb_machine_take_output(client->machine, client->output, &length));
    if (length > 0) {
        uv_buf_t buffer = uv_buf_init(client->output, (unsigned int)length);
        client->writing = 1;
        if (uv_write(&client->write, (uv_stream_t *)&client->tcp, &buffer, 1, on_written) < 0) close_client(client);
    } else if (client->finished && !client->shutting) {
        client->shutting = 1;
        if (uv_shutdown(&client->shutdown, (uv_stream_t *)&client->tcp, on_shutdown) < 0) close_client(client);
    }
}

/* ---------------------------------------------------------------- TLS */

/* Plaintext in, plaintext out, as far as it goes. Below 0: over. The first reads also step the handshake. */
static onb_result echo(struct client *client)
{
    for (;;) {
        if (client->held_length > 0) {
            onb_result result = onb_machine_write(client->machine, client->held, client->held_length);
            if (result == ONB_FULL) return result; /* not taken: again when output has gone */
            if (result < 0) return result;         /* else taken, whatever it wants now */
            client->held_length = 0;
        }
        if (client->peer_closed) return ONB_OK;
        size_t length = sizeof client->held;
        onb_result result = onb_machine_read(client->machine, client->held, &length);
        if (result == ONB_END) client->peer_closed = 1;
        else if (result != ONB_OK) return result;
        client->held_length = length;
    }
}

static void drive(struct client *client)
{
    if (client->closing || client->finished) {
        write_output(client);
        return;
    }
    onb_result result = onb_machine_flush(client->machine); /* what was queued before */
    if (result >= 0) result = echo(client);
    if (result >= 0 && client->peer_closed && client->held_length == 0) {
        result = onb_machine_shutdown(client->machine);
        client->finished = result == ONB_OK; /* close_notify is in the output */
    }
    if (result < 0) lost(client);
    write_output(client);
    if (client->closing || client->peer_closed || client->finished) return;

    /* A client that sends and does not read is not read either. */
    int paused = client->held_length > 0;
    if (paused == client->paused) return;
    client->paused = paused;
    must_uv(paused ? uv_read_stop((uv_stream_t *)&client->tcp) : uv_read_start((uv_stream_t *)&client->tcp, on_allocate, on_read));
}

/* ---------------------------------------------------------------- setting up */

static void on_connection(uv_stream_t *listener, int status)
{
    struct server *server = listener->data;
    struct client *client = status == 0 ? calloc(1, sizeof *client) : NULL;
    if (client == NULL || onb_machine_new(server->context, NULL, NULL, &client->machine) != ONB_OK) {
        fprintf(stderr, "uv_echo_server: a connection was not taken: %s\n",
            status < 0 ? uv_strerror(status) : client == NULL ? "no memory" : onb_error_message());
        free(client);
        return;
    }
    client->server = server;
    client->next = server->clients;
    if (client->next != NULL) client->next->previous = client;
    server->clients = client;
    must_uv(uv_tcp_init(&server->loop, &client->tcp));
    client->tcp.data = client;
    if (uv_accept(listener, (uv_stream_t *)&client->tcp) < 0 || uv_read_start((uv_stream_t *)&client->tcp, on_allocate, on_read) < 0) {
        close_client(client);
    }
}

/* Closes everything; uv_run returns when all of it has been. */
static void on_signal(uv_signal_t *handle, int number)
{
    struct server *server = handle->data;
    (void)number;
    if (uv_is_closing((uv_handle_t *)&server->tcp)) return;
    uv_close((uv_handle_t *)&server->tcp, NULL);
    for (int i = 0; i < 2; i++) uv_close((uv_handle_t *)&server->signals[i], NULL);
    for (struct client *client = server->clients; client != NULL; client = client->next) {
        client->finished = 1;
        if (onb_machine_shutdown(client->machine) < 0) close_client(client); /* in the middle of its handshake */
        else write_output(client);
    }
}

static int listen_on(struct server *server, int port)
{
    struct sockaddr_in address;
    int length = sizeof address;
    must_uv(uv_loop_init(&server->loop));
    must_uv(uv_tcp_init(&server->loop, &server->tcp));
    server->tcp.data = server;
    must_uv(uv_ip4_addr("127.0.0.1", port, &address));
    int result = uv_tcp_bind(&server->tcp, (const struct sockaddr *)&address, 0);
    if (result == 0) result = uv_listen((uv_stream_t *)&server->tcp, 128, on_connection);
    if (result == 0) result = uv_tcp_getsockname(&server->tcp, (struct sockaddr *)&address, &length);
    if (result < 0) {
        fprintf(stderr, "uv_echo_server: port %d: %s\n", port, uv_strerror(result));
        uv_close((uv_handle_t *)&server->tcp, NULL);
        return 1;
    }
    for (int i = 0; i < 2; i++) {
        must_uv(uv_signal_init(&server->loop, &server->signals[i]));
        server->signals[i].data = server;
        must_uv(uv_signal_start(&server->signals[i], on_signal, i == 0 ? SIGINT : SIGTERM));
    }
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return 0;
}

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
    if (result != ONB_OK) fprintf(stderr, "uv_echo_server: %s\n", onb_error_message());
    must(onb_config_free(config));
    must(onb_certificate_free(certificate));
    return context;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    long port = argc == 2 || argc == 4 ? strtol(argv[1], &end, 10) : -1;
    if (end == NULL || end == argv[1] || *end != '\0' || port < 0 || port > 65535) {
        fprintf(stderr, "usage: uv_echo_server PORT [CERTIFICATE.pem KEY.pem]\n"
                        "PORT is 0 to 65535; 0 takes a free one. Without files it makes a certificate for localhost.\n");
        return 2;
    }
    static struct server server;
    server.context = make_context(argc == 4 ? argv[2] : NULL, argc == 4 ? argv[3] : NULL);
    int status = 1;
    if (server.context != NULL) {
        signal(SIGPIPE, SIG_IGN); /* libuv writes without MSG_NOSIGNAL; the library itself needs no such thing */
        status = listen_on(&server, (int)port);
        must_uv(uv_run(&server.loop, UV_RUN_DEFAULT)); /* until every handle is closed */
        must_uv(uv_loop_close(&server.loop));
    }
    must(onb_context_free(server.context));
    onb_error_clear(); /* what the thread remembers of its last failure */
    return status;
}
