// Scenarios on connections that stay open.
#include "load.h"
#include "pattern.h"

enum {
    REQUEST = 16 * MEBIBYTE,
    WARM_REQUEST = MEBIBYTE,
    WARM_MESSAGES = 100,
};

static uint64_t *start_of(struct peer *peer, uint64_t message)
{
    return &peer->starts[message % peer->load->ring];
}

static void count_bulk(struct load *load, uint64_t bytes, bool makes_units)
{
    if (load->phase == PHASE_RUNNING) {
        load->bytes += bytes;
        load->bulk_bytes += makes_units ? bytes : 0;
    }
}

// Messages that come back.

static void echo_received(struct peer *peer, const uint8_t *data, size_t length)
{
    size_t size = peer->load->options->size;
    if (length > peer->sent - peer->received || memcmp(data, pattern_at(peer->received), length) != 0) {
        load_fail(peer->load, "not what was sent");
    }
    peer->received += length;
    while ((peer->finished + 1) * size <= peer->received) {
        load_finished(peer->load, *start_of(peer, peer->finished), 2 * size);
        peer->finished++;
    }
}

static void send_message(struct peer *peer, uint64_t started)
{
    const size_t size = peer->load->options->size;
    for (size_t done = 0; done < size;) {
        size_t length = smaller(size - done, PATTERN_SPAN);
        peer_send(peer, pattern_at(peer->sent), length);
        peer->sent += length;
        done += length;
    }
    *start_of(peer, peer->started) = started;
    peer->started++;
    load_started(peer);
}

static size_t echo_produce(struct peer *peer)
{
    struct load *load = peer->load;
    const uint64_t started = load->now; // the turn's
    size_t moved = 0;
    while (peer->started - peer->finished < load->options->depth && peer->channel.kept_length <= UNSENT_LIMIT
           && load_may_start(peer)) {
        send_message(peer, started);
        moved += load->options->size;
    }
    return moved;
}

// Only some of many connections have a message under way.

static struct peer *random_idle(struct load *load)
{
    for (;;) {
        load->random ^= load->random << 13;
        load->random ^= load->random >> 7;
        load->random ^= load->random << 17;
        struct peer *peer = &load->peers[load->random % load->options->connections];
        if (peer->permits == 0 && peer->started == peer->finished) {
            return peer;
        }
    }
}

static void active_received(struct peer *peer, const uint8_t *data, size_t length)
{
    struct load *load = peer->load;
    uint64_t before = peer->finished;
    echo_received(peer, data, length);
    if (peer->finished == before) {
        return;
    }
    if (load->phase == PHASE_WARMING) {
        peer->permits = 1;
    } else if (load->phase == PHASE_RUNNING) {
        struct peer *chosen = peer;
        if (--peer->stays == 0) {
            chosen = random_idle(load);
            chosen->stays = load->options->stay;
        }
        chosen->permits = 1;
        load_queue(chosen);
    }
}

static size_t active_produce(struct peer *peer)
{
    if (peer->permits == 0 || !load_may_start(peer)) {
        return 0;
    }
    peer->permits = 0;
    send_message(peer, load_clock(peer->load));
    return peer->load->options->size;
}

// One message at each scheduled time, whether or not the last one is back.

static size_t paced_produce(struct peer *peer)
{
    struct load *load = peer->load;
    if (load->phase == PHASE_WARMING) {
        return echo_produce(peer);
    }
    size_t moved = 0;
    while (load->phase == PHASE_RUNNING && load->schedule <= load->now) {
        if (peer->started - peer->finished == load->ring) {
            load_fail(load, "too far behind the schedule");
        }
        send_message(peer, load->schedule);
        load->schedule += load->options->interval_ns;
        moved += load->options->size;
    }
    return moved;
}

// Requests.

static bool start_request(struct peer *peer, uint64_t total, uint64_t warm_total)
{
    if (peer->requested || !load_may_start(peer)) {
        return false;
    }
    peer->total = peer->load->phase == PHASE_WARMING ? warm_total : total;
    load_started(peer);
    peer->requested = true;
    peer->request_sent = peer->request_received = 0;
    peer->answer_length = 0;
    memset(peer->next_sequence, 0, sizeof peer->next_sequence);
    uint8_t count[COUNT_SIZE];
    wire_put64(count, peer->total);
    peer_send(peer, count, sizeof count);
    return true;
}

static void finish_request(struct peer *peer)
{
    peer->requested = false;
    peer->load->outstanding--;
}

static size_t take_pattern(struct peer *peer, const uint8_t *data, size_t length)
{
    size_t taken = smaller(length, peer->total - peer->request_received);
    if (!peer->requested || memcmp(data, pattern_at(peer->request_received), taken) != 0) {
        load_fail(peer->load, "not the pattern");
    }
    peer->request_received += taken;
    count_bulk(peer->load, taken, true);
    return taken;
}

