/* What OpenSSL asks and tells during a connection. */
#ifndef PLAIN_SHIM_CALLBACKS_H
#define PLAIN_SHIM_CALLBACKS_H

#include "state.h"
#include <openssl/x509.h>

int callback_verify(X509_STORE_CTX *store, void *argument);
int callback_certificate(SSL *ssl, void *argument);
int callback_client_certificate(SSL *ssl, X509 **certificate, EVP_PKEY **key);
int callback_hello(SSL *ssl, int *alert, void *argument);
int callback_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_length, const unsigned char *in, unsigned in_length, void *argument);
int callback_server_name(SSL *ssl, int *alert, void *argument);
int callback_status(SSL *ssl, void *argument);
unsigned callback_client_psk(SSL *ssl, const char *hint, char *identity, unsigned identity_size, unsigned char *key, unsigned key_size);
unsigned callback_server_psk(SSL *ssl, const char *identity, unsigned char *key, unsigned key_size);
void callback_message(int sent, int version, int type, const void *bytes, size_t length, SSL *ssl, void *argument);
void callback_info(const SSL *ssl, int where, int value);

void callback_set_ticket_key(SSL_CTX *context);

int callback_new_session(SSL *ssl, SSL_SESSION *session);
void callback_remove_session(SSL_CTX *context, SSL_SESSION *session);

/* The sessions that servers have kept, for a context that comes after theirs. */
void callback_copy_sessions(SSL_CTX *context);

#endif
