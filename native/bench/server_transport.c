// How a connection's ciphertext travels: gathered through the loop's buffers, or by OpenSSL's own system calls.
#include <errno.h>
#include <openssl/err.h>
#include <sys/epoll.h>

#include "gather_bio.h"
#include "net.h"
#include "server.h"
#include "wire.h"

static void set_interest(struct connection *connection, uint32_t wanted)
{
    if (connection->interest == wanted) {
        return;
    }
    struct epoll_event event = { .events = wanted, .data.ptr = &connection->watch };
    int operation = connection->interest == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (epoll_ctl(connection->loop->epoll, operation, connection->channel.fd, &event) != 0) {
        die("epoll_ctl");
    }
    connection->interest = wanted;
}

// Gathered: one recv and one send a turn, and few epoll_ctl.

static void gathered_attach(struct connection *connection)
{
    gather_bio_attach(connection->loop->bio, connection->ssl);
}

static void gathered_enter(struct connection *connection, uint32_t events)
{
    channel_ready(&connection->channel, events);
    channel_enter(&connection->channel);
}

// The error queue is cleared before each call of a handshake, and after a call that failed. Not before each of the many
// calls that follow a handshake: none that succeeds leaves anything there, and clearing costs as much as a tenth of
// reading a small record.
static void keep_queue_clear(struct connection *connection)
{
    if (!connection->settled) {
        ERR_clear_error();
        connection->settled = SSL_is_init_finished(connection->ssl);
    }
}

// Reads until there is nothing more, or enough to answer.
static size_t gathered_read(struct connection *connection)
{
    struct channel *channel = &connection->channel;
    uint8_t *buffer = connection->loop->drained;
    size_t length = 0;
    // Records come whole out of the channel and fit into the buffer: OpenSSL itself holds none back.
    while (channel_has_input(channel) && DRAIN_SIZE - length >= RECORD_SIZE) {
        keep_queue_clear(connection);
        int got = SSL_read(connection->ssl, buffer + length, RECORD_SIZE);
        if (got > 0) {
            length += (size_t)got;
            continue;
        }
        if (SSL_get_error(connection->ssl, got) != SSL_ERROR_WANT_READ || channel->ended) {
            connection_stopped(connection);
        }
        break;
    }
    return length;
}

static void gathered_send(struct connection *connection, const void *data, size_t length)
{
    // The channel never blocks, so that there is neither a part written nor a retry.
    if (SSL_write(connection->ssl, data, (int)length) <= 0) {
        connection->channel.broken = true;
        ERR_clear_error();
    }
}

static void gathered_finish(struct connection *connection)
{
    // Behind the last answer, in the same send.
    SSL_shutdown(connection->ssl);
}

static void gathered_leave(struct connection *connection)
{
    channel_leave(&connection->channel);
}

// Edge-triggered, once, and with EPOLLOUT from the first time on that the kernel blocks: most connections never see
// that, and until then it would only make epoll say at once that a new socket is writable.
static void gathered_arm(struct connection *connection)
{
    bool blocks = !connection->channel.writable || (connection->interest & EPOLLOUT) != 0;
    set_interest(connection, EPOLLIN | EPOLLRDHUP | EPOLLET | (blocks ? EPOLLOUT : 0));
}

const struct transport gathered_transport = {
    .attach = gathered_attach,
    .enter = gathered_enter,
    .read = gathered_read,
    .send = gathered_send,
    .finish = gathered_finish,
    .leave = gathered_leave,
    .arm = gathered_arm,
};

// Plain: OpenSSL on the descriptor, as in textbooks. A record is answered when it has been read; what a write leaves
// over is kept as plaintext in the channel.

static void plain_attach(struct connection *connection)
{
    if (SSL_set_fd(connection->ssl, connection->channel.fd) != 1) {
        die("SSL_set_fd");
    }
}

// True if the call is to be made again when the socket is ready.
static bool plain_waits(struct connection *connection, int result)
{
    struct channel *channel = &connection->channel;
    int system_error = errno;
    switch (SSL_get_error(connection->ssl, result)) {
    case SSL_ERROR_WANT_READ: channel->readable = false; return true;
    case SSL_ERROR_WANT_WRITE: channel->writable = false; return true;
    case SSL_ERROR_SYSCALL:
        // The peer went away, with a reset or without a word.
        channel->ended = true;
        channel->broken = system_error != 0;
        return false;
    case SSL_ERROR_SSL:
        channel->ended = ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
        return false;
    default: return false;
    }
}

static size_t plain_write(struct connection *connection, const uint8_t *data, size_t length)
{
    size_t done = 0;
    while (done < length && connection->channel.writable) {
        ERR_clear_error();
        int put = SSL_write(connection->ssl, data + done, (int)(length - done));
        if (put > 0) {
            done += (size_t)put;
        } else if (!plain_waits(connection, put)) {
            connection->channel.broken = true;
            break;
        } else if (connection->channel.writable) {
            break; // wants to read first
        }
    }
    return done;
}

static void plain_enter(struct connection *connection, uint32_t events)
{
    struct channel *channel = &connection->channel;
    channel_ready(channel, events);
    if (channel->kept_length > 0) {
        channel_drop(channel, plain_write(connection, channel->kept + channel->kept_offset, channel->kept_length));
    }
}

static size_t plain_read(struct connection *connection)
{
    ERR_clear_error();
    int got = SSL_read(connection->ssl, connection->loop->drained, RECORD_SIZE);
    if (got > 0) {
        return (size_t)got;
    }
    if (!plain_waits(connection, got)) {
        connection_stopped(connection);
    }
    return 0;
}

static void plain_send(struct connection *connection, const void *data, size_t length)
{
    struct channel *channel = &connection->channel;
    size_t done = channel->kept_length > 0 ? 0 : plain_write(connection, data, length);
    channel_keep(channel, (const uint8_t *)data + done, length - done);
}

static void plain_finish(struct connection *connection)
{
    // Not before a write that is to be retried.
    if (connection_unsent(connection) == 0) {
        SSL_shutdown(connection->ssl);
    }
}

static void plain_leave(struct connection *connection)
{
    (void)connection;
}

static void plain_arm(struct connection *connection)
{
    size_t unsent = connection_unsent(connection);
    bool reads = !connection->closing && unsent <= UNSENT_LIMIT;
    set_interest(connection, (reads ? EPOLLIN | EPOLLRDHUP : 0u) | (unsent > 0 ? EPOLLOUT : 0u));
}

const struct transport plain_transport = {
    .attach = plain_attach,
    .enter = plain_enter,
    .read = plain_read,
    .send = plain_send,
    .finish = plain_finish,
    .leave = plain_leave,
    .arm = plain_arm,
};
