/* What the shim may show of itself. */
#ifndef PLAIN_SHIM_CREDENTIALS_H
#define PLAIN_SHIM_CREDENTIALS_H

#include "state.h"

/* How many there are: the first one counts when it has a certificate. */
int credentials_count(const struct options *options);

/* All of them: OpenSSL chooses by the kinds of their keys, and has one for each. */
int credentials_install(struct state *state);

/* The one whose certificate, or key, OpenSSL has chosen; NULL for none. */
const struct credential *credentials_selected(SSL *ssl, const struct options *options);

/* The signature algorithms that they are used with. */
const struct list *credentials_signatures(const struct options *options);

/* RFC 7250: which types of certificates may come and go. Not implemented before OpenSSL 3.2. */
int credentials_set_types(SSL *ssl, const struct options *options);

/* What the peer has shown is of the type, and the key, that the test wants. */
int credentials_check_peer(SSL *ssl, const struct options *options);

/* True when the peer has shown a key without a certificate. */
int credentials_peer_is_raw(SSL *ssl);

#endif
