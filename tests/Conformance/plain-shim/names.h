/* What the runner has numbers for (IANA's TLS registries) in OpenSSL's words. */
#ifndef PLAIN_SHIM_NAMES_H
#define PLAIN_SHIM_NAMES_H

#include "options.h"
#include <openssl/ssl.h>

enum { NAMES_SIZE = 1024 };

void names_of_groups(const struct list *ids, char out[NAMES_SIZE]);
void names_of_signatures(const struct list *ids, char out[NAMES_SIZE]);

/* The cipher list as OpenSSL takes it: some tests name cipher suites as IANA does. */
void names_of_ciphers(const char *list, char out[NAMES_SIZE]);

int names_is_group(SSL *ssl, int id);
int names_is_peer_signature(SSL *ssl, int id);

#endif
