/* Between programs and the runtime: see gate.c and entry.S. */
#define ONB_GATE_CLOSED 0
#define ONB_GATE_OPEN 1
#define ONB_GATE_FORKED 2
