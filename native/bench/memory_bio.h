// Two SSLs that talk to each other through memory.
#ifndef MEMORY_BIO_H
#define MEMORY_BIO_H

#include <openssl/ssl.h>
#include <stddef.h>
#include <stdint.h>

enum { MEMORY_SIZE = 256 * 1024 };

// Bytes of one direction. Empty again, it starts at its front.
struct memory {
    size_t start, end;
    uint8_t bytes[MEMORY_SIZE];
};

struct memory_end {
    struct memory *in, *out;
};

// A BIO that reads end->in and writes end->out; it may serve one SSL after the other.
BIO *memory_bio_new(struct memory_end *end);

#endif
