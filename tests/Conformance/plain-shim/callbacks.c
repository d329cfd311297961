#include "callbacks.h"
#include "credentials.h"
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

int callback_verify(X509_STORE_CTX *store, void *argument)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct state *state = state_of(ssl);
    (void)argument;
#ifdef SSL_ERROR_WANT_RETRY_VERIFY
    /* SSL_set_retry_verify(3): of clients only. */
    if (state->options->async && !state->options->server && !state->verdict_is_ready) return SSL_set_retry_verify(ssl);
#endif
    if (!state->options->verify_fail) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }

    /* The alert is made of the error: BoringSSL's custom callback sends certificate_unknown, as OpenSSL does for all errors that it has no alert for. */
    X509_STORE_CTX_set_error(store, state->options->use_custom_verify_callback ? X509_V_ERR_PERMITTED_VIOLATION : X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
}

int callback_certificate(SSL *ssl, void *argument)
{
    struct state *state = state_of(ssl);
    (void)argument;
    if (state->options->fail_cert_callback) return 0;
    if (!state->options->async || state->options->use_early_callback) return 1;
    if (!state->certificate_is_ready) return -1;
    return credentials_install(state);
}

int callback_client_certificate(SSL *ssl, X509 **certificate, EVP_PKEY **key)
{
    struct state *state = state_of(ssl);
    const struct options *options = state->options;
    if (options->async && !state->certificate_is_ready) return -1;
    if (options->fail_cert_callback) return -1;
    const struct credential *own = &options->credentials[0];
    if (own->cert_file == NULL) return 0;
    FILE *file = fopen(own->cert_file, "r");
    *certificate = file == NULL ? NULL : PEM_read_X509(file, NULL, NULL, NULL);
    if (file != NULL) fclose(file);
    file = fopen(own->key_file != NULL ? own->key_file : own->cert_file, "r");
    *key = file == NULL ? NULL : PEM_read_PrivateKey(file, NULL, NULL, NULL);
    if (file != NULL) fclose(file);
    return *certificate != NULL && *key != NULL;
}

int callback_hello(SSL *ssl, int *alert, void *argument)
{
    struct state *state = state_of(ssl);
    const struct options *options = state->options;
    (void)argument;
    if (options->async && options->use_early_callback && !state->hello_is_ready) return SSL_CLIENT_HELLO_RETRY;
    if (options->fail_early_callback || options->fail_ddos_callback) {
        *alert = options->fail_early_callback ? SSL_AD_HANDSHAKE_FAILURE : SSL_AD_INTERNAL_ERROR;
        return SSL_CLIENT_HELLO_ERROR;
    }

    if (options->use_early_callback && !credentials_install(state)) return SSL_CLIENT_HELLO_ERROR;
    return SSL_CLIENT_HELLO_SUCCESS;
}

int callback_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_length, const unsigned char *in, unsigned in_length, void *argument)
{
    const struct options *options = state_of(ssl)->options;
    (void)argument;
    if (options->decline_alpn) return SSL_TLSEXT_ERR_NOACK;
    if (options->reject_alpn) return SSL_TLSEXT_ERR_ALERT_FATAL;
    const char *expected = options->expect_advertised_alpn;
    if (expected != NULL && (strlen(expected) != in_length || memcmp(expected, in, in_length) != 0)) {
        fail("the callback was shown other application protocols");
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }

    *out = (const unsigned char *)options->select_alpn;
    *out_length = (unsigned char)strlen(options->select_alpn);
    return SSL_TLSEXT_ERR_OK;
}

int callback_server_name(SSL *ssl, int *alert, void *argument)
{
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    (void)alert;
    (void)argument;
    if (name != NULL && strcmp(name, state_of(ssl)->options->expect_server_name) == 0) return state_of(ssl)->options->no_server_name_ack ? SSL_TLSEXT_ERR_NOACK : SSL_TLSEXT_ERR_OK;
    fail("server name: the callback got %s", name == NULL ? "(none)" : name);
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

int callback_status(SSL *ssl, void *argument)
{
    const struct options *options = state_of(ssl)->options;
    (void)argument;
    if (!options->server) return !options->fail_ocsp_callback;
    if (options->fail_ocsp_callback) return SSL_TLSEXT_ERR_ALERT_FATAL;
    const struct credential *own = credentials_selected(ssl, options);
    if (options->decline_ocsp_callback || own == NULL || own->ocsp_response.length == 0) return SSL_TLSEXT_ERR_NOACK;

    /* The SSL takes the copy. */
    unsigned char *copy = OPENSSL_memdup(own->ocsp_response.data, own->ocsp_response.length);
    if (copy == NULL || !SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)own->ocsp_response.length)) return SSL_TLSEXT_ERR_ALERT_FATAL;
    return SSL_TLSEXT_ERR_OK;
}

static unsigned copy_key(const struct options *options, unsigned char *key, unsigned key_size)
{
    size_t length = strlen(options->psk);
    if (length > key_size) return 0;
    memcpy(key, options->psk, length);
    return (unsigned)length;
}

unsigned callback_client_psk(SSL *ssl, const char *hint, char *identity, unsigned identity_size, unsigned char *key, unsigned key_size)
{
    const struct options *options = state_of(ssl)->options;

    /* Asked for TLS 1.3, too, where there are no hints. */
    if (options->psk_identity[0] == '\0' ? hint != NULL : hint == NULL || strcmp(hint, options->psk_identity) != 0) return 0;
    if (strlen(options->psk_identity) >= identity_size) return 0;
    strcpy(identity, options->psk_identity);
    return copy_key(options, key, key_size);
}

unsigned callback_server_psk(SSL *ssl, const char *identity, unsigned char *key, unsigned key_size)
{
    const struct options *options = state_of(ssl)->options;
    if (strcmp(identity, options->psk_identity) == 0) return copy_key(options, key, key_size);
    fail("the client's identity is not the expected one: %s", identity);
    return 0;
}

void callback_message(int sent, int version, int type, const void *bytes, size_t length, SSL *ssl, void *argument)
{
    struct state *state = state_of(ssl);
    const unsigned char *body = bytes;
    char what[32];
    (void)argument;
    if (type == SSL3_RT_CHANGE_CIPHER_SPEC) snprintf(what, sizeof(what), "ccs");
    else if (type == SSL3_RT_ALERT && length >= 2) snprintf(what, sizeof(what), "alert %d %d", body[0], body[1]);
    else if (type == SSL3_RT_HANDSHAKE && length >= 1) snprintf(what, sizeof(what), "hs %d", body[0]);
    else if (type == 0 && version == SSL2_VERSION) snprintf(what, sizeof(what), "v2clienthello");
    else return;
    if (type == SSL3_RT_HANDSHAKE && body[0] == SSL3_MT_CLIENT_HELLO) state->client_hellos++;
    if (type == SSL3_RT_HANDSHAKE && body[0] == SSL3_MT_NEWSESSION_TICKET) state->tickets++;
    int written = snprintf(state->log + state->log_length, LOG_SIZE - state->log_length, "%s %s\n", sent ? "write" : "read", what);
    if (written > 0 && (size_t)written < LOG_SIZE - state->log_length) state->log_length += (size_t)written;
}

void callback_info(const SSL *ssl, int where, int value)
{
    (void)value;
    if ((where & SSL_CB_HANDSHAKE_DONE) != 0) state_of(ssl)->is_established = 1;
}
