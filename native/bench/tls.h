// The SSL_CTX of servers and of the load.
#ifndef TLS_H
#define TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>

struct tls_server_options {
    const char *certificate;
    const char *key;
    int tickets;
    bool release_buffers;
    bool gathered;
};

SSL_CTX *tls_server_context(const struct tls_server_options *options);

// Tickets of one context are good for the other as well.
void tls_share_tickets(SSL_CTX *from, SSL_CTX *to);

struct tls_client_options {
    const char *trust; // NULL: the chain is not verified
    bool release_buffers;
};

SSL_CTX *tls_client_context(const struct tls_client_options *options);

// Prints `what` with OpenSSL's first error to standard error, and empties the queue.
void tls_report(const char *what);
_Noreturn void tls_die(const char *what);

#endif
