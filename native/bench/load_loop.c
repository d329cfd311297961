// epoll, and the phases of a measurement.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "gather_bio.h"
#include "load.h"
#include "net.h"
#include "tls.h"

enum {
    EVENTS = 256,
    OPENING_LIMIT = 64, // handshakes at once while the connections are set up: no backlog overflows
    WARM_UNITS = 4,
    PACED_RING = 1 << 16,
};

// Without any event, where one has to come.
static const uint64_t PATIENCE_NS = 30 * UINT64_C(1000000000);

void load_fail(const struct load *load, const char *what)
{
    fprintf(stderr, "load: %s: %s\n", load->scenario->name, what);
    exit(1);
}

void load_init(struct load *load, const struct load_options *options)
{
    *load = (struct load){
        .options = options,
        .scenario = options->scenario,
        .epoll = epoll_create1(EPOLL_CLOEXEC),
        .drained = must_alloc(DRAIN_SIZE),
        .peers = must_alloc(options->connections * sizeof *load->peers),
        .ring = options->scenario == &paced_scenario ? PACED_RING : options->depth,
        .random = 88172645463325252u,
        .context = tls_client_context(&(struct tls_client_options){ .trust = options->trust }),
    };
    if (load->epoll < 0) {
        die("epoll_create1");
    }
    gather_init(&load->gather);
    load->bio = gather_bio_new(&load->gather);
    for (size_t i = 0; i < options->connections; i++) {
        load->peers[i] = (struct peer){
            .load = load,
            .starts = must_alloc(load->ring * sizeof(uint64_t)),
        };
    }
}

void load_queue(struct peer *peer)
{
    if (!peer->queued) {
        peer->queued = true;
        peer->next = peer->load->busy;
        peer->load->busy = peer;
    }
}

static void run_busy(struct load *load)
{
    struct peer *peer = load->busy;
    load->busy = NULL;
    while (peer != NULL) {
        struct peer *next = peer->next;
        peer->queued = false;
        if (peer->state != PEER_CLOSED) {
            peer_run(peer, 0);
        } else if (load->scenario->connects && load_may_start(peer)) {
            load_started(peer);
            peer_open(peer);
        }
        peer = next;
    }
}

// One wait and what follows from it; returns how many events there were.
static int turn(struct load *load, uint64_t timeout_ns)
{
    struct epoll_event events[EVENTS];
    if (load->busy != NULL) {
        timeout_ns = 0;
    }
    struct timespec timeout = { (time_t)(timeout_ns / 1000000000), (long)(timeout_ns % 1000000000) };
    int count = epoll_pwait2(load->epoll, events, EVENTS, &timeout, NULL);
    if (count < 0 && errno != EINTR) {
        die("epoll_pwait2");
    }
    for (int i = 0; i < count; i++) {
        peer_run(events[i].data.ptr, events[i].events);
    }
    run_busy(load);
    return count;
}

// A turn that must not come to nothing.
static void patient_turn(struct load *load)
{
    bool busy = load->busy != NULL;
    if (turn(load, PATIENCE_NS) == 0 && !busy) {
        load_fail(load, "the server does not answer");
    }
}

// Runs one unit alone; its ticket is the session for all others.
static void get_session(struct load *load)
{
    load_keep_session(load);
    load->phase = PHASE_WARMING;
    load->peers[0].warm_left = 1;
    load_queue(&load->peers[0]);
    while (load->busy != NULL || load->outstanding > 0) {
        patient_turn(load);
    }
    if (load->session == NULL) {
        load_fail(load, "the server sent no ticket");
    }
}

void load_open_all(struct load *load)
{
    load->phase = PHASE_RESTING;
    size_t started = 0;
    size_t connections = load->scenario->connects ? 0 : load->options->connections;
    while (load->open < connections) {
        while (started < connections && load->opening < OPENING_LIMIT) {
            peer_open(&load->peers[started++]);
        }
        patient_turn(load);
    }
    if (load->scenario == &resume_scenario) {
        get_session(load);
    }
}

// Lets all peers start what the phase allows.
static void kick(struct load *load, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        load_queue(&load->peers[i]);
    }
}

void load_warm_up(struct load *load)
{
    load->phase = PHASE_WARMING;
    for (size_t i = 0; i < load->options->connections; i++) {
        load->peers[i].warm_left = WARM_UNITS;
        load->peers[i].permits = 1;
    }
    load_clock(load);
    kick(load, load->options->connections);
    while (load->busy != NULL || load->outstanding > 0) {
        patient_turn(load);
    }
    load->phase = PHASE_RESTING;
}

// How long to sleep at most. A scheduled message that is due has its turn.
static uint64_t pause_before(struct load *load, uint64_t end)
{
    if (load->scenario != &paced_scenario) {
        return end - load->now;
    }
    if (load->now >= load->schedule) {
        load_queue(&load->peers[0]);
        return 0;
    }
    return load->options->spin ? 0 : smaller(end, load->schedule) - load->now;
}

struct window load_run(struct load *load)
{
    const struct load_options *options = load->options;
    clockid_t server_clock = CLOCK_MONOTONIC;
    if (options->pid != 0 && clock_getcpuclockid(options->pid, &server_clock) != 0) {
        load_fail(load, "no CPU clock of that process");
    }
    load->phase = PHASE_RUNNING;
    for (size_t i = 0; i < options->connections; i++) {
        load->peers[i].permits = i < options->active;
    }
    uint64_t server_start = clock_ns(server_clock);
    uint64_t cpu_start = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t start = load_clock(load);
    uint64_t end = start + (uint64_t)(options->seconds * 1e9);
    load->schedule = start + options->interval_ns;
    kick(load, options->connections);
    while (load_clock(load) < end) {
        turn(load, pause_before(load, end));
    }
    struct window window = {
        .seconds = (double)(load->now - start) / 1e9,
        .cpu = (double)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_start) / 1e9,
        .server_cpu = (double)(clock_ns(server_clock) - server_start) / 1e9,
    };
    load->phase = PHASE_RESTING;
    return window;
}

void load_rest(struct load *load)
{
    while (load->outstanding > 0) {
        patient_turn(load);
    }
}

void load_close_all(struct load *load)
{
    for (size_t i = 0; i < load->options->connections; i++) {
        if (load->peers[i].state == PEER_OPEN) {
            peer_start_close(&load->peers[i]);
        }
    }
    while (load->open > 0) {
        patient_turn(load);
    }
}
