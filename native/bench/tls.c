#include "tls.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void tls_report(const char *what)
{
    char text[256] = "no error queued";
    unsigned long code = ERR_get_error();
    if (code != 0) {
        ERR_error_string_n(code, text, sizeof text);
    }
    fprintf(stderr, "%s: %s\n", what, text);
    ERR_clear_error();
}

void tls_die(const char *what)
{
    tls_report(what);
    exit(1);
}

static void set_modes(SSL_CTX *context, bool gathered, bool release_buffers)
{
    long mode = 0;
    if (!gathered) {
        // A write that blocked is retried from the connection's own copy of what is left of it.
        mode |= SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER;
    }
    if (release_buffers) {
        mode |= SSL_MODE_RELEASE_BUFFERS;
    }
    SSL_CTX_set_mode(context, mode);
    // The gathering BIO hands out whole records.
    SSL_CTX_set_read_ahead(context, gathered);
}

SSL_CTX *tls_server_context(const struct tls_server_options *options)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL || !SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION)
        || !SSL_CTX_set_num_tickets(context, (size_t)options->tickets)) {
        tls_die("server context");
    }
    if (SSL_CTX_use_certificate_chain_file(context, options->certificate) != 1
        || SSL_CTX_use_PrivateKey_file(context, options->key, SSL_FILETYPE_PEM) != 1
        || SSL_CTX_check_private_key(context) != 1) {
        tls_die(options->certificate);
    }
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // Tickets are stateless: nothing is looked up or kept.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    set_modes(context, options->gathered, options->release_buffers);
    // The file holds the whole chain. Without this OpenSSL builds and verifies one in every handshake.
    SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN);
    return context;
}

void tls_share_tickets(SSL_CTX *from, SSL_CTX *to)
{
    uint8_t keys[128];
    long size = SSL_CTX_get_tlsext_ticket_keys(from, NULL, 0);
    if (size > (long)sizeof keys || !SSL_CTX_get_tlsext_ticket_keys(from, keys, size)
        || !SSL_CTX_set_tlsext_ticket_keys(to, keys, size)) {
        tls_die("ticket keys");
    }
    OPENSSL_cleanse(keys, sizeof keys);
}

static int trust_anyone(X509_STORE_CTX *chain, void *unused)
{
    (void)chain;
    (void)unused;
    return 1;
}

SSL_CTX *tls_client_context(const struct tls_client_options *options)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (context == NULL || !SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION)
        || !SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256")
        || !SSL_CTX_set1_groups_list(context, "X25519:P-256")) {
        tls_die("client context");
    }
    if (options->trust != NULL) {
        if (!SSL_CTX_load_verify_file(context, options->trust)) {
            tls_die(options->trust);
        }
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    } else {
        // VERIFY_NONE alone would still build the chain and throw the result away.
        SSL_CTX_set_cert_verify_callback(context, trust_anyone, NULL);
    }
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION);
    set_modes(context, true, options->release_buffers);
    return context;
}
