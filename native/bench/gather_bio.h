// The BIO between OpenSSL and a loop's current channel.
#ifndef GATHER_BIO_H
#define GATHER_BIO_H

#include <openssl/ssl.h>

#include "channel.h"

// One BIO serves all connections of a loop, since only the current one's SSL is ever called.
BIO *gather_bio_new(struct gather *gather);

// Gives `ssl` references of its own to `bio`.
void gather_bio_attach(BIO *bio, SSL *ssl);

#endif
