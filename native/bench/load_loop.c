// epoll, and the phases of a measurement.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "gather_bio.h"
#include "load.h"
#include "net.h"
#include "tls.h"

static const uint64_t BILLION = 1000000000;

enum {
    EVENTS = 256,
    OPENING_LIMIT = 64, // handshakes at once while the connections are set up: no backlog overflows
    WARM_UNITS = 4,
    PATIENCE_MS = 30000, // without any event, where one has to come
    PACED_RING = 1 << 16,
};

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
        .context = tls_client_context(&(struct tls_client_options){
            .trust = options->trust,
            .release_buffers = options->release_buffers,
        }),
    };
    if (load->epoll < 0) {
        die("epoll_create1");
    }
    gather_init(&load->gather, GATHER_IN_SIZE, GATHER_OUT_SIZE);
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
        load_clock(load); // what it starts, it starts now
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
static int turn(struct load *load, int timeout_ms)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(load->epoll, events, EVENTS, load->busy != NULL ? 0 : timeout_ms);
    if (count < 0 && errno != EINTR) {
        die("epoll_wait");
    }
    for (int i = 0; i < count; i++) {
        struct peer *peer = events[i].data.ptr;
        if (peer != NULL) {
            peer_run(peer, events[i].events);
        } else {
            uint64_t expirations;
            if (read(load->timer, &expirations, sizeof expirations) > 0) {
                load_queue(&load->peers[0]);
            }
        }
    }
    run_busy(load);
    return count;
}

// A turn that must not come to nothing.
static void patient_turn(struct load *load)
{
    bool busy = load->busy != NULL;
    if (turn(load, PATIENCE_MS) == 0 && !busy) {
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

// Wakes at the scheduled times of paced.
static void start_timer(struct load *load)
{
    load->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    uint64_t interval = load->options->interval_ns;
    struct itimerspec schedule = {
        .it_value = { (time_t)(load->schedule / BILLION), (long)(load->schedule % BILLION) },
        .it_interval = { (time_t)(interval / BILLION), (long)(interval % BILLION) },
    };
    struct epoll_event event = { .events = EPOLLIN };
    if (load->timer < 0 || timerfd_settime(load->timer, TFD_TIMER_ABSTIME, &schedule, NULL) != 0
        || epoll_ctl(load->epoll, EPOLL_CTL_ADD, load->timer, &event) != 0) {
        die("timer");
    }
}

// Turns until `end`.
static void run_until(struct load *load, uint64_t end)
{
    const bool paced = load->scenario == &paced_scenario;
    const bool spin = paced && load->options->spin;
    if (paced && !spin) {
        start_timer(load);
    }
    while (load_clock(load) < end) {
        if (spin && load->now >= load->schedule) {
            load_queue(&load->peers[0]);
        }
        turn(load, spin ? 0 : (int)((end - load->now) / 1000000) + 1);
    }
    if (paced && !spin) {
        close(load->timer);
    }
}

uint64_t load_units(const struct load *load)
{
    const struct scenario *scenario = load->scenario;
    if (scenario->mebibytes) {
        return load->bulk_bytes / MEBIBYTE;
    }
    return scenario->produce == NULL && !scenario->connects ? load->open : load->units;
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
        load->peers[i].stays = options->stay;
    }
    load->units = load->bytes = load->bulk_bytes = 0;
    load->latencies = (struct histogram){ 0 };
    uint64_t server_start = clock_ns(server_clock);
    uint64_t cpu_start = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t start = load_clock(load);
    uint64_t end = start + (uint64_t)(options->seconds * 1e9);
    load->schedule = start + options->interval_ns;
    kick(load, options->connections);
    run_until(load, end);

    // On a machine that has other work the server may not have had its turn yet, or not for long enough.
    while (load_units(load) == 0) {
        patient_turn(load);
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
