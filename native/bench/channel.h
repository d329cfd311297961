// A non-blocking socket whose ciphertext goes through buffers that all connections of a loop share.
//
// During a connection's turn (channel_enter ... channel_leave) what OpenSSL reads comes out of one large recv, and what
// it writes gathers for one large send. A connection owns memory only for what the kernel did not take, or for what
// it was not allowed to read yet.
#ifndef CHANNEL_H
#define CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Bytes that one recv or send moves at most. The defaults are measured: see --gather-in and --gather-out of the server.
enum {
    GATHER_IN_SIZE = 128 * 1024,
    GATHER_OUT_SIZE = 100 * 1024,
};

// One a loop. Out is empty between turns.
struct gather {
    struct channel *current; // whose turn it is
    uint8_t *in;
    size_t in_size;
    uint8_t *out;
    size_t out_size;
    size_t out_length;
};

struct channel {
    struct gather *gather;
    int fd;

    // What the kernel may do for us without being asked by epoll first.
    bool readable;
    bool writable;
    bool hangup; // FIN or worse was announced: only a recv of nothing ends the input
    bool ended;  // the peer sends no more
    bool broken; // the kernel takes no more

    // Ciphertext that OpenSSL has not read; points into gather->in during a turn, else into in_kept.
    const uint8_t *in;
    size_t in_length;
    uint8_t *in_kept;

    // Ciphertext that the kernel did not take: kept[kept_offset .. kept_offset + kept_length).
    uint8_t *kept;
    size_t kept_offset;
    size_t kept_length;
    size_t kept_capacity;
};

void gather_init(struct gather *gather, size_t in_size, size_t out_size);

void channel_init(struct channel *channel, struct gather *gather, int fd);
// Frees what it keeps; does not close the socket.
void channel_free(struct channel *channel);

void channel_enter(struct channel *channel);
// Sends what has gathered, keeps what is left.
void channel_leave(struct channel *channel);

// What epoll said.
void channel_ready(struct channel *channel, uint32_t events);

// Is there ciphertext that a read could get at? False at the end of input as well.
static inline bool channel_has_input(const struct channel *channel)
{
    return channel->in_length > 0 || channel->readable;
}

// Receives if nothing is left of what was received before. False if there is still nothing.
bool channel_receive(struct channel *channel);

// Takes all of it, always: it gathers, goes to the kernel, or is kept.
void channel_gather(struct channel *channel, const void *data, size_t length);

// For those who send by themselves: keeps a copy behind what is kept, and drops what was sent from its front.
void channel_keep(struct channel *channel, const uint8_t *data, size_t length);
void channel_drop(struct channel *channel, size_t length);

// Sends kept and gathered bytes as far as the kernel takes them.
void channel_flush(struct channel *channel);

#endif
