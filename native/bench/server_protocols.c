// What the server does with what it reads. Each protocol goes round until the client closes.
#include <string.h>

#include "pattern.h"
#include "server.h"
#include "wire.h"

// Takes bytes of a count; returns how many it took. `counted` tells that the count is complete.
static size_t take_count(struct progress *progress, const uint8_t *data, size_t length)
{
    size_t taken = smaller(length, COUNT_SIZE - progress->count_bytes);
    memcpy(progress->count + progress->count_bytes, data, taken);
    progress->count_bytes += (unsigned)taken;
    if (progress->count_bytes == COUNT_SIZE) {
        progress->counted = true;
        progress->count_bytes = 0;
        progress->total = wire_get64(progress->count);
        progress->received = 0;
        progress->sent = 0;
    }
    return taken;
}

// Compares what has come with the pattern; returns how much of it belonged to this request, or -1 if it was wrong.
static ptrdiff_t take_pattern(struct progress *progress, const uint8_t *data, size_t length)
{
    size_t taken = smaller(length, progress->total - progress->received);
    if (memcmp(data, pattern_at(progress->received), taken) != 0) {
        return -1;
    }
    progress->received += taken;
    return (ptrdiff_t)taken;
}

static void answer(struct connection *connection)
{
    struct progress *progress = &connection->progress;
    progress->counted = false;
    connection_send(connection, progress->count, COUNT_SIZE);
}

static bool echo_received(struct connection *connection, const uint8_t *data, size_t length)
{
    connection_send(connection, data, length);
    return true;
}

// A client asks again when it has had all: what comes earlier breaks the protocol.
static bool source_received(struct connection *connection, const uint8_t *data, size_t length)
{
    struct progress *progress = &connection->progress;
    if (progress->counted || take_count(progress, data, length) != length) {
        return false;
    }
    return true;
}

// Sends the pattern while the kernel takes it.
static size_t send_pattern(struct connection *connection, size_t budget)
{
    struct progress *progress = &connection->progress;
    size_t moved = 0;
    while (moved < budget && progress->sent < progress->total && connection_unsent(connection) == 0) {
        size_t length = smaller(progress->total - progress->sent, DRAIN_SIZE);
        connection_send(connection, pattern_at(progress->sent), length);
        progress->sent += length;
        moved += length;
    }
    return moved;
}

static size_t source_produce(struct connection *connection, size_t budget)
{
    struct progress *progress = &connection->progress;
    if (!progress->counted) {
        return 0;
    }
    size_t moved = send_pattern(connection, budget);
    progress->counted = progress->sent < progress->total;
    return moved;
}

static bool sink_received(struct connection *connection, const uint8_t *data, size_t length)
{
    struct progress *progress = &connection->progress;
    while (length > 0) {
        ptrdiff_t taken = progress->counted ? take_pattern(progress, data, length)
                                            : (ptrdiff_t)take_count(progress, data, length);
        if (taken < 0) {
            return false;
        }
        data += taken;
        length -= (size_t)taken;
        if (progress->counted && progress->received == progress->total) {
            answer(connection);
        }
    }
    return true;
}

static bool duplex_received(struct connection *connection, const uint8_t *data, size_t length)
{
    struct progress *progress = &connection->progress;
    if (!progress->counted) {
        size_t taken = take_count(progress, data, length);
        data += taken;
        length -= taken;
    }
    return length == 0 || (progress->counted && take_pattern(progress, data, length) == (ptrdiff_t)length);
}

static size_t duplex_produce(struct connection *connection, size_t budget)
{
    struct progress *progress = &connection->progress;
    if (!progress->counted) {
        return 0;
    }
    // Little at a time: reading has its turn in between.
    size_t moved = send_pattern(connection, smaller(budget, DUPLEX_STRETCH));
    if (progress->sent == progress->total && progress->received == progress->total) {
        answer(connection);
        moved += COUNT_SIZE;
    }
    return moved;
}

static bool posted_received(struct connection *connection, const uint8_t *data, size_t length)
{
    struct progress *progress = &connection->progress;
    while (length > 0) {
        size_t taken = take_count(progress, data, length);
        data += taken;
        length -= taken;
        if (progress->counted) {
            progress->counted = false;
            posted_start(connection, progress->total);
        }
    }
    return true;
}

const struct protocol protocols[PROTOCOL_COUNT] = {
    { "echo", false, echo_received, NULL },
    { "echo-rsa", true, echo_received, NULL },
    { "source", false, source_received, source_produce },
    { "sink", false, sink_received, NULL },
    { "duplex", false, duplex_received, duplex_produce },
    { "posted", false, posted_received, posted_produce },
};
