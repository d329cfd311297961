// A connection's turn: read, let the protocol answer, write.
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "gather_bio.h"
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

// Edge-triggered, once, and with EPOLLOUT from the first time on that the kernel blocks: most connections never see
// that, and until then it would only make epoll say at once that a new socket is writable.
static void update_interest(struct connection *connection)
{
    uint32_t wanted = EPOLLIN | EPOLLRDHUP | EPOLLET;
    if (!connection->channel.writable) {
        wanted |= EPOLLOUT;
    }
    if ((connection->interest & wanted) == wanted) {
        return;
    }
    struct epoll_event event = { .events = wanted, .data.ptr = &connection->watch };
    int operation = connection->interest == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (epoll_ctl(connection->loop->epoll, operation, connection->channel.fd, &event) != 0) {
        die("epoll_ctl");
    }
    connection->interest = wanted;
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
    gather_bio_attach(loop->bio, connection->ssl);
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
    // The channel never blocks, so that there is neither a part written nor a retry.
    if (SSL_write(connection->ssl, data, (int)length) <= 0) {
        connection->channel.broken = true;
        ERR_clear_error();
    }
}

// What a call that did not succeed means for the connection. The error queue is empty unless OpenSSL has just put
// something there: it is emptied here and nowhere else, instead of before each call.
static void stopped(struct connection *connection)
{
    struct channel *channel = &connection->channel;
    SSL *ssl = connection->ssl;
    if (SSL_want_read(ssl) && !channel->ended) {
        return; // OpenSSL has asked for bytes that are not there yet
    }
    connection->closing = true;
    if (SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) {
        SSL_shutdown(ssl);
    } else if (!channel->ended) {
        tls_report(connection->protocol->name);
    }
    ERR_clear_error();
}

// Reads until there is nothing more, or enough to answer.
static size_t drain(struct connection *connection)
{
    struct channel *channel = &connection->channel;
    uint8_t *buffer = connection->loop->drained;
    size_t length = 0;
    // Records come whole out of the channel and fit into the buffer: OpenSSL itself holds none back.
    while (channel_has_input(channel) && DRAIN_SIZE - length >= RECORD_SIZE) {
        int got = SSL_read(connection->ssl, buffer + length, RECORD_SIZE);
        if (got <= 0) {
            stopped(connection);
            break;
        }
        length += (size_t)got;
    }
    return length;
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
        moved = drain(connection);
        if (moved > 0 && !protocol->received(connection, connection->loop->drained, moved)) {
            fprintf(stderr, "%s: not what the protocol says\n", protocol->name);
            connection->closing = true;
        }
    }
    if (protocol->produce != NULL && !connection->closing && connection_unsent(connection) == 0) {
        moved += protocol->produce(connection, budget);
    }
    return moved;
}

void connection_run(struct connection *connection, uint32_t events)
{
    struct channel *channel = &connection->channel;
    channel_ready(channel, events);
    channel_enter(channel);
    size_t moved = 0;
    size_t latest;
    do {
        latest = step(connection, TURN_BUDGET);
        moved += latest;
    } while (latest > 0 && moved < TURN_BUDGET);
    channel_leave(channel);
    if (channel->broken || (connection->closing && channel->kept_length == 0)) {
        connection_close(connection);
        return;
    }
    update_interest(connection);
    if (latest > 0 && !connection->queued) {
        connection->queued = true;
        connection->next = connection->loop->busy;
        connection->loop->busy = connection;
    }
}
