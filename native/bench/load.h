// The load generator: how its parts see each other.
#ifndef LOAD_H
#define LOAD_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "channel.h"
#include "histogram.h"
#include "wire.h"

enum {
    DRAIN_SIZE = 64 * 1024,
    RECORD_SIZE = 16 * 1024,
    TURN_BUDGET = 512 * 1024,  // plaintext of one peer, in and out, before the others have their turn
    UNSENT_LIMIT = 256 * 1024, // no new message while more than that is unsent
    MEBIBYTE = 1024 * 1024,
};

struct load;
struct peer;

struct scenario {
    const char *name;
    bool connects; // each unit is a connection of its own
    bool timed;    // a unit has a latency
    bool mebibytes; // units are counted by the bytes
    // The handshake is done. May be NULL.
    void (*opened)(struct peer *peer);
    // Plaintext has come: verifies it all.
    void (*received)(struct peer *peer, const uint8_t *data, size_t length);
    // Starts what may be started and sends; returns how much.
    size_t (*produce)(struct peer *peer);
    // A connection of the unit's own was closed in order.
    void (*closed)(struct peer *peer);
};

const struct scenario *scenario_find(const char *name);
extern const struct scenario handshake_scenario, resume_scenario, churn_scenario, paced_scenario;

struct load_options {
    const struct scenario *scenario;
    const char *server;
    const char *trust;
    int port;
    size_t connections;
    size_t active;
    unsigned stay; // active-echo: messages that a permit is for, before another connection gets it
    size_t size;
    size_t depth;
    uint64_t messages;    // a posted request's, a thread
    uint64_t interval_ns; // of paced
    bool spin;            // paced: never sleeps
    bool release_buffers; // SSL_MODE_RELEASE_BUFFERS, for many connections
    int send_buffer;      // SO_SNDBUF, 0: as the kernel likes it
    double seconds;
    pid_t pid;
};

enum phase {
    PHASE_WARMING, // each peer does a few units
    PHASE_RUNNING, // the window
    PHASE_RESTING, // nothing new is started; what was started is brought to its end
};

enum peer_state { PEER_CLOSED, PEER_HANDSHAKING, PEER_OPEN, PEER_CLOSING };

struct peer {
    struct channel channel;
    struct load *load;
    SSL *ssl;
    enum peer_state state;
    uint32_t interest;
    bool queued;
    struct peer *next; // in load->busy
    unsigned warm_left;
    unsigned permits; // active-echo: messages it may start
    unsigned stays;   // active-echo: messages until another connection has its turn

    // Streams of messages, and when those in flight were started (a ring of load->ring entries).
    uint64_t sent, received;
    uint64_t *starts;
    uint64_t started, finished;

    // A request.
    bool requested;
    uint64_t total, request_sent, request_received;
    uint8_t answer[POSTED_SIZE];
    size_t answer_length;
    uint64_t next_sequence[POSTED_THREADS];
};

struct load {
    const struct load_options *options;
    const struct scenario *scenario;
    SSL_CTX *context;
    SSL_SESSION *session; // for resume
    int epoll;
    struct gather gather;
    BIO *bio;
    uint8_t *drained;
    struct peer *peers;
    size_t ring;
    struct peer *busy;

    enum phase phase;
    size_t outstanding; // units started and not finished
    size_t opening;     // handshakes under way
    size_t open;
    uint64_t now; // of this turn
    uint64_t schedule; // paced: when the next message is due
    int timer;         // paced: expires then
    uint64_t random;

    // Counted while running.
    uint64_t units;
    uint64_t bytes;
    uint64_t bulk_bytes; // that units are made of
    struct histogram latencies;
};

_Noreturn void load_fail(const struct load *load, const char *what);

// load_loop.c
void load_init(struct load *load, const struct load_options *options);
void load_open_all(struct load *load);
void load_warm_up(struct load *load);
struct window {
    double seconds, cpu, server_cpu;
};
struct window load_run(struct load *load);
// What has been done in the window: requests, connections, or whole mebibytes.
uint64_t load_units(const struct load *load);
void load_rest(struct load *load);
void load_close_all(struct load *load);
void load_queue(struct peer *peer);
static inline uint64_t load_clock(struct load *load)
{
    return load->now = clock_ns(CLOCK_MONOTONIC);
}

// May this peer start another unit?
static inline bool load_may_start(struct peer *peer)
{
    switch (peer->load->phase) {
    case PHASE_RUNNING: return true;
    case PHASE_WARMING: return peer->warm_left > 0;
    default: return false;
    }
}

static inline void load_started(struct peer *peer)
{
    peer->load->outstanding++;
    if (peer->load->phase == PHASE_WARMING) {
        peer->warm_left--;
    }
}

static inline void load_finished(struct load *load, uint64_t started, uint64_t bytes)
{
    load->outstanding--;
    if (load->phase == PHASE_RUNNING) {
        load->units++;
        load->bytes += bytes;
        histogram_add(&load->latencies, load->now - started, 1);
    }
}

// load_connects.c
// Has the next ticket kept as load->session.
void load_keep_session(struct load *load);

// load_peer.c
void peer_open(struct peer *peer);
void peer_run(struct peer *peer, uint32_t events);
void peer_send(struct peer *peer, const void *data, size_t length);
// Sends close_notify; the rest comes when the server has answered.
void peer_start_close(struct peer *peer);

// load_report.c
void report(const struct load *load, const struct window *window);

#endif
