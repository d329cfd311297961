#include "pattern.h"

// One period and a span more, so that no reader ever has to wrap.
static uint8_t table[PATTERN_PERIOD + PATTERN_SPAN];

void pattern_init(void)
{
    uint32_t x = 1;
    for (size_t k = 0; k < PATTERN_PERIOD; k++) {
        x = x * 1664525u + 1013904223u;
        table[k] = (uint8_t)(x >> 24);
    }
    for (size_t k = PATTERN_PERIOD; k < sizeof table; k++) {
        table[k] = table[k - PATTERN_PERIOD];
    }
}

const uint8_t *pattern_at(uint64_t position)
{
    return table + position % PATTERN_PERIOD;
}
