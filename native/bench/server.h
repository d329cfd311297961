// The reference server: how its parts see each other.
#ifndef SERVER_H
#define SERVER_H

#include <openssl/ssl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel.h"

enum {
    PROTOCOL_COUNT = 6,
    DRAIN_SIZE = 64 * 1024,    // so much plaintext is read before it is answered
    RECORD_SIZE = 16 * 1024,   // the largest record's plaintext
    DUPLEX_STRETCH = 64 * 1024, // so much is sent before reading has its turn again
    TURN_BUDGET = 512 * 1024,  // so much plaintext, in and out, before the next connection has its turn
    UNSENT_LIMIT = 256 * 1024, // more than that unsent: nothing more is read
};

struct connection;
struct loop;
struct posted;

struct protocol {
    const char *name;
    bool rsa;
    // Plaintext has come. False: the peer broke the protocol.
    bool (*received)(struct connection *connection, const uint8_t *data, size_t length);
    // Sends at most about `budget` of what is to be sent without being asked for; returns how much. NULL: nothing ever.
    size_t (*produce)(struct connection *connection, size_t budget);
};

extern const struct protocol protocols[PROTOCOL_COUNT];

// How ciphertext travels.
struct transport {
    void (*attach)(struct connection *connection);
    void (*enter)(struct connection *connection, uint32_t events); // a turn begins, with what epoll said
    size_t (*read)(struct connection *connection);                 // into loop->drained
    void (*send)(struct connection *connection, const void *data, size_t length);
    void (*finish)(struct connection *connection); // sends close_notify behind all that was sent, as soon as it may
    void (*leave)(struct connection *connection); // the turn is over
    void (*arm)(struct connection *connection);   // tells epoll what to wait for
};

extern const struct transport gathered_transport, plain_transport;

// What epoll points to.
struct watch {
    void (*ready)(struct watch *watch, uint32_t events);
};

struct listener {
    struct watch watch;
    struct loop *loop;
    const struct protocol *protocol;
    int fd;
};

struct server_options {
    bool plain;
    bool release_buffers;
    int tickets;
    int loops;
    int send_buffer;
    size_t gather_in, gather_out; // bytes that one recv or send moves at most
    const char *ecdsa_certificate, *ecdsa_key, *rsa_certificate, *rsa_key;
};

// One thread, one epoll, contexts of its own: loops share nothing.
struct loop {
    const struct server_options *options;
    const struct transport *transport;
    int epoll;
    struct gather gather;
    BIO *bio;
    uint8_t *drained; // DRAIN_SIZE
    SSL_CTX *ecdsa, *rsa;
    struct listener listeners[PROTOCOL_COUNT];

    struct connection *busy; // had more to do than their turn allowed
    struct connection *dead; // closed; freed when no event of this wait can name them any more

    struct watch waker;
    int wake_fd;
    _Atomic(struct posted *) woken;
};

void loop_init(struct loop *loop, const struct server_options *options, const uint16_t ports[PROTOCOL_COUNT]);
void loop_watch(struct loop *loop, int fd, uint32_t events, struct watch *watch);
_Noreturn void loop_run(struct loop *loop);

// Progress of a connection in its protocol.
struct progress {
    uint8_t count[8];     // a count that has come in part
    unsigned count_bytes;
    bool counted;
    uint64_t total;
    uint64_t received;
    uint64_t sent;
    struct posted *posted;
};

struct connection {
    struct watch watch;
    struct channel channel;
    SSL *ssl;
    struct loop *loop;
    const struct protocol *protocol;
    struct progress progress;
    struct connection *next; // in loop->busy or loop->dead
    bool queued;             // is in loop->busy
    bool closing;            // the peer sends no more: only what is unsent keeps it open
    bool closed;
    bool settled;      // the handshake's calls are over
    uint32_t interest; // what epoll watches for
};

void connection_accepted(struct listener *listener, int fd);
void connection_run(struct connection *connection, uint32_t events);
// Queues or sends all of it.
void connection_send(struct connection *connection, const void *data, size_t length);
// OpenSSL reads no more: the end, in order or not. Closes when what is unsent is sent.
void connection_stopped(struct connection *connection);

// What the kernel has not taken yet of what was sent: ciphertext if gathered, plaintext if plain.
static inline size_t connection_unsent(const struct connection *connection)
{
    return connection->channel.kept_length;
}

// Posting: see server_posted.c.
void posted_start(struct connection *connection, uint64_t messages);
size_t posted_produce(struct connection *connection, size_t budget);
void posted_abandon(struct connection *connection);
// Runs the connections that posters woke.
void posted_wake(struct watch *waker, uint32_t events);

#endif
