// The endless byte stream that the benchmark's peers send: byte i is P[i mod PATTERN_PERIOD].
#ifndef PATTERN_H
#define PATTERN_H

#include <stddef.h>
#include <stdint.h>

enum {
    PATTERN_PERIOD = 65521,
    // So many bytes of the stream are always in one piece.
    PATTERN_SPAN = 128 * 1024,
};

// Fills the table; before anything else of this file.
void pattern_init(void);

// The stream from `position` on, good for PATTERN_SPAN bytes.
const uint8_t *pattern_at(uint64_t position);

#endif
