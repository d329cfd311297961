// TLS records as they stand in a buffer.
#ifndef RECORD_H
#define RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

enum {
    RECORD_HEADER = 5,
    LARGEST_RECORD = RECORD_HEADER + 16 * 1024 + 256, // RFC 8446, section 5.2
};

// The length of the record that begins at `data`, or of all that is there if it is not complete.
//
// A BIO that hands out one whole record at a time to an OpenSSL that reads ahead is called once for each, and OpenSSL
// never has to move the beginning of the next one to the front of its buffer.
static inline size_t record_length(const uint8_t *data, size_t available)
{
    if (available < RECORD_HEADER) {
        return available;
    }
    return smaller(available, RECORD_HEADER + ((size_t)data[3] << 8 | data[4]));
}

#endif
