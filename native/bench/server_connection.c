// A connection's turn: read, let the protocol answer, write.
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "net.h"
#include "server.h"
#include "tls.h"

static void connection_ready(struct watch *watch, uint32_t events)
{
    struct connection *connection = (struct connection *)watch;
    if (!connection->closed) {
        connection_run(connection, events);
    }
}

void connection_accepted(struct listener *listener, int fd)
{
    struct loop *loop = listener->loop;
    struct connection *connection = must_alloc(sizeof *connection);
    *connection = (struct connection){
        .watch.ready = connection_ready,
        .loop = loop,
        .protocol = listener->protocol,
        .ssl = SSL_new(listener->protocol->rsa ? loop->rsa : loop->ecdsa),
    };
    if (connection->ssl == NULL) {
        tls_die("SSL_new");
    }
    channel_init(&connection->channel, &loop->gather, fd);
    SSL_set_accept_state(connection->ssl);
    loop->transport->attach(connection);
    // The peer's hello is mostly there already.
    connection_run(connection, EPOLLIN);
}

static void connection_close(struct connection *connection)
{
    struct loop *loop = connection->loop;
    posted_abandon(connection);
    SSL_free(connection->ssl);
    channel_free(&connection->channel);
    close(connection->channel.fd);
    connection->closed = true;
    if (!connection->queued) {
        connection->next = loop->dead;
        loop->dead = connection;
    }
}

void connection_send(struct connection *connection, const void *data, size_t length)
{
    connection->loop->transport->send(connection, data, length);
}

void connection_stopped(struct connection *connection)
{
    struct channel *channel = &connection->channel;
    connection->closing = true;
    if (!(SSL_get_shutdown(connection->ssl) & SSL_RECEIVED_SHUTDOWN)) {
        if (channel->ended) {
            channel->broken = true; // the peer just went away
        } else {
            tls_report(connection->protocol->name); // OpenSSL has written an alert: that still goes out
        }
    }
    ERR_clear_error();
}

// close_notify answers close_notify, and nothing else: after a failure OpenSSL must not be called any more.
static bool owes_answer(const struct connection *connection)
{
    return connection->closing && !connection->channel.broken
           && (SSL_get_shutdown(connection->ssl) & SSL_RECEIVED_SHUTDOWN);
}

static bool may_read(const struct connection *connection)
{
    return !connection->closing && channel_has_input(&connection->channel)
           && connection_unsent(connection) <= UNSENT_LIMIT;
}

static size_t step(struct connection *connection, size_t budget)
{
    const struct protocol *protocol = connection->protocol;
    size_t moved = 0;
    if (may_read(connection)) {
        moved = connection->loop->transport->read(connection);
        if (moved > 0 && !protocol->received(connection, connection->loop->drained, moved)) {
            fprintf(stderr, "%s: not what the protocol says\n", protocol->name);
            connection->channel.broken = true;
        }
    }
    if (protocol->produce != NULL && !connection->closing && !connection->channel.broken
        && connection_unsent(connection) == 0) {
        moved += protocol->produce(connection, budget);
    }
    return moved;
}

void connection_run(struct connection *connection, uint32_t events)
{
    struct channel *channel = &connection->channel;
    const struct transport *transport = connection->loop->transport;
    transport->enter(connection, events);
    size_t moved = 0;
    size_t latest;
    do {
        latest = step(connection, TURN_BUDGET);
        moved += latest;
    } while (latest > 0 && moved < TURN_BUDGET);
    if (owes_answer(connection)) {
        transport->finish(connection);
    }
    transport->leave(connection);
    if (channel->broken || (connection->closing && channel->kept_length == 0)) {
        connection_close(connection);
        return;
    }
    transport->arm(connection);
    if (latest > 0 && !connection->queued) {
        connection->queued = true;
        connection->next = connection->loop->busy;
        connection->loop->busy = connection;
    }
}