// The count that the server sends back at the end.
static void take_answer(struct peer *peer, const uint8_t *data, size_t length)
{
    if (!peer->requested || length > COUNT_SIZE - peer->answer_length) {
        load_fail(peer->load, "more than the answer");
    }
    memcpy(peer->answer + peer->answer_length, data, length);
    peer->answer_length += length;
    if (peer->answer_length < COUNT_SIZE) {
        return;
    }
    if (wire_get64(peer->answer) != peer->total || peer->request_sent != peer->total) {
        load_fail(peer->load, "wrong answer");
    }
    finish_request(peer);
}

static size_t send_pattern(struct peer *peer, bool makes_units)
{
    size_t moved = 0;
    while (peer->requested && peer->request_sent < peer->total && peer->channel.kept_length == 0
           && moved < DRAIN_SIZE) {
        size_t length = smaller(peer->total - peer->request_sent, DRAIN_SIZE);
        peer_send(peer, pattern_at(peer->request_sent), length);
        peer->request_sent += length;
        count_bulk(peer->load, length, makes_units);
        moved += length;
    }
    return moved;
}

static void down_received(struct peer *peer, const uint8_t *data, size_t length)
{
    if (take_pattern(peer, data, length) != length) {
        load_fail(peer->load, "more than was asked for");
    }
    if (peer->request_received == peer->total) {
        finish_request(peer);
    }
}

static size_t down_produce(struct peer *peer)
{
    return start_request(peer, REQUEST, WARM_REQUEST) ? COUNT_SIZE : 0;
}

static size_t up_produce(struct peer *peer)
{
    start_request(peer, REQUEST, WARM_REQUEST);
    return send_pattern(peer, true);
}

static void duplex_received(struct peer *peer, const uint8_t *data, size_t length)
{
    size_t taken = take_pattern(peer, data, length);
    if (taken < length) {
        take_answer(peer, data + taken, length - taken);
    }
}

static size_t duplex_produce(struct peer *peer)
{
    start_request(peer, REQUEST, WARM_REQUEST);
    return send_pattern(peer, false);
}

static void take_message(struct peer *peer, const uint8_t *message)
{
    uint32_t thread = wire_get32(message);
    if (!peer->requested || thread >= POSTED_THREADS || wire_get64(message + 4) != peer->next_sequence[thread]
        || memcmp(message + POSTED_HEADER, pattern_at(0), POSTED_SIZE - POSTED_HEADER) != 0) {
        load_fail(peer->load, "a message lost, doubled, out of order or wrong");
    }
    peer->next_sequence[thread]++;
    peer->request_received++;
    struct load *load = peer->load;
    if (load->phase == PHASE_RUNNING) {
        load->units++;
        load->bytes += POSTED_SIZE;
    }
    if (peer->request_received == peer->total * POSTED_THREADS) {
        finish_request(peer);
    }
}

static void posted_received(struct peer *peer, const uint8_t *data, size_t length)
{
    while (length > 0) {
        if (peer->answer_length == 0 && length >= POSTED_SIZE) {
            take_message(peer, data);
            data += POSTED_SIZE;
            length -= POSTED_SIZE;
            continue;
        }
        // One that came in two pieces.
        size_t taken = smaller(length, POSTED_SIZE - peer->answer_length);
        memcpy(peer->answer + peer->answer_length, data, taken);
        peer->answer_length += taken;
        data += taken;
        length -= taken;
        if (peer->answer_length == POSTED_SIZE) {
            peer->answer_length = 0;
            take_message(peer, peer->answer);
        }
    }
}

static size_t posted_produce(struct peer *peer)
{
    return start_request(peer, peer->load->options->messages, WARM_MESSAGES) ? COUNT_SIZE : 0;
}

const struct scenario paced_scenario = {
    .name = "paced",
    .timed = true,
    .received = echo_received,
    .produce = paced_produce,
};

static const struct scenario open_scenarios[] = {
    { .name = "echo", .timed = true, .received = echo_received, .produce = echo_produce },
    { .name = "active-echo", .timed = true, .received = active_received, .produce = active_produce },
    { .name = "down", .mebibytes = true, .received = down_received, .produce = down_produce },
    { .name = "up", .mebibytes = true, .received = take_answer, .produce = up_produce },
    { .name = "duplex", .mebibytes = true, .received = duplex_received, .produce = duplex_produce },
    { .name = "posted", .received = posted_received, .produce = posted_produce },
    { .name = "idle", .received = echo_received },
};

const struct scenario *scenario_find(const char *name)
{
    const struct scenario *named[] = { &handshake_scenario, &resume_scenario, &churn_scenario, &paced_scenario };
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (strcmp(named[i]->name, name) == 0) {
            return named[i];
        }
    }
    for (size_t i = 0; i < sizeof open_scenarios / sizeof *open_scenarios; i++) {
        if (strcmp(open_scenarios[i].name, name) == 0) {
            return &open_scenarios[i];
        }
    }
    return NULL;
}
