/* The TCP connection to the runner, and OpenSSL's BIO on it. */
#ifndef PLAIN_SHIM_WIRE_H
#define PLAIN_SHIM_WIRE_H

#include "state.h"

int wire_connect(struct state *state);
int wire_attach(struct state *state);

/* Sees to what a call has stopped for. 0 when it has ended. */
int wire_retry(struct state *state, int result);

/* Half-closes, and reads what comes until the runner closes: a reset would destroy what it has not read. */
void wire_close(struct state *state);

#endif
