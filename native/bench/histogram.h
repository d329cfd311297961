// Latencies in nanoseconds, in buckets at most 1/128 wide of their value.
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

enum {
    HISTOGRAM_BITS = 7,
    HISTOGRAM_BUCKETS = (64 - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS,
};

struct histogram {
    uint64_t count;
    uint64_t largest;
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

static inline void histogram_add(struct histogram *histogram, uint64_t value, uint64_t times)
{
    unsigned magnitude = 63u - (unsigned)__builtin_clzll(value | 1u << HISTOGRAM_BITS);
    unsigned shift = magnitude - HISTOGRAM_BITS;
    // Up to twice the bucket count of one magnitude the value is its own index.
    histogram->buckets[((uint64_t)shift << HISTOGRAM_BITS) + (value >> shift)] += times;
    histogram->count += times;
    if (value > histogram->largest) {
        histogram->largest = value;
    }
}

// The value that `share` of all are not above.
uint64_t histogram_quantile(const struct histogram *histogram, double share);

#endif
