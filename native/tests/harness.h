/* What the tests share: checks, contexts, a pair of machines. */
#ifndef HARNESS_H
#define HARNESS_H

#include <opensslnb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the test with the place and the library's words. */
void fail_at(const char *file, int line, const char *what);

#define CHECK(condition)                                             \
    do {                                                             \
        if (!(condition)) fail_at(__FILE__, __LINE__, #condition);   \
    } while (0)

#define CHECK_RESULT(expected, call)                                                                       \
    do {                                                                                                   \
        int result_ = (int)(call);                                                                         \
        if (result_ != (int)(expected)) {                                                                  \
            fprintf(stderr, "%s is %s and not %s\n", #call, onb_result_name(result_), onb_result_name(expected)); \
            fail_at(__FILE__, __LINE__, #call);                                                            \
        }                                                                                                  \
    } while (0)

#define OK(call) CHECK_RESULT(ONB_OK, call)

/* Whether an environment variable asks for a short run, as under valgrind. */
int is_short(void);

/* --- contexts (contexts.c) --- */

typedef struct identity {
    onb_certificate *certificate;
    onb_trust *trust;
    char pem[8192];
    size_t pem_length;
} identity;

/* A self-signed certificate for a name, and the trust in it. */
void identity_make(identity *id, const char *name);
void identity_free(identity *id);

/* Configurations that trust each other, of one version of TLS. */
onb_config *server_config(const identity *id, onb_protocol version);
onb_config *client_config(const identity *id, onb_protocol version);

/* Makes a context and frees the configuration. */
onb_context *context_of(onb_config *config);

typedef struct contexts {
    identity id;
    onb_context *server;
    onb_context *client;
} contexts;

void contexts_make(contexts *both, onb_protocol version);
void contexts_free(contexts *both);

/* --- a pair of machines (pair.c) --- */

typedef struct pair {
    onb_machine *client;
    onb_machine *server;
} pair;

void pair_make(pair *machines, onb_context *client, onb_context *server, const char *name);
void pair_free(pair *machines);

/* Moves what each has for the other; 1 if anything moved. */
int pair_exchange(pair *machines);

/* Steps both handshakes until both have ended or nothing moves any more; the results of the last steps. */
void pair_handshake(pair *machines, int *client, int *server);

/* The same, and both must be done. */
void pair_connect(pair *machines);

/* Sends bytes from one to the other and compares what comes. */
void pair_send(pair *machines, onb_machine *from, onb_machine *to, size_t length);

/* Reads exactly so many bytes, moving output meanwhile. */
void pair_read(pair *machines, onb_machine *from, void *buffer, size_t length);

#endif
