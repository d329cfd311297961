/* SSL_CTX and SSL as the runner's options want them. */
#ifndef PLAIN_SHIM_CONTEXT_H
#define PLAIN_SHIM_CONTEXT_H

#include "state.h"

/* before: the context of the connections before, or NULL. Its tickets and its sessions stay good; it is released. */
SSL_CTX *context_make(const struct options *options, SSL_CTX *before);

/* The connection's SSL, with everything that is set for one alone. */
int context_make_ssl(struct state *state, SSL_CTX *context);

#endif
