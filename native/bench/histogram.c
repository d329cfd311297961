#include "histogram.h"

// The middle of what a bucket holds.
static uint64_t middle(uint64_t index)
{
    uint64_t shift = index >> HISTOGRAM_BITS;
    shift = shift > 0 ? shift - 1 : 0;
    uint64_t lowest = (index - (shift << HISTOGRAM_BITS)) << shift;
    return lowest + ((UINT64_C(1) << shift) - 1) / 2;
}

uint64_t histogram_quantile(const struct histogram *histogram, double share)
{
    uint64_t rank = (uint64_t)(share * (double)histogram->count);
    uint64_t seen = 0;
    for (uint64_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->buckets[i];
        if (seen > rank) {
            uint64_t value = middle(i);
            return value < histogram->largest ? value : histogram->largest;
        }
    }
    return histogram->largest;
}
