/* What the test says must have come of a connection. */
#ifndef PLAIN_SHIM_CHECKS_H
#define PLAIN_SHIM_CHECKS_H

#include "state.h"

int check_handshake(struct state *state);

/* Of a client's connection, when everything has been read. */
int check_session(struct state *state);

int check_end(struct state *state);

#endif
