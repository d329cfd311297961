/* One connection: the handshake, what the test has the shim do after it, and the end. */
#ifndef PLAIN_SHIM_CONNECTION_H
#define PLAIN_SHIM_CONNECTION_H

#include "state.h"

int connection_run(struct state *state);

#endif
