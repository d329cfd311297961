#include "channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "net.h"
#include "wire.h"

void gather_init(struct gather *gather, size_t in_size, size_t out_size)
{
    *gather = (struct gather){
        .in = must_alloc(in_size),
        .in_size = in_size,
        .out = must_alloc(out_size),
        .out_size = out_size,
    };
}

void channel_init(struct channel *channel, struct gather *gather, int fd)
{
    *channel = (struct channel){ .gather = gather, .fd = fd, .writable = true };
}

void channel_free(struct channel *channel)
{
    free(channel->in_kept);
    free(channel->kept);
}

void channel_ready(struct channel *channel, uint32_t events)
{
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        channel->readable = !channel->ended;
    }
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        channel->hangup = true;
    }
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) {
        channel->writable = true;
    }
}

bool channel_receive(struct channel *channel)
{
    if (channel->in_length > 0) {
        return true;
    }
    if (!channel->readable) {
        return false;
    }
    ssize_t got;
    do {
        got = recv(channel->fd, channel->gather->in, channel->gather->in_size, 0);
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        // A short recv has emptied the socket: the edge-triggered poller tells of the next byte, so that there is no
        // need to ask for EAGAIN. An announced end of input would not be told again.
        if ((size_t)got < channel->gather->in_size && !channel->hangup) {
            channel->readable = false;
        }
        channel->in = channel->gather->in;
        channel->in_length = (size_t)got;
        return true;
    }
    channel->readable = false;
    if (got == 0 || errno != EAGAIN) {
        channel->ended = true;
        channel->broken |= got < 0;
    }
    return false;
}

// Makes room for `more` bytes behind the kept ones.
static void reserve(struct channel *channel, size_t more)
{
    size_t needed = channel->kept_length + more;
    if (channel->kept_offset + needed <= channel->kept_capacity) {
        return;
    }
    size_t capacity = channel->kept_capacity > 0 ? channel->kept_capacity : 16 * 1024;
    while (capacity < needed) {
        capacity *= 2;
    }
    uint8_t *grown = must_alloc(capacity);
    if (channel->kept_length > 0) {
        memcpy(grown, channel->kept + channel->kept_offset, channel->kept_length);
    }
    free(channel->kept);
    channel->kept = grown;
    channel->kept_offset = 0;
    channel->kept_capacity = capacity;
}

void channel_keep(struct channel *channel, const uint8_t *data, size_t length)
{
    if (length == 0 || channel->broken) {
        return;
    }
    reserve(channel, length);
    memcpy(channel->kept + channel->kept_offset + channel->kept_length, data, length);
    channel->kept_length += length;
}

void channel_drop(struct channel *channel, size_t length)
{
    channel->kept_offset += length;
    channel->kept_length -= length;
    if (channel->kept_length == 0) {
        free(channel->kept);
        channel->kept = NULL;
        channel->kept_offset = channel->kept_capacity = 0;
    }
}

// Returns how much the kernel took. Less than all means that it blocks: no second call is needed to learn EAGAIN.
static size_t transmit(struct channel *channel, const struct iovec *parts, size_t count, size_t total)
{
    struct msghdr message = { .msg_iov = (struct iovec *)parts, .msg_iovlen = count };
    ssize_t sent;
    do {
        sent = count == 1 ? send(channel->fd, parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL)
                          : sendmsg(channel->fd, &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) {
        channel->broken |= errno != EAGAIN;
        sent = 0;
    }
    channel->writable = (size_t)sent == total;
    return (size_t)sent;
}

static void flush_kept(struct channel *channel)
{
    if (channel->broken) {
        channel_drop(channel, channel->kept_length);
    }
    if (channel->kept_length == 0 || !channel->writable) {
        return;
    }
    struct iovec part = { channel->kept + channel->kept_offset, channel->kept_length };
    channel_drop(channel, transmit(channel, &part, 1, part.iov_len));
}

// Sends what has gathered and then `tail`, behind whatever is kept already.
static void flush_with(struct channel *channel, const uint8_t *tail, size_t tail_length)
{
    struct gather *gather = channel->gather;
    flush_kept(channel);
    size_t total = gather->out_length + tail_length;
    size_t sent = 0;
    if (channel->kept_length == 0 && channel->writable && !channel->broken && total > 0) {
        struct iovec parts[2] = { { gather->out, gather->out_length }, { (void *)tail, tail_length } };
        sent = transmit(channel, parts, tail_length > 0 ? 2 : 1, total);
    }
    size_t sent_of_out = smaller(sent, gather->out_length);
    channel_keep(channel, gather->out + sent_of_out, gather->out_length - sent_of_out);
    channel_keep(channel, tail + (sent - sent_of_out), tail_length - (sent - sent_of_out));
    gather->out_length = 0;
}

void channel_gather(struct channel *channel, const void *data, size_t length)
{
    struct gather *gather = channel->gather;
    if (length > gather->out_size - gather->out_length) {
        // The one that does not fit goes out from where it is.
        flush_with(channel, data, length);
        return;
    }
    memcpy(gather->out + gather->out_length, data, length);
    gather->out_length += length;
}

void channel_flush(struct channel *channel)
{
    flush_with(channel, NULL, 0);
}

void channel_enter(struct channel *channel)
{
    channel->gather->current = channel;
    // What is kept goes first, and while there is some, nothing new is produced.
    flush_kept(channel);
}

// What stands in the shared buffer and was not read yet has to move out of it.
static void keep_input(struct channel *channel)
{
    const uint8_t *shared = channel->gather->in;
    if (channel->in_length > 0 && (channel->in < shared || channel->in >= shared + channel->gather->in_size)) {
        return; // it has moved already
    }
    free(channel->in_kept);
    channel->in_kept = NULL;
    if (channel->in_length > 0) {
        channel->in_kept = must_alloc(channel->in_length);
        memcpy(channel->in_kept, channel->in, channel->in_length);
        channel->in = channel->in_kept;
    }
}

void channel_leave(struct channel *channel)
{
    if (channel->gather->out_length > 0) {
        channel_flush(channel);
    }
    if (channel->in_length > 0 || channel->in_kept != NULL) {
        keep_input(channel);
    }
    channel->gather->current = NULL;
}
